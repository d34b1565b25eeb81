"""Length summaries count every example once and state lengths that occur."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.vocabulary import AnswerType
from training.lengths import BIN_EDGES, Measure, measure_lengths, name_bins, summarise_lengths
from training.messages import TrainingExample

lengths = st.lists(st.integers(0, 5000), min_size=1, max_size=60)


@given(lengths, st.sampled_from(Measure))
def test_bins_hold_every_length_once(values: list[int], measure: Measure) -> None:
    summary = summarise_lengths("x", measure, values)
    edges = [-1, *BIN_EDGES[measure], 10**9]
    assert list(summary.bins) == [sum(low < v <= high for v in values) for low, high in pairwise(edges)]
    assert sum(summary.bins) == summary.n == len(values) and len(name_bins(measure)) == len(summary.bins)


@given(lengths)
def test_quantiles_are_lengths_that_enough_examples_reach(values: list[int]) -> None:
    summary = summarise_lengths("x", Measure.PROMPT_CHARS, values)
    assert (summary.minimum, summary.maximum) == (min(values), max(values))
    for quantile, share in ((summary.median, 0.5), (summary.p95, 0.95)):
        assert quantile in values
        assert sum(v <= quantile for v in values) >= share * len(values) > sum(v < quantile for v in values)


def test_no_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one length"):
        summarise_lengths("x", Measure.PROMPT_WORDS, [])


def test_sub_tasks_are_measured_apart_and_by_name() -> None:
    examples = [
        TrainingExample("r1", "b", AnswerType.OPEN, "one two", "three", ("i",)),
        TrainingExample("r2", "a", AnswerType.OPEN, "one", "two three four", ("i",)),
    ]
    summaries = measure_lengths(examples)
    assert [(s.label, s.measure) for s in summaries] == [(label, measure) for label in "ab" for measure in Measure]
    assert [s.maximum for s in summaries] == [1, 3, 3, 14, 2, 7, 1, 5]
