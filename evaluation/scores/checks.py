"""What must hold of a model's scores before anybody believes them; each rule names the cells that break it.

Example:
    >>> find_unparsed([]), find_below_blind([])
    ([], [])
"""

from collections.abc import Iterable

from evaluation.scores.main_scores import pick_main
from pipelines.score_records import Condition, ControlEffect, Score

MOST_UNPARSED = 0.05  # beyond it a score tells of wording, not of the model


def find_unparsed(scores: Iterable[Score]) -> list[Score]:
    """Return the cells that stand for a model of which 5 % of the answers or more could not be read, or were empty."""
    return [score for score in pick_main(scores) if score.n and score.n_unparsed >= MOST_UNPARSED * score.n]


def find_below_blind(effects: Iterable[ControlEffect]) -> list[ControlEffect]:
    """Return the cells whose score is not surely above that of the same model without images: its interval reaches 0.

    With too few independent units for an interval, the difference itself must be above 0.
    """
    return [
        effect
        for effect in effects
        if effect.condition is Condition.BLIND and (effect.difference if effect.low is None else effect.low) <= 0
    ]
