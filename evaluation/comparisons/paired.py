"""Two rows of answers on the same items: how far apart they are, with interval and tests.

A row is what one model answered in one condition. All pairs of rows of a column are tested together, as arrays.

Example:
    >>> from evaluation.scores.judging import View
    >>> from pipelines.score_records import Condition
    >>> from pipelines.vocabulary import AnswerType
    >>> answers = [Judged(model, "demo", AnswerType.CLOSED, "accuracy", View.AS_PUBLISHED, Condition.SIGHTED, "", key, key,
    ...                   value, None, None, None, None, 2)
    ...            for model, key, value in [("a", "r1", 1.0), ("a", "r2", 1.0), ("b", "r1", 0.0), ("b", "r2", 0.0)]]
    >>> table = tabulate_answers(answers)[answers[0].column]
    >>> a, b = table.rows
    >>> found = compare_rows(table, [(a, b)], seed=1, draws=200)[a, b]
    >>> found.difference, found.n_only_a, found.sign_flip_p
    (1.0, 2, 0.5)
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.comparisons.judged import Column, Judged, JudgedError
from evaluation.comparisons.sign_flip import find_sign_flip_ps
from evaluation.intervals import bootstrap_bounded
from pipelines.score_records import Condition

Row = tuple[str, Condition]  # model, condition


@dataclass(frozen=True)
class AnswerTable:
    """The answers of one column as arrays; items stand in the order of their keys, so that no sum depends on the input's."""

    rows: tuple[Row, ...]  # in order of first appearance
    values: np.ndarray  # shape (rows, items), 0-1, NaN where there is no answer; of several variants their mean
    units: tuple[str, ...]  # names, sorted
    unit_places: np.ndarray  # shape (items,), each item's place in units


@dataclass(frozen=True, slots=True)
class PairedResult:
    """What two rows, a and b, are worth on the items that both have."""

    n: int
    n_clusters: int
    mean_a: float  # 0-1
    mean_b: float
    difference: float  # a - b, -1 to 1
    low: float | None  # 95 % cluster bootstrap of the difference; None with too few clusters
    high: float | None
    n_only_a: int  # items that are wholly right for a and wholly wrong for b
    n_only_b: int
    sign_flip_p: float | None  # by unit, two-sided; None where fewer than two units differ


def tabulate_answers(judged: Iterable[Judged]) -> dict[Column, AnswerTable]:
    """Return the table of each column, in order of first appearance.

    Raises:
        JudgedError: an answer is there twice, or an item has two units.
    """
    answers: dict[Column, dict[Row, dict[str, dict[str, float]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    units: dict[Column, dict[str, str]] = defaultdict(dict)
    for answer in judged:
        column = answer.column
        _check_unit(answer, units[column].setdefault(answer.record_key, answer.unit))
        variants = answers[column][answer.model, answer.condition][answer.record_key]
        if answer.variant in variants:
            raise JudgedError(f"{answer} is there twice; give each answer once")
        variants[answer.variant] = answer.value
    return {column: _tabulate(rows, units[column]) for column, rows in answers.items()}


def compare_rows(
    table: AnswerTable, pairs: Sequence[tuple[Row, Row]], *, seed: int, draws: int
) -> dict[tuple[Row, Row], PairedResult]:
    """Return each pair's result on the items that both rows have; a pair that shares none is left out."""
    places = {row: place for place, row in enumerate(table.rows)}
    shared: dict[tuple[Row, Row], np.ndarray] = {}
    for a, b in pairs:
        both = ~np.isnan(table.values[places[a]] + table.values[places[b]])
        if both.any():
            shared[a, b] = both
    sums = np.zeros((len(shared), len(table.units)))
    for line, ((a, b), both) in enumerate(shared.items()):
        differences = table.values[places[a], both] - table.values[places[b], both]
        sums[line] = np.bincount(table.unit_places[both], weights=differences, minlength=len(table.units))
    ps = find_sign_flip_ps(sums, table.units, seed=seed)
    return {
        (a, b): _describe(table, places[a], places[b], both, p, seed, draws)
        for ((a, b), both), p in zip(shared.items(), ps, strict=True)
    }


def _describe(table: AnswerTable, a: int, b: int, both: np.ndarray, p: float | None, seed: int, draws: int) -> PairedResult:
    of_a, of_b = table.values[a, both], table.values[b, both]
    differences = of_a - of_b
    units = [table.units[place] for place in table.unit_places[both]]
    clusters = bootstrap_bounded(differences.tolist(), units, least=-1.0, seed=seed, draws=draws)
    n = len(differences)
    return PairedResult(
        n=n,
        n_clusters=clusters.n_clusters,
        mean_a=math.fsum(of_a) / n,
        mean_b=math.fsum(of_b) / n,
        difference=math.fsum(differences) / n,
        low=clusters.interval.low if clusters.interval else None,
        high=clusters.interval.high if clusters.interval else None,
        n_only_a=int(np.count_nonzero(differences == 1)),
        n_only_b=int(np.count_nonzero(differences == -1)),
        sign_flip_p=p,
    )


def _tabulate(rows: Mapping[Row, Mapping[str, Mapping[str, float]]], units: Mapping[str, str]) -> AnswerTable:
    keys = sorted(units)
    places = {key: place for place, key in enumerate(keys)}
    values = np.full((len(rows), len(keys)), np.nan)
    for line, answered in enumerate(rows.values()):
        for key, variants in answered.items():
            values[line, places[key]] = math.fsum(variants.values()) / len(variants)
    names, unit_places = np.unique([units[key] for key in keys], return_inverse=True)
    return AnswerTable(tuple(rows), values, tuple(names.tolist()), unit_places)


def _check_unit(answer: Judged, unit: str) -> None:
    if answer.unit != unit:
        raise JudgedError(f"{answer} is of unit {answer.unit!r}, elsewhere of {unit!r}; an item has one independent unit")
