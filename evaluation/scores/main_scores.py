"""Which of a model's scores stand for it: the sighted ones, and where it was shown no image, the blind ones.

Example:
    >>> pick_main([])
    []
"""

from collections.abc import Iterable

from pipelines.score_records import Condition, Score


def pick_main(scores: Iterable[Score]) -> list[Score]:
    """Return the sighted scores, and the blind one of each cell that has no sighted one, in their order.

    A cell is a model, benchmark, answer type, metric and view. A model that takes text alone has blind cells only; a model with
    eyes has one where a benchmark's images are not at hand.
    """
    given = list(scores)
    sighted = {_cell(score) for score in given if score.condition is Condition.SIGHTED}
    return [
        score
        for score in given
        if score.condition is Condition.SIGHTED or (score.condition is Condition.BLIND and _cell(score) not in sighted)
    ]


def _cell(score: Score) -> tuple[str, ...]:
    return score.model, score.benchmark, score.answer_type, score.metric, score.view
