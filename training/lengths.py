"""How long prompts and answers are, by sub-task: in words and characters, as tokens depend on a model's tokenizer.

Example:
    >>> summarise_lengths("demo", Measure.ANSWER_WORDS, [1, 2, 3, 40]).maximum
    40
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from training.messages import TrainingExample


class Measure(StrEnum):
    """What is measured; each value names a property of `TrainingExample`."""

    PROMPT_WORDS = "prompt_words"
    PROMPT_CHARS = "prompt_chars"
    ANSWER_WORDS = "answer_words"
    ANSWER_CHARS = "answer_chars"


BIN_EDGES: Mapping[Measure, tuple[int, ...]] = {
    Measure.PROMPT_WORDS: (32, 64, 128, 256, 512),
    Measure.PROMPT_CHARS: (128, 256, 512, 1024, 2048),
    Measure.ANSWER_WORDS: (1, 4, 16, 64, 256),
    Measure.ANSWER_CHARS: (8, 32, 128, 512, 2048),
}
"""Upper edges of the histogram's bins, each included; one more bin holds what is longer than the last."""


@dataclass(frozen=True, slots=True)
class LengthSummary:
    """The lengths of one measure of one sub-task's examples."""

    label: str
    measure: Measure
    n: int
    minimum: int
    median: int  # nearest rank: a length that occurs
    p95: int
    maximum: int
    bins: tuple[int, ...]  # examples in each bin of BIN_EDGES; they sum to n


def measure_lengths(examples: Iterable[TrainingExample]) -> list[LengthSummary]:
    """Return a summary for each sub-task and measure, sub-tasks by name, measures in their order."""
    by_label: dict[str, list[TrainingExample]] = {}
    for example in examples:
        by_label.setdefault(example.label, []).append(example)
    return [
        summarise_lengths(label, measure, [getattr(example, measure.value) for example in by_label[label]])
        for label in sorted(by_label)
        for measure in Measure
    ]


def summarise_lengths(label: str, measure: Measure, lengths: Sequence[int]) -> LengthSummary:
    """Return minimum, median, 95th percentile, maximum and histogram of lengths; ValueError where there are none."""
    if not lengths:
        raise ValueError(f"{label}, {measure}: expected at least one length, got none")
    ordered = sorted(lengths)
    bins = [0] * (len(BIN_EDGES[measure]) + 1)
    for length in ordered:
        bins[bisect_left(BIN_EDGES[measure], length)] += 1
    return LengthSummary(
        label,
        measure,
        len(ordered),
        ordered[0],
        _nearest_rank(ordered, 0.5),
        _nearest_rank(ordered, 0.95),
        ordered[-1],
        tuple(bins),
    )


def name_bins(measure: Measure) -> list[str]:
    """Return the headings of a measure's bins: "<=32", ..., ">512"."""
    edges = BIN_EDGES[measure]
    return [*(f"<={edge}" for edge in edges), f">{edges[-1]}"]


def _nearest_rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
