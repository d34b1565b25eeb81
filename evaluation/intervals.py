"""Intervals: Wilson for a share of independent items, cluster bootstrap where items share a subject or an image.

Example:
    >>> interval = wilson_interval(208, 293)
    >>> f"{interval.low:.3f} {interval.high:.3f}"
    '0.655 0.759'
    >>> cluster_bootstrap([1.0, 0.0], ["subject-1", "subject-2"], seed=1).reason
    'too few clusters'
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
DRAWS = 2000
MIN_CLUSTERS = 10  # below, the percentile interval is far too narrow
DEFAULT_SEED = 20250519
_DRAWS_AT_ONCE = 250  # bounds memory: draws x clusters weights
_MOST_KEPT = 10_000_000  # of them, 40 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a share or mean, each bound 0-1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClusterInterval:
    """A 95 % interval over independent units; `interval` is None where `reason` says why."""

    interval: Interval | None
    n_clusters: int
    reason: str | None


def wilson_interval(correct: int, n: int) -> Interval:
    """Return the 95 % Wilson score interval of correct/n (Wilson 1927); ValueError unless 0 <= correct <= n and n > 0."""
    from scipy.stats import binomtest

    if n <= 0 or not 0 <= correct <= n:
        raise ValueError(f"a share needs 0 <= correct <= n and n > 0, got correct={correct}, n={n}")
    found = binomtest(correct, n).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(float(found.low), float(found.high))


def bootstrap_bounded(
    values: Sequence[float], units: Sequence[str], *, least: float = 0.0, seed: int, draws: int = DRAWS
) -> ClusterInterval:
    """Return the interval of `cluster_bootstrap` for values within `least` and 1, but never one without width.

    Where all values are equal, all resamples are, and would claim certainty. Of n units that are alike, Wilson's interval says
    how large a share of other ones may be; the mean is let go as far as those could take it. All right or all wrong, a share
    so has Wilson's interval with units as trials.

    Example:
        >>> found = bootstrap_bounded([1.0] * 30, [f"subject-{place // 2}" for place in range(30)], seed=1).interval
        >>> found is not None and f"{found.low:.3f} {found.high:.3f}"
        '0.796 1.000'
    """
    found = cluster_bootstrap(values, units, seed=seed, draws=draws)
    if found.interval is None or min(values) != max(values):
        return found
    value, others = values[0], wilson_interval(0, found.n_clusters).high
    return replace(found, interval=Interval(value - others * (value - least), value + others * (1 - value)))


def cluster_bootstrap(values: Sequence[float], units: Sequence[str], *, seed: int, draws: int = DRAWS) -> ClusterInterval:
    """Return the percentile interval of the mean of values when whole units are drawn with replacement.

    Args:
        values: one score per item.
        units: the independent unit of each item, of the same length; the order of items does not matter.
        seed: of the draws, not negative; equal seeds give equal intervals.
        draws: how many resamples, at least one.

    Raises:
        ValueError: lengths differ, a value is not finite, or draws or seed are out of range.
    """
    if draws < 1 or seed < 0:
        raise ValueError(f"a bootstrap needs draws >= 1 and seed >= 0, got draws={draws}, seed={seed}")
    if len(values) != len(units):
        raise ValueError(f"one unit per value is needed, got {len(values)} values and {len(units)} units")
    scores = np.asarray(values, dtype=float)
    if not np.isfinite(scores).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(scores))} of {len(values)} values are not finite; score them anew")
    names, places = np.unique(np.asarray(units, dtype=object).astype(str), return_inverse=True)
    n_clusters = len(names) if len(values) else 0
    if n_clusters < MIN_CLUSTERS:
        return ClusterInterval(None, n_clusters, "too few clusters")
    sums = np.bincount(places, weights=scores)
    low, high = np.quantile(_draw_means(sums, np.bincount(places), seed, draws), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return ClusterInterval(Interval(float(low), float(high)), n_clusters, None)


def _draw_means(sums: np.ndarray, sizes: np.ndarray, seed: int, draws: int) -> np.ndarray:
    """Return the mean per draw, shape (draws,)."""
    is_kept = len(sums) * draws <= _MOST_KEPT
    parts = _keep_draws(len(sums), seed, draws) if is_kept else _draw_units(len(sums), seed, draws)
    return np.concatenate([(part @ sums) / (part @ sizes) for part in (part.astype(float) for part in parts)])


@lru_cache(maxsize=1)
def _keep_draws(n_units: int, seed: int, draws: int) -> tuple[np.ndarray, ...]:
    """Return the same draws again for the next score: those of one table are mostly of the same units."""
    return tuple(_draw_units(n_units, seed, draws))


def _draw_units(n_units: int, seed: int, draws: int) -> Iterator[np.ndarray]:
    """Yield how often each unit is taken in each draw, shape (at most _DRAWS_AT_ONCE, n_units)."""
    generator = np.random.default_rng(seed)
    shares = np.full(n_units, 1 / n_units)
    for first in range(0, draws, _DRAWS_AT_ONCE):
        yield generator.multinomial(n_units, shares, size=min(_DRAWS_AT_ONCE, draws - first)).astype(np.int32)
