"""Which paired differences the page shows, and in which direction.

Example:
    >>> pick_differences([])
    []
"""

from collections.abc import Iterable
from dataclasses import replace

from evaluation.baselines.rules import BASELINES
from evaluation.scores.judging import View
from evaluation.titles import order_benchmarks
from pipelines.score_records import Comparison

MOST_DIFFERENCES = 40  # rows of the forest plot; the table evaluation/comparisons has all


def pick_differences(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Return what a reader asks first, as published: each model against every other row, the model first.

    One rule against another is left out. Within a pair rows stand in the order of the table's columns.
    """
    published = [row for row in comparisons if row.view == View.AS_PUBLISHED]
    chosen = [row for row in map(_put_model_first, published) if row.model_a not in BASELINES]
    pairs = list(dict.fromkeys((row.model_a, row.model_b) for row in chosen))
    benchmarks = order_benchmarks(row.benchmark for row in chosen)
    chosen.sort(key=lambda row: (pairs.index((row.model_a, row.model_b)), benchmarks.index(row.benchmark), row.answer_type))
    return chosen


def _put_model_first(row: Comparison) -> Comparison:
    """Return the same comparison with its models exchanged where the first is a rule."""
    if row.model_a not in BASELINES:
        return row
    return replace(
        row,
        model_a=row.model_b,
        model_b=row.model_a,
        difference=-row.difference,
        low=None if row.high is None else -row.high,
        high=None if row.low is None else -row.low,
        n_only_a=row.n_only_b,
        n_only_b=row.n_only_a,
    )
