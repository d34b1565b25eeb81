"""Everything that the page shows, as rows of the evaluation tables.

Example:
    >>> Findings().models
    ()
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.benchmark import BenchmarkItem
from evaluation.robustness.curves import RobustnessPoint
from evaluation.scores.scorecard import JudgedAnswer
from pipelines.score_records import Comparison, Consistency, ControlEffect, ModelCard, Score


@dataclass(frozen=True)
class Findings:
    """Rows of all models together."""

    scores: Sequence[Score] = ()
    cards: Sequence[ModelCard] = ()
    effects: Sequence[ControlEffect] = ()
    consistency: Sequence[Consistency] = ()
    comparisons: Sequence[Comparison] = ()
    robustness: Sequence[RobustnessPoint] = ()
    answers: Sequence[JudgedAnswer] = ()
    benchmarks: Mapping[str, Sequence[BenchmarkItem]] = field(default_factory=dict)
    is_synthetic: bool = False

    @property
    def models(self) -> tuple[str, ...]:
        """Every model with a score, in order of first appearance."""
        return tuple(dict.fromkeys(score.model for score in self.scores))
