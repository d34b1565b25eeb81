"""Sign-flip permutation test by independent unit: if two models were equally good, either could have had either's answers.

Under that hypothesis the summed difference of every unit is as likely as its negative. All flips are enumerated where at most
14 units differ; else 10,000 are drawn, and the one observed is counted with them (Phipson & Smyth 2010), so that no p is 0.

Each unit tosses its own coins, from a hash of seed and name: a p depends neither on the order of units or models nor on what
else is compared beside it.

Example:
    >>> sums = np.array([[1.0, 1.0, 2.0, 0.0], [1.0, -1.0, 0.0, 0.0]])  # two comparisons, four units
    >>> find_sign_flip_ps(sums, ["u1", "u2", "u3", "u4"], seed=1)
    (0.25, 1.0)
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

FLIPS = 10_000
MOST_ENUMERATED = 14  # units that differ: 2^14 flips, of which one half mirrors the other
_FLIPS_AT_ONCE = 1000  # bounds memory: units x flips numbers; a multiple of 8
_GRID = 2.0**30  # sums are rounded to whole 2^-30: then every total is exact, in whatever order it is added up
_TIE = 2.0**-16  # totals closer than this are equal: what rounding adds must not tell a tie from a smaller total


def find_sign_flip_ps(sums: np.ndarray, units: Sequence[str], *, seed: int, flips: int = FLIPS) -> tuple[float | None, ...]:
    """Return the two-sided p of each comparison; None where fewer than two units differ.

    Args:
        sums: summed differences, shape (comparisons, units); a unit without items in a comparison has 0 there.
        units: the units' names, none twice.
        seed: of the flips drawn.
        flips: how many to draw where enumeration would be too long, at least one.

    Raises:
        ValueError: names and columns differ in number or a name is there twice; flips is below 1; a sum is no number.
    """
    if sums.ndim != 2 or sums.shape[1] != len(units) or len(set(units)) != len(units):
        raise ValueError(f"one distinct name per column of sums is needed, got shape {sums.shape}, {len(set(units))} names")
    if flips < 1 or not np.isfinite(sums).all():
        raise ValueError(f"a sign-flip test needs flips >= 1 and finite sums, got flips={flips} and sums such as {sums.min()}")
    exact_sums = np.round(sums * _GRID) / _GRID
    n_differing = np.count_nonzero(exact_sums, axis=1)
    drawn = n_differing > MOST_ENUMERATED
    ps: list[float | None] = [
        _enumerate_p(row[row != 0]) if 2 <= n <= MOST_ENUMERATED else None
        for row, n in zip(exact_sums, n_differing, strict=True)
    ]
    for place, p in zip(np.flatnonzero(drawn).tolist(), _draw_ps(exact_sums[drawn], units, seed, flips), strict=True):
        ps[place] = p
    return tuple(ps)


def _enumerate_p(differing: np.ndarray) -> float:
    """Return the share of all flips, shape (units,), whose total is as far from 0 as the one observed."""
    # A flip and its mirror image are equally far from 0, so that the first sign need not vary.
    totals = differing[0] + _all_signs(len(differing) - 1) @ differing[1:]
    return float(np.mean(np.abs(totals) >= abs(differing.sum()) - _TIE))


@lru_cache(maxsize=MOST_ENUMERATED)
def _all_signs(n: int) -> np.ndarray:
    """Return every choice of n signs, shape (2^n, n), each +1 or -1."""
    return 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)


def _draw_ps(sums: np.ndarray, units: Sequence[str], seed: int, flips: int) -> list[float]:
    """Return the p of each comparison whose flips are drawn, from sums of shape (comparisons, units)."""
    used = np.flatnonzero(sums.any(axis=0)).tolist()
    sums, coins = sums[:, used], toss_coins([units[place] for place in used], seed, flips)
    totals = sums.sum(axis=1, keepdims=True)
    n_as_far = np.zeros(len(sums), dtype=int)
    for first in range(0, flips, _FLIPS_AT_ONCE):
        n_now = min(_FLIPS_AT_ONCE, flips - first)
        tossed = np.unpackbits(coins[:, first // 8 :], axis=1, count=n_now).astype(float)
        # A flipped unit counts with the other sign: its sum is taken off twice.
        flipped = totals - 2.0 * (sums @ tossed)
        n_as_far += np.count_nonzero(np.abs(flipped) >= np.abs(totals) - _TIE, axis=1)
    return [(1 + int(n)) / (1 + flips) for n in n_as_far]


def toss_coins(units: Sequence[str], seed: int, flips: int) -> np.ndarray:
    """Return each unit's coin tosses, packed eight to a byte as `np.packbits` does, shape (units, ceil(flips / 8))."""
    n_bytes = -(-flips // 8)
    tossed = b"".join(hashlib.shake_128(f"{seed}/{unit}".encode()).digest(n_bytes) for unit in units)
    return np.frombuffer(tossed, dtype=np.uint8).reshape(len(units), n_bytes)
