"""How many groups each answer may have, so that guessing the most frequent one does not pay.

Of k answers none may have more than `excess / k` of all groups: with an excess of 1.5, 75 % of two, 50 % of three, 21 % of
seven. Rare answers keep all of theirs; frequent ones are cut to one height, as water finds its level.

Example:
    >>> cap_labels({"stable": 900, "worsening": 100, "improving": 50}, excess=1.5)
    150
    >>> cap_total([900, 100, 50], total=300)
    150
"""

from collections.abc import Callable, Collection, Mapping


def cap_labels(counts: Mapping[str, int], excess: float) -> int:
    """Return the largest number that one answer may have: cap <= excess / k * sum(min(count, cap)).

    Args:
        counts: candidate groups by answer, each at least 1.
        excess: at least 1; at k and above nothing is cut.
    """
    largest = max(counts.values(), default=0)
    return _largest(largest, lambda cap: cap * len(counts) <= excess * _taken(counts.values(), cap))


def cap_total(counts: Collection[int], total: int) -> int:
    """Return the largest number that one answer may have so that all together stay within a total."""
    return _largest(max(counts, default=0), lambda cap: _taken(counts, cap) <= total)


def _taken(counts: Collection[int], cap: int) -> int:
    return sum(min(count, cap) for count in counts)


def _largest(upper: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number from 0 to `upper` for which a condition holds that holds for all smaller ones."""
    low, high = 0, upper
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
