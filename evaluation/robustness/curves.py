"""How a model's score falls as its images get worse: a curve per corruption, the area under it, and the drop with its interval.

The drop is paired: each item is compared with itself, so its bootstrap draws the same units for clean and corrupted answers.
A flat curve alone is no merit, for a model that does not look at images has one; `gain_kept` relates it to the blind score.

Example:
    >>> from evaluation.corruptions.kinds import parse_variant
    >>> items = [RobustnessItem(key, "unit-1", "x_ray") for key in ("a", "b")]
    >>> variants = {parse_variant(f"blur:{level}"): {"a": 1.0, "b": float(level < 3)} for level in LEVELS}
    >>> cell = RobustnessCell("model", "rebuilt", AnswerType.CLOSED, "accuracy")
    >>> report = measure_robustness(cell, items, {"a": 1.0, "b": 1.0}, variants, blind={"a": 1.0, "b": 0.0}, seed=7)
    >>> [point.value for point in report.points if point.modality == ALL_MODALITIES]
    [1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
    >>> curve = report.curves[0]
    >>> round(curve.area, 3), round(curve.drop, 3), round(curve.gain_kept, 3)
    (0.7, 0.3, 0.4)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.corruptions.kinds import CLEAN_LEVEL, LEVELS, Corruption
from evaluation.intervals import DEFAULT_SEED, DRAWS, ClusterInterval, cluster_bootstrap
from evaluation.robustness.values import ALL_MODALITIES, AlignedValues, RobustnessItem, Scores, Variant, align_values
from pipelines.vocabulary import AnswerType


@dataclass(frozen=True, slots=True)
class RobustnessCell:
    """What a curve is of."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str


@dataclass(frozen=True, slots=True)
class RobustnessPoint:
    """One score: of a model on a benchmark's items of a modality under a corruption at a level."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str
    modality: str  # a `Modality`, "mixed", "unknown" or "all"
    corruption: Corruption | None  # None at level 0, which is clean
    level: int
    value: float  # 0-1, like the bounds
    low: float | None  # 95 % cluster bootstrap; None where units are too few
    high: float | None
    n: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class RobustnessCurve:
    """What is left of a clean score over the five levels of a corruption."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str
    modality: str
    corruption: Corruption | None  # None: the mean over all that were run
    clean: float
    area: float  # mean score over levels 1-5
    relative_area: float | None  # area / clean; None where clean is 0
    drop: float  # clean - area
    drop_low: float | None  # 95 % paired cluster bootstrap
    drop_high: float | None
    gain_kept: float | None  # (area - blind) / (clean - blind); None without a blind run or where clean does not beat it
    n: int
    n_clusters: int


@dataclass(frozen=True)
class RobustnessReport:
    """Points and curves: all modalities first, then each in alphabetical order."""

    points: tuple[RobustnessPoint, ...]
    curves: tuple[RobustnessCurve, ...]


@dataclass(frozen=True)
class _Part:
    cell: RobustnessCell
    modality: str
    values: AlignedValues  # of that modality
    seed: int
    draws: int

    def resample(self, scores: Scores) -> ClusterInterval:
        return cluster_bootstrap(scores.tolist(), self.values.units, seed=self.seed, draws=self.draws)


def measure_robustness(
    cell: RobustnessCell,
    items: Sequence[RobustnessItem],
    clean: Mapping[str, float],
    corrupted: Mapping[Variant, Mapping[str, float]],
    *,
    blind: Mapping[str, float] | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
) -> RobustnessReport:
    """Return the curves of one model on one benchmark and answer type, for all items and for each modality.

    Args:
        cell: what the values are of.
        items: at least one; each key once.
        clean: score per item key, 0-1.
        corrupted: the same per variant; all five levels of each corruption, or none.
        blind: the same for the answers without images, where there is such a run.
        seed: of the bootstrap, the same for every interval.
        draws: of the bootstrap.

    Raises:
        RobustnessError: no items, a key twice, a level missing, or values that do not cover just the items, each 0-1.
    """
    values = align_values(items, clean, corrupted, blind)
    names = (ALL_MODALITIES, *sorted(set(values.modalities)))
    parts = [_Part(cell, name, values.select(name), seed, draws) for name in names]
    return RobustnessReport(
        points=tuple(point for part in parts for point in _build_points(part)),
        curves=tuple(curve for part in parts for curve in _build_curves(part)),
    )


def _build_points(part: _Part) -> list[RobustnessPoint]:
    corrupted = [
        _build_point(part, kind, level, scores)
        for kind, rows in part.values.levels.items()
        for level, scores in zip(LEVELS, rows, strict=True)
    ]
    return [_build_point(part, None, CLEAN_LEVEL, part.values.clean), *corrupted]


def _build_point(part: _Part, kind: Corruption | None, level: int, scores: Scores) -> RobustnessPoint:
    found = part.resample(scores)
    return RobustnessPoint(
        model=part.cell.model,
        benchmark=part.cell.benchmark,
        answer_type=part.cell.answer_type,
        metric=part.cell.metric,
        modality=part.modality,
        corruption=kind,
        level=level,
        value=float(scores.mean()),
        low=found.interval.low if found.interval else None,
        high=found.interval.high if found.interval else None,
        n=len(scores),
        n_clusters=found.n_clusters,
    )


def _build_curves(part: _Part) -> list[RobustnessCurve]:
    means = {kind: rows.mean(axis=0) for kind, rows in part.values.levels.items()}
    every = np.mean(list(means.values()), axis=0)
    return [_build_curve(part, kind, scores) for kind, scores in [*means.items(), (None, every)]]


def _build_curve(part: _Part, kind: Corruption | None, under: Scores) -> RobustnessCurve:
    """Return the curve of a corruption from each item's mean over its levels, shape (n,)."""
    clean, area = float(part.values.clean.mean()), float(under.mean())
    blind = None if part.values.blind is None else float(part.values.blind.mean())
    # the same units are drawn for both, so the interval of a difference is that of the items' differences
    found = part.resample(part.values.clean - under)
    return RobustnessCurve(
        model=part.cell.model,
        benchmark=part.cell.benchmark,
        answer_type=part.cell.answer_type,
        metric=part.cell.metric,
        modality=part.modality,
        corruption=kind,
        clean=clean,
        area=area,
        relative_area=area / clean if clean > 0 else None,
        drop=clean - area,
        drop_low=found.interval.low if found.interval else None,
        drop_high=found.interval.high if found.interval else None,
        gain_kept=(area - blind) / (clean - blind) if blind is not None and clean > blind else None,
        n=len(under),
        n_clusters=found.n_clusters,
    )
