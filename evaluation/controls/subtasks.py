"""Sub-task by sub-task: what a model scores with its images, without them, and with those of another item.

An ability is a mean of tasks that may be learnt or not; whether a model looks is seen in each of them.

Example:
    >>> score_subtasks([], {}, seed=1)
    ()
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.benchmark import BenchmarkItem
from evaluation.comparisons.judged import Column, Judged
from evaluation.comparisons.paired import AnswerTable, PairedResult, compare_rows, tabulate_answers
from evaluation.intervals import DEFAULT_SEED, DRAWS, bootstrap_bounded, wilson_interval
from evaluation.scores.judging import View
from pipelines.score_records import IMAGE_CONTROLS, Condition
from pipelines.vocabulary import AnswerType, SubTask

_SHOWN = (Condition.SIGHTED, *IMAGE_CONTROLS)
# What is held against what: looking against not looking, and others' images against none.
_PAIRS = (
    (Condition.SIGHTED, Condition.BLIND),
    (Condition.SIGHTED, Condition.SHUFFLED_IMAGES),
    (Condition.SHUFFLED_IMAGES, Condition.BLIND),
)


@dataclass(frozen=True, slots=True)
class Level:
    """A score with its 95 % interval, each 0-1."""

    value: float
    low: float | None  # cluster bootstrap by unit; of closed answers with too few units Wilson's, of open ones None
    high: float | None
    is_by_unit: bool
    n: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class SubtaskScore:
    """One model on one sub-task of a benchmark; differences are on the items answered both ways."""

    model: str
    benchmark: str
    subtask: SubTask
    answer_type: AnswerType
    metric: str
    sighted: Level
    blind: Level | None
    shuffled: Level | None
    over_blind: PairedResult | None  # sighted less blind
    over_shuffled: PairedResult | None  # sighted less shuffled
    shuffled_over_blind: PairedResult | None  # what others' images add: nothing, where a model looks at its own


def score_subtasks(
    judged: Iterable[Judged],
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    *,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
) -> tuple[SubtaskScore, ...]:
    """Return a row per model, benchmark, sub-task and answer type that has sighted answers, as published.

    Models stand in order of first appearance, benchmarks in the order given, sub-tasks in that of the vocabulary, closed
    answers before open ones. Items whose sub-task nobody knows, as those of released files, are left out.

    Raises:
        JudgedError: an answer is there twice, or an item has two units.
    """
    subtasks = {(name, item.key): item.subtask for name, items in benchmarks.items() for item in items if item.subtask}
    parts: dict[tuple[str, SubTask], list[Judged]] = {}
    models: dict[str, None] = {}
    for answer in judged:
        subtask = subtasks.get((answer.benchmark, answer.record_key))
        if subtask and answer.view is View.AS_PUBLISHED and answer.condition in _SHOWN:
            parts.setdefault((answer.benchmark, subtask), []).append(answer)
            models[answer.model] = None
    names, tasks = list(benchmarks), list(SubTask)
    order = sorted(parts, key=lambda part: (names.index(part[0]), tasks.index(part[1])))
    rows = [row for part in order for row in _score_part(part[1], parts[part], seed, draws)]
    return tuple(sorted(rows, key=lambda row: list(models).index(row.model)))


def _score_part(subtask: SubTask, answers: Sequence[Judged], seed: int, draws: int) -> Iterator[SubtaskScore]:
    tables = tabulate_answers(answers)
    for column in sorted(tables, key=lambda one: list(AnswerType).index(one.answer_type)):
        table = tables[column]
        for model in dict.fromkeys(model for model, condition in table.rows if condition is Condition.SIGHTED):
            yield _score_row(model, subtask, column, table, seed, draws)


def _score_row(model: str, subtask: SubTask, column: Column, table: AnswerTable, seed: int, draws: int) -> SubtaskScore:
    levels = {
        condition: _measure_level(table, (model, condition), column.answer_type, seed, draws)
        for condition in _SHOWN
        if (model, condition) in table.rows
    }
    pairs = [((model, a), (model, b)) for a, b in _PAIRS if a in levels and b in levels]
    found = {(a[1], b[1]): result for (a, b), result in compare_rows(table, pairs, seed=seed, draws=draws).items()}
    over_blind, over_shuffled, shuffled_over_blind = (found.get(pair) for pair in _PAIRS)
    return SubtaskScore(
        model,
        column.benchmark,
        subtask,
        column.answer_type,
        column.metric,
        sighted=levels[Condition.SIGHTED],
        blind=levels.get(Condition.BLIND),
        shuffled=levels.get(Condition.SHUFFLED_IMAGES),
        over_blind=over_blind,
        over_shuffled=over_shuffled,
        shuffled_over_blind=shuffled_over_blind,
    )


def _measure_level(table: AnswerTable, row: tuple[str, Condition], answer_type: AnswerType, seed: int, draws: int) -> Level:
    values = table.values[table.rows.index(row)]
    answered = ~np.isnan(values)
    units = [table.units[place] for place in table.unit_places[answered]]
    scores = values[answered].tolist()
    clusters = bootstrap_bounded(scores, units, seed=seed, draws=draws)
    interval = clusters.interval
    if interval is None and answer_type is AnswerType.CLOSED:
        interval = wilson_interval(round(sum(scores)), len(scores))
    return Level(
        value=sum(scores) / len(scores),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        is_by_unit=clusters.interval is not None,
        n=len(scores),
        n_clusters=clusters.n_clusters,
    )
