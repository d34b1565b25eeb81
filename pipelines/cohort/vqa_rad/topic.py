"""A topic: several wordings of one question, and the function that answers it from what was drawn.

Example:
    >>> heart = presence(Finding.CARDIOMEGALY, "Is the heart enlarged?", code="SIZE")
    >>> heart.code, heart.answer_type.value
    ('SIZE', 'closed')
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.cohort.phantoms.truth import Finding, Truth
from pipelines.vocabulary import AnswerType, Laterality

Answer = bool | int | str | None
"""True and False are "yes" and "no"; None means that the question does not apply to an image."""

_SIDE_WORDS = {Laterality.LEFT: "Left", Laterality.RIGHT: "Right"}


@dataclass(frozen=True)
class Topic:
    """One question in several wordings, the first of them the usual one."""

    code: str  # of VQA-RAD's question_type
    answer_type: AnswerType
    wordings: tuple[str, ...]
    answer: Callable[[Truth], Answer]


def presence(finding: Finding, *wordings: str, code: str = "PRES") -> Topic:
    """Return the topic whether a finding is there."""
    return Topic(code, AnswerType.CLOSED, wordings, lambda truth: truth.shows(finding))


def side(finding: Finding, *wordings: str, answer_type: AnswerType = AnswerType.OPEN, noun: str = "") -> Topic:
    """Return the topic on which side a finding is; it applies where the finding is there. `noun` follows the side."""

    def answer(truth: Truth) -> Answer:
        where = truth.findings.get(finding)
        return None if where is None else f"{_SIDE_WORDS[where]} {noun}".strip()

    return Topic("POS", answer_type, wordings, answer)


def closed(code: str, answer: Callable[[Truth], Answer], *wordings: str) -> Topic:
    """Return a closed topic."""
    return Topic(code, AnswerType.CLOSED, wordings, answer)


def open_ended(code: str, answer: Callable[[Truth], Answer], *wordings: str) -> Topic:
    """Return an open topic."""
    return Topic(code, AnswerType.OPEN, wordings, answer)
