"""What a model's score owes to its images: sighted against blind, and against the images of other items.

Example:
    >>> measure_effects([], seed=1)
    ()
"""

from collections.abc import Iterable

from evaluation.comparisons.judged import Column, Judged
from evaluation.comparisons.paired import PairedResult, Row, compare_rows, tabulate_answers
from evaluation.intervals import DEFAULT_SEED, DRAWS
from pipelines.score_records import IMAGE_CONTROLS, Condition, ControlEffect


def measure_effects(judged: Iterable[Judged], *, seed: int = DEFAULT_SEED, draws: int = DRAWS) -> tuple[ControlEffect, ...]:
    """Return one row per model, column and control in which items were answered both ways; of several variants their mean.

    Models stand in order of first appearance; within a model columns do, and blind before shuffled images. A model without
    sighted answers (text alone) has no effects.

    Raises:
        JudgedError: an answer is there twice, or an item has two units.
    """
    wanted = [answer for answer in judged if answer.condition in (Condition.SIGHTED, *IMAGE_CONTROLS)]
    effects: dict[str, list[ControlEffect]] = {answer.model: [] for answer in wanted}
    for column, table in tabulate_answers(wanted).items():
        pairs: list[tuple[Row, Row]] = [
            ((model, Condition.SIGHTED), (model, control))
            for model in effects
            for control in IMAGE_CONTROLS
            if (model, Condition.SIGHTED) in table.rows and (model, control) in table.rows
        ]
        for ((model, _), (_, control)), result in compare_rows(table, pairs, seed=seed, draws=draws).items():
            effects[model].append(_describe(model, column, control, result))
    return tuple(effect for rows in effects.values() for effect in rows)


def _describe(model: str, column: Column, control: Condition, result: PairedResult) -> ControlEffect:
    return ControlEffect(
        model=model,
        benchmark=column.benchmark,
        answer_type=column.answer_type,
        metric=column.metric,
        view=column.view.value,
        condition=control,
        n=result.n,
        n_clusters=result.n_clusters,
        sighted=result.mean_a,
        control=result.mean_b,
        difference=result.difference,
        low=result.low,
        high=result.high,
        p=result.sign_flip_p,
    )
