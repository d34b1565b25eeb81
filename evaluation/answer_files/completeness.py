"""Whether a file answers all that it is scored on: a score over half of the questions must not pass for one over all.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> items = [BenchmarkItem(key, 0, key, (), "What?", {}, None, "A mass.", AnswerType.OPEN, key) for key in ("r1", "r2")]
    >>> complete(items, [Prediction("m", "b", "r1", "a mass")], "m", "b", Missing.LEFT_OUT).missing
    ('r2',)
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.answer_files.predictions import PredictionError
from evaluation.benchmark import BenchmarkItem
from evaluation.scores.scoring import ScoringError
from pipelines.score_records import Condition, Prediction

# A score is one of these, looked for in this order; the other conditions are changes whose answers are compared with it.
SCORED_FIRST = (Condition.SIGHTED, Condition.BLIND)
_SHOWN = 5


class Missing(StrEnum):
    """What becomes of an item without an answer."""

    REFUSED = "refused"
    WRONG = "wrong"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Completed:
    """What is scored of one benchmark: items, all answers to them, and which items have none under the main condition."""

    items: tuple[BenchmarkItem, ...]
    predictions: tuple[Prediction, ...]
    condition: Condition
    missing: tuple[str, ...]


def find_main_condition(predictions: Iterable[Prediction], where: str) -> Condition:
    """Return how the items of the score itself were shown: as they are, else blind; `where` is told in the message.

    Raises:
        PredictionError: answers under other conditions alone; no score stands on them.
    """
    found = dict.fromkeys(row.condition for row in predictions)
    for condition in SCORED_FIRST:
        if condition in found:
            return condition
    raise PredictionError(
        f"{where}: there are answers under {', '.join(found) or 'no condition'} alone; expected some under "
        f"{' or '.join(SCORED_FIRST)}: answer the items as they are first"
    )


def complete(
    items: Sequence[BenchmarkItem],
    predictions: Sequence[Prediction],
    model: str,
    benchmark: str,
    missing: Missing,
    condition: Condition | None = None,
) -> Completed:
    """Return items and answers with every item answered under the main condition: filled up, left out, or refused.

    Raises:
        ScoringError: items without an answer, where that is refused; says how many and which.
        PredictionError: see `find_main_condition`.
    """
    main = condition or find_main_condition(predictions, f"{model} on {benchmark}")
    answered = {row.record_key for row in predictions if row.condition is main}
    lacking = tuple(item.key for item in items if item.key not in answered)
    if lacking and missing is Missing.REFUSED:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        raise ScoringError(
            f"{model} on {benchmark}: {len(lacking):,} of {len(items):,} items have no prediction ({main}): "
            f"{', '.join(lacking[:_SHOWN])}{more}; add them, {_advise(items, answered)}"
        )
    left = [item for item in items if missing is not Missing.LEFT_OUT or item.key in answered]
    keys = {item.key for item in left}
    kept = [row for row in predictions if row.record_key in keys]
    filled = [Prediction(model, benchmark, key, "", main) for key in lacking if missing is Missing.WRONG]
    return Completed(tuple(left), (*kept, *filled), main, lacking)


def _advise(items: Sequence[BenchmarkItem], answered: Collection[str]) -> str:
    types = {item.answer_type for item in items if item.key in answered}
    if len(types) == 1 and all(item.key in answered for item in items if item.answer_type in types):
        (only,) = types
        return f"or score those that are answered: --answer-type {only}"
    return "count them as wrong (--allow-missing), or score what was answered alone (--answered-only)"
