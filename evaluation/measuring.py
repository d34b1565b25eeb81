"""Everything that is measured of one model: its scores, the answers behind them, its controls, its robustness.

Example:
    >>> measure_model("nobody", {}, [], {}, Settings()).scores
    ()
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.benchmark import BenchmarkItem
from evaluation.comparisons.judged import Judged
from evaluation.controls.consistency import measure_consistency
from evaluation.controls.effects import measure_effects
from evaluation.corruptions.kinds import parse_variant
from evaluation.robustness.curves import (
    RobustnessCell,
    RobustnessCurve,
    RobustnessPoint,
    RobustnessReport,
    measure_robustness,
)
from evaluation.robustness.values import RobustnessItem, Variant, name_modality
from evaluation.scores.judged_answers import expand_views
from evaluation.scores.judging import View
from evaluation.scores.scorecard import JudgedAnswer, score_model
from evaluation.scores.undecided import UndecidedReader
from pipelines.score_records import Condition, Consistency, ControlEffect, Prediction, Score
from pipelines.settings import Settings
from pipelines.vocabulary import Modality


@dataclass(frozen=True)
class Measured:
    """All rows about one model."""

    scores: tuple[Score, ...]
    answers: tuple[JudgedAnswer, ...]
    effects: tuple[ControlEffect, ...]
    consistency: tuple[Consistency, ...]
    points: tuple[RobustnessPoint, ...]
    curves: tuple[RobustnessCurve, ...]


def measure_model(
    model: str,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    predictions: Sequence[Prediction],
    modalities: Mapping[str, Modality | None],
    settings: Settings,
    reader: UndecidedReader | None = None,
) -> Measured:
    """Judge every answer of a model and sum up.

    Args:
        model: its name.
        benchmarks: items by benchmark.
        predictions: its answers under every condition.
        modalities: of images, by the names that items give them.
        settings: preset, seed and draws.
        reader: of closed answers that no rule can decide, where the settings ask for one.

    Raises:
        ScoringError: a file's answers that do not cover a benchmark.
        PresetError: the preset's model is not on this machine.
    """
    chosen = settings.evaluation
    card = score_model(
        model,
        benchmarks,
        predictions,
        preset=chosen.preset,
        bert_model=chosen.bert_model,
        seed=chosen.seed,
        draws=chosen.bootstrap_draws,
        reader=reader,
    )
    judged = expand_views(card.answers)
    reports = list(_measure_curves(model, benchmarks, judged, modalities, chosen.seed, chosen.bootstrap_draws))
    return Measured(
        scores=card.scores,
        answers=card.answers,
        effects=measure_effects(judged, seed=chosen.seed, draws=chosen.bootstrap_draws),
        consistency=measure_consistency(judged, seed=chosen.seed, draws=chosen.bootstrap_draws),
        points=tuple(point for report in reports for point in report.points),
        curves=tuple(curve for report in reports for curve in report.curves),
    )


def _measure_curves(
    model: str,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    judged: Sequence[Judged],
    modalities: Mapping[str, Modality | None],
    seed: int,
    draws: int,
) -> Iterator[RobustnessReport]:
    """Yield the curves of every benchmark whose images were spoilt, over the items that were answered at every level."""
    cells: dict[RobustnessCell, list[Judged]] = {}
    for row in judged:
        if row.view is View.AS_PUBLISHED:
            cells.setdefault(RobustnessCell(model, row.benchmark, row.answer_type, row.metric), []).append(row)
    for cell, rows in cells.items():
        spoilt: dict[Variant, dict[str, float]] = {}
        for row in rows:
            if row.condition is Condition.CORRUPTED:
                spoilt.setdefault(parse_variant(row.variant), {})[row.record_key] = row.value
        if not spoilt:
            continue
        clean, blind = _values(rows, Condition.SIGHTED), _values(rows, Condition.BLIND)
        keys = set(clean).intersection(*spoilt.values(), *([blind] if blind else []))
        items = [
            RobustnessItem(item.key, item.unit, name_modality([modalities.get(image) for image in item.images]))
            for item in benchmarks[cell.benchmark]
            if item.key in keys
        ]
        if items:
            parts = {variant: _keep(values, keys) for variant, values in spoilt.items()}
            given = _keep(blind, keys) if blind else None
            yield measure_robustness(cell, items, _keep(clean, keys), parts, blind=given, seed=seed, draws=draws)


def _values(rows: Sequence[Judged], condition: Condition) -> dict[str, float]:
    return {row.record_key: row.value for row in rows if row.condition is condition}


def _keep(values: Mapping[str, float], keys: set[str]) -> dict[str, float]:
    return {key: value for key, value in values.items() if key in keys}
