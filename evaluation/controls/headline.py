"""The headline of a cell: a score, and what of it is left over what a control reaches.

Example:
    >>> from pipelines.vocabulary import AnswerType
    >>> describe_effect(ControlEffect("m", "b", AnswerType.CLOSED, "accuracy", "as_published", Condition.BLIND,
    ...                               300, 57, 0.710, 0.679, 0.031, -0.010, 0.072, 0.14))
    '3.1 [-1.0, 7.2] above blind'
"""

from evaluation.leaderboard.table import DASH
from evaluation.titles import write_as_words
from pipelines.score_records import Condition, ControlEffect, Score


def describe_headline(score: Score, effect: ControlEffect | None) -> str:
    """Return `71.0 [65.5, 75.9]; 3.1 [-1.0, 7.2] above blind`, values x 100 with 95 % intervals; a dash without a score.

    The score's interval is the cluster bootstrap, Wilson's where there are too few clusters. Without an effect a sighted score
    says that there is no blind run.

    Raises:
        ValueError: the effect is of another cell than the score.
    """
    if score.value is None:
        return DASH
    is_by_unit = score.cluster_low is not None
    low, high = (score.cluster_low, score.cluster_high) if is_by_unit else (score.low, score.high)
    shown = _write(score.value, low, high)
    if effect is None:
        return (
            f"{shown}; no blind run" if score.condition is Condition.SIGHTED else f"{shown}; {write_as_words(score.condition)}"
        )
    cells = [(row.model, row.benchmark, row.answer_type, row.metric, row.view) for row in (score, effect)]
    if cells[0] != cells[1] or score.condition is not Condition.SIGHTED:
        raise ValueError(f"an effect belongs to the sighted score of its own cell, got {cells[1]} for {cells[0]}")
    # The effect is over items answered both ways, which may be fewer than those of the score.
    n = f" (n {effect.n})" if effect.n != score.n else ""
    return f"{shown}; {describe_effect(effect)}{n}"


def describe_effect(effect: ControlEffect) -> str:
    """Return `3.1 [-1.0, 7.2] above blind`; where the control reaches more, the difference turned round and `below blind`."""
    if effect.difference >= 0 or _round(effect.difference) == 0:
        return f"{_write(effect.difference, effect.low, effect.high)} above {write_as_words(effect.condition)}"
    low, high = (None if bound is None else -bound for bound in (effect.high, effect.low))
    return f"{_write(-effect.difference, low, high)} below {write_as_words(effect.condition)}"


def _write(value: float, low: float | None, high: float | None) -> str:
    interval = "" if low is None or high is None else f" [{_round(low):.1f}, {_round(high):.1f}]"
    return f"{_round(value):.1f}{interval}"


def _round(share: float) -> float:
    """Return hundredths to one decimal; what rounds to nothing has no sign."""
    return round(100 * share, 1) + 0.0
