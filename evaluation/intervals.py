"""Intervals: Wilson for a share of independent items, cluster bootstrap where items share a subject or an image.

Example:
    >>> interval = wilson_interval(208, 293)
    >>> f"{interval.low:.3f} {interval.high:.3f}"
    '0.655 0.759'
    >>> cluster_bootstrap([1.0, 0.0], ["subject-1", "subject-2"], seed=1).reason
    'too few clusters'
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
DRAWS = 2000
MIN_CLUSTERS = 10  # below, the percentile interval is far too narrow
DEFAULT_SEED = 20250519
_DRAWS_AT_ONCE = 250  # bounds memory: draws x clusters weights


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


def cluster_bootstrap(values: Sequence[float], units: Sequence[str], *, seed: int, draws: int = DRAWS) -> ClusterInterval:
    """Return the percentile interval of the mean of values when whole units are drawn with replacement.

    Args:
        values: one score per item.
        units: the independent unit of each item, of the same length; the order of items does not matter.
        seed: of the draws, not negative; equal seeds give equal intervals.
        draws: how many resamples, at least one.

    Raises:
        ValueError: lengths differ, or draws or seed are out of range.
    """
    if draws < 1 or seed < 0:
        raise ValueError(f"a bootstrap needs draws >= 1 and seed >= 0, got draws={draws}, seed={seed}")
    if len(values) != len(units):
        raise ValueError(f"one unit per value is needed, got {len(values)} values and {len(units)} units")
    names, places = np.unique(np.asarray(units, dtype=object).astype(str), return_inverse=True)
    n_clusters = len(names) if len(values) else 0
    if n_clusters < MIN_CLUSTERS:
        return ClusterInterval(None, n_clusters, "too few clusters")
    sums = np.bincount(places, weights=np.asarray(values, dtype=float))
    low, high = np.quantile(_draw_means(sums, np.bincount(places), seed, draws), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return ClusterInterval(Interval(float(low), float(high)), n_clusters, None)


def _draw_means(sums: np.ndarray, sizes: np.ndarray, seed: int, draws: int) -> np.ndarray:
    """Return the mean per draw, shape (draws,): a draw is how often each unit was taken, shape (clusters,)."""
    generator = np.random.default_rng(seed)
    shares = np.full(len(sums), 1 / len(sums))
    parts = []
    for first in range(0, draws, _DRAWS_AT_ONCE):
        taken = generator.multinomial(len(sums), shares, size=min(_DRAWS_AT_ONCE, draws - first))
        parts.append((taken @ sums) / (taken @ sizes))
    return np.concatenate(parts)
