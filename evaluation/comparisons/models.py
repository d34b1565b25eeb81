"""Models against each other, on the items that both answered.

Example:
    >>> compare_models([], seed=1)
    ()
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from evaluation.comparisons.holm import adjust_holm
from evaluation.comparisons.judged import Column, Judged
from evaluation.comparisons.mcnemar import find_mcnemar_p
from evaluation.comparisons.paired import PairedResult, compare_rows, tabulate_answers
from evaluation.intervals import DEFAULT_SEED, DRAWS
from pipelines.score_records import Comparison, Condition
from pipelines.vocabulary import AnswerType


def compare_models(judged: Iterable[Judged], *, seed: int = DEFAULT_SEED, draws: int = DRAWS) -> tuple[Comparison, ...]:
    """Return one row per pair of models and column in which they share items; sighted answers alone count.

    Models, and columns within a pair, stand in order of first appearance. Holm's correction is over the columns of one pair in
    one view, each test for itself. Open answers have one view only and stand in the table of either, so the closed
    columns of the corrected view are corrected for them too.

    Raises:
        JudgedError: an answer is there twice, or an item has two units.
    """
    sighted = [answer for answer in judged if answer.condition is Condition.SIGHTED]
    models = list(dict.fromkeys(answer.model for answer in sighted))
    found: dict[tuple[str, str], list[Comparison]] = {pair: [] for pair in combinations(models, 2)}
    for column, table in tabulate_answers(sighted).items():
        present = {model for model, _ in table.rows}
        pairs = [((a, Condition.SIGHTED), (b, Condition.SIGHTED)) for a, b in found if a in present and b in present]
        for ((a, _), (b, _)), result in compare_rows(table, pairs, seed=seed, draws=draws).items():
            found[a, b].append(_describe(a, b, column, result))
    return tuple(row for rows in found.values() for row in _correct(rows))


def _describe(a: str, b: str, column: Column, result: PairedResult) -> Comparison:
    is_closed = column.answer_type is AnswerType.CLOSED
    return Comparison(
        model_a=a,
        model_b=b,
        benchmark=column.benchmark,
        answer_type=column.answer_type,
        metric=column.metric,
        view=column.view.value,
        n=result.n,
        n_clusters=result.n_clusters,
        difference=result.difference,
        low=result.low,
        high=result.high,
        n_only_a=result.n_only_a if is_closed else None,
        n_only_b=result.n_only_b if is_closed else None,
        mcnemar_p=find_mcnemar_p(result.n_only_a, result.n_only_b) if is_closed else None,
        mcnemar_p_holm=None,
        sign_flip_p=result.sign_flip_p,
        sign_flip_p_holm=None,
    )


def _correct(rows: Sequence[Comparison]) -> list[Comparison]:
    """Return the rows of one pair, in their order, with Holm's p over the columns of their view."""
    corrected = list(rows)
    for view in dict.fromkeys(row.view for row in rows):
        family = [place for place, row in enumerate(rows) if _stands_in(row, view, rows)]
        closed = [place for place in family if rows[place].answer_type is AnswerType.CLOSED]
        of_mcnemar = dict(zip(closed, adjust_holm([rows[place].mcnemar_p for place in closed]), strict=True))
        of_sign_flip = dict(zip(family, adjust_holm([rows[place].sign_flip_p for place in family]), strict=True))
        for place in family:
            if rows[place].view == view:
                corrected[place] = replace(
                    rows[place], mcnemar_p_holm=of_mcnemar.get(place), sign_flip_p_holm=of_sign_flip[place]
                )
    return corrected


def _stands_in(row: Comparison, view: str, rows: Sequence[Comparison]) -> bool:
    """Tell whether a column counts in the table of a view: it is of that view, or open and of no other than its own."""
    if row.view == view:
        return True
    own = (row.benchmark, row.answer_type, row.metric)
    views = {other.view for other in rows if (other.benchmark, other.answer_type, other.metric) == own}
    return row.answer_type is AnswerType.OPEN and view not in views
