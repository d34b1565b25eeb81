"""How a VQA-RAD image was acquired, as far as its own questions tell: the file has no column for it.

Evidence is an answered modality or plane question: its answer where that names a modality ("MRI/FLAIR"), or its own words
where it begins "Is this ..." and was answered with yes. A "no", a negated question and every other question type tell
nothing. Where two answers disagree nothing is chosen: the label holds both values, joined by "|", with quality
"conflicting", and the image itself stays without the value.

Example:
    >>> find_words("MR - Flair", MODALITY_WORDS)
    ['mri']
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.sources.vqa_rad.rows import Row
from pipelines.sources.vqa_rad.vocabulary import MODALITY_WORDS, PLANE_WORDS, SEQUENCE_WORDS
from pipelines.vocabulary import QuestionType

STATED = "stated"
CONFLICTING = "conflicting"

_TELLING_TYPES = frozenset({QuestionType.MODALITY, QuestionType.PLANE})
_ABOUT_THIS_IMAGE = re.compile(r"^(is|was) (this|the|it)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\bnot\b|n't\b", re.IGNORECASE)
_WORDS_BY_CODE: Mapping[str, Mapping[str, str]] = {
    "modality": MODALITY_WORDS,
    "plane": PLANE_WORDS,
    "sequence": SEQUENCE_WORDS,
}


@dataclass(frozen=True)
class Finding:
    """What the questions of one image say under one code ("modality", "plane", "sequence")."""

    code: str
    value: str
    quality: str  # STATED or CONFLICTING


def tell_acquisition(rows: Iterable[Row]) -> list[Finding]:
    """Return at most one finding per code for the rows of one image, in the order modality, plane, sequence."""
    texts = [text for row in rows if (text := _telling_text(row)) is not None]
    findings: list[Finding] = []
    for code, words in _WORDS_BY_CODE.items():
        # A text that names two values ("CT or MRI") asks; it does not tell.
        named = [found[0] for text in texts if len(found := find_words(text, words)) == 1]
        values = sorted(set(named))
        if values:
            findings.append(Finding(code, "|".join(values), STATED if len(values) == 1 else CONFLICTING))
    return findings


def find_words(text: str, words: Mapping[str, str]) -> list[str]:
    """Return the values whose words occur in a text, in the order of the mapping."""
    return [str(value) for value, pattern in words.items() if re.search(pattern, text, re.IGNORECASE)]


def _telling_text(row: Row) -> str | None:
    if _TELLING_TYPES.isdisjoint(row.question_types) or _NEGATED.search(row.question):
        return None
    if row.answer.casefold() == "no":
        return None
    if row.answer.casefold() != "yes":
        return row.answer
    return row.question if _ABOUT_THIS_IMAGE.search(row.question) else None
