"""Holm's step-down correction: how likely any false alarm is when several columns are tested at once.

Source: Holm, Scandinavian Journal of Statistics 6 (1979). It holds however the columns depend on each other.

Example:
    >>> adjust_holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
"""

from collections.abc import Sequence


def adjust_holm(ps: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return the adjusted p of each test, in the order given, each 0-1 and never below its own p.

    A test without a p (None) stays without one, yet counts in the number of tests as one with p = 1: how many columns are
    looked at was decided before anything was seen.

    Raises:
        ValueError: a p is not within 0-1.
    """
    wrong = [p for p in ps if p is not None and not 0 <= p <= 1]
    if wrong:
        raise ValueError(f"p-values lie within 0-1, got {wrong[:5]}; give None where a test could not be made")
    adjusted: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(sorted((p, place) for place, p in enumerate(ps) if p is not None)):
        highest = max(highest, min(1.0, (len(ps) - rank) * p))
        adjusted[place] = highest
    return tuple(adjusted)
