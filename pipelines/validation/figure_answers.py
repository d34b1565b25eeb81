"""Rule about questions of a source with free answers (LLaVA-Med): the item asks what the source asks, of the image that it is
asked of, and answers what the source answers; only the image's name differs.

Example:
    >>> same_but_for_the_image("The second image shows ascites.", "The figure shows ascites.")
    True
    >>> same_but_for_the_image("The second image shows ascites.", "The figure shows no ascites.")
    False
"""

import re

from pipelines.generation.ordinals import ORDINALS
from pipelines.records import Fact, ImageGroup, Record
from pipelines.validation.ordinals import read_mentions
from pipelines.vocabulary import AnswerType

_IMAGE = re.compile(
    rf"\b(?:the (?:{'|'.join(ORDINALS)}) (?:image|(?:one )?of the (?:two |three )?images)|(?:this|the|that) (?:[\w-]+ ){{0,2}}"
    r"(?:image|figure|photo|photograph|photomicrograph|micrograph|picture|illustration|scan|film|x[- ]?ray|radiograph|CT|MRI|"
    r"CXR|slice|section))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_PLACING = frozenset(
    {"in", "of", "for", "on", "from", "at", "by", "within", "the", "a", "an", "image", "shown", "seen", "does", "show", "is"}
    | {"was", "this", "that"}
)
"""Words that a location phrase brings along or takes away."""


_GENERAL_WORDS = "what|can|you|see|seen|be|show|shows|shown|describe|describes|depict|depicted|this|figure|picture"
_GENERAL = frozenset(_GENERAL_WORDS.split("|"))
"""Words of a question that asks for nothing but a description."""


def find_figure_fault(record: Record, group: ImageGroup) -> str | None:
    """Return how the item differs from the source's question and answer, None where it does not."""
    asked = _fact(record, "question")
    answered = _fact(record, "answer")
    if asked is None or answered is None or {asked, answered} - set(group.facts):
        return "the source's question and answer are not among the evidence"
    if read_mentions(record.question).positions != {asked.image_index} or answered.image_index != asked.image_index:
        return f"the source asks of image {asked.place + 1}; the question names another one, or none"
    wanted, got = _content(asked.value), _content(record.question)
    if got != wanted and (got | wanted) - _GENERAL:
        return "the question asks other words than the source's"
    if record.answer_type is AnswerType.CLOSED:
        stated = _WORD.findall(answered.value.casefold())[:1]
        return None if stated == [record.answer.casefold()] else "the source's answer does not begin with the key"
    return None if same_but_for_the_image(record.answer, answered.value) else "the answer says other words than the source's"


def same_but_for_the_image(text: str, other: str) -> bool:
    """Return whether two texts have the same words in the same order, apart from how they name the image."""
    return _words(_IMAGE.sub(" ", text)) == _words(_IMAGE.sub(" ", other))


def _fact(record: Record, code: str) -> Fact | None:
    return next((fact for fact in record.evidence if fact.code == code), None)


def _content(text: str) -> frozenset[str]:
    return frozenset(_words(_IMAGE.sub(" ", text))) - _PLACING


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
