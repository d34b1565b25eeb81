"""Judged answers for tests: `judge("a", "r1", 1)` is right, `judge("a", "r1", 0.4, is_open=True)` an open answer."""

from evaluation.comparisons.judged import Judged
from evaluation.scores.judging import View
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

LETTERS = "ABCDEFGHIJ"


def judge(
    model, key, value, *, unit=None, benchmark="demo", view=View.AS_PUBLISHED, condition=Condition.SIGHTED, variant="",
    is_open=False, meant=None, place=None, keyed_place=None, n_options=2,
):  # fmt: skip
    return Judged(
        model=model,
        benchmark=benchmark,
        answer_type=AnswerType.OPEN if is_open else AnswerType.CLOSED,
        metric="open_v1" if is_open else "accuracy",
        view=view,
        condition=condition,
        variant=variant,
        record_key=key,
        unit=key if unit is None else unit,
        value=float(value),
        letter=None if place is None else LETTERS[place],
        meant=meant,
        place=place,
        keyed_place=keyed_place,
        n_options=0 if is_open else n_options,
    )


def judge_all(model, values, *, items_per_unit=1, **details):
    """One answer per value, items r000, r001 ..., so many in a row of one unit."""
    return [
        judge(model, f"r{place:03}", value, unit=f"u{place // items_per_unit:03}", **details)
        for place, value in enumerate(values)
    ]
