"""Judged answers as the rows that statistics take: one per view in which an answer counts.

Example:
    >>> expand_views([])
    []
"""

from collections.abc import Iterable, Iterator

from evaluation.comparisons.judged import Judged
from evaluation.open_score import OpenScore
from evaluation.scores.judging import View
from evaluation.scores.scorecard import JudgedAnswer
from pipelines.vocabulary import AnswerType


def expand_views(answers: Iterable[JudgedAnswer]) -> list[Judged]:
    """Return closed answers as published and, unless they are excluded there, corrected; open answers once."""
    return [judged for answer in answers for judged in _expand(answer)]


def _expand(answer: JudgedAnswer) -> Iterator[Judged]:
    if answer.answer_type is AnswerType.OPEN:
        components = OpenScore(answer.bert_recall or 0.0, answer.bleu or 0.0, answer.rouge_l_recall or 0.0)
        yield _judge(answer, View.AS_PUBLISHED, components.mean)
        return
    for view, verdict in (
        (View.AS_PUBLISHED, answer.is_correct_as_published),
        (View.CORRECTED, answer.is_correct_corrected),
    ):
        if verdict is not None:
            yield _judge(answer, view, float(verdict))


def _judge(answer: JudgedAnswer, view: View, value: float) -> Judged:
    return Judged(
        model=answer.model,
        benchmark=answer.benchmark,
        answer_type=answer.answer_type,
        metric=answer.metric,
        view=view,
        condition=answer.condition,
        variant=answer.variant,
        record_key=answer.record_key,
        unit=answer.unit,
        value=value,
        letter=answer.letter,
        meant=answer.meant,
        place=answer.place,
        keyed_place=answer.keyed_place,
        n_options=answer.n_options,
    )
