"""Which slices of a volume are asked about: those far enough apart, from the middle one outwards.

The slices that qualify are those with enough tumour; at either end there is least of it, so that the middle one comes first.

Example:
    >>> spread_slices(range(40, 101), gap=10)
    (70, 60, 80, 50, 90, 40, 100)
    >>> spread_slices([3, 6, 9, 12, 15, 18], gap=4)
    (9, 3, 15)
"""

from collections.abc import Iterable


def spread_slices(slices: Iterable[int], gap: int) -> tuple[int, ...]:
    """Return slices of which any two are at least `gap` apart, the nearest to the middle one first.

    The middle one (the lower of two) is always among them; from there on, upwards and downwards, each next one is the nearest
    that is far enough from the last.

    Args:
        slices: indices along one axis, in any order.
        gap: at least 1; 1 takes every slice.
    """
    ordered = sorted(set(slices))
    if not ordered:
        return ()
    middle = (len(ordered) - 1) // 2
    upper = _walk(ordered[middle:], gap)
    lower = _walk(ordered[middle::-1], gap)
    return tuple(sorted({*upper, *lower}, key=lambda index: (abs(index - ordered[middle]), index)))


def _walk(ordered: Iterable[int], gap: int) -> list[int]:
    taken: list[int] = []
    for index in ordered:
        if not taken or abs(index - taken[-1]) >= gap:
            taken.append(index)
    return taken
