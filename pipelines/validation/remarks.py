"""Remarks: what a reviewer should look at, but what rejects no record, for a rule that finds it is often wrong.

Example:
    >>> is_negated("Which of the two images does not show an effusion?"), is_negated("Which image shows an effusion?")
    (True, False)
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from pipelines.generation.letters import LETTERS
from pipelines.records import Record
from pipelines.validation.hinted import Hinted
from pipelines.validation.images import SINGLE_IMAGE, images_spoken_of
from pipelines.validation.synonyms import find_synonyms
from pipelines.validation.text import normalise, texts_of


class Remark(StrEnum):
    """What is remarked; the values are flags of a record."""

    SINGLE_IMAGE = SINGLE_IMAGE  # the question is about one image of several
    OPTION_SYNONYMS = "option_synonyms"  # two options may say the same
    LENGTH_CUE = "longest_key"  # the key is clearly the longest option, though not by as much as rejects
    NEGATED_STEM = "negated_stem"  # "Which image does not show ...?"
    KEY_WORDS_IN_STEM = "key_words_in_stem"  # words that the key alone of all options has stand in the question
    GRAMMAR = "grammar"


LENGTH_RATIO = 1.2  # of the key to the next longest option
LENGTH_MARGIN = 4  # characters
MIN_WORD = 4  # letters of a word that could tell
_NEGATED = re.compile(
    r"\b(?:not|never|except|without|lacks?|isn't|doesn't|cannot|least likely|incorrect|false|untrue|unlikely|"
    r"fails? to|other than)\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\bwhether or not\b|\bor not\b|\bif not\b|\bnot only\b|\bwithout \w+ing\b|\bwithout contrast\b|\bnot (?:among|"
    r"shown|given|yet)\b",
    re.IGNORECASE,
)
_DOUBLED = re.compile(r"\b(?!(?:that|had|is|very)\b)([a-z]+) \1\b", re.IGNORECASE)
_ARTICLE = re.compile(
    r"\b[Aa] (?=[aei](?!u)[a-z]|o(?!ne\b|nce\b)[a-z]|u(?:n(?!i)|m|p)|(?:MLO|MRI|XCCL|LM|ML|AP|X-ray)\b)|"
    r"\b[Aa]n (?=[bcdfgjkpqtvwz][a-z]|[lmnrsx][aeiouy])|"
    r"\b[Aa]n? an?\b"
)
_SPACED = re.compile(r" [,;?.!](?!\d)|[,;](?=[A-Za-z]{2})")
_AGREEMENT = Hinted(
    re.compile(
        r"(?<!of the )(?<!among the )(?<!in the )(?<!of these )(?<!the two )(?<!the three )\b(?:images|eyes|"
        r"lungs) (?:shows|is|has|was|depicts)\b"
    ),
    ("images ", "eyes ", "lungs "),
)
_OWN_CASE = re.compile(r"(?:[a-z]*[A-Z]|p\.|pH\b|mm\b|cm\b)")


def remarks_of(record: Record) -> tuple[str, ...]:
    """Return the record's flags with what is remarked of it, in order of the alphabet."""
    return tuple(sorted({*record.flags, *(remark.value for remark, holds in _CHECKS if holds(record))}))


@lru_cache(maxsize=1 << 14)
def is_negated(stem: str) -> bool:
    """Return whether a question asks for what is not so."""
    return _NEGATED.search(stem) is not None and _NEGATED.search(_NO_NEGATION.sub(" ", stem)) is not None


@lru_cache(maxsize=1 << 14)  # options repeat by the thousand
def find_slip(text: str) -> str | None:
    """Return the first slip of grammar or typing in a text, None where there is none."""
    for pattern in (_DOUBLED, _ARTICLE, _SPACED, _AGREEMENT):
        if match := pattern.search(text):
            return match[0]
    return text[:1] if text[:1].islower() and _OWN_CASE.match(text) is None else None


def _is_longest(record: Record) -> bool:
    if record.letter is None:
        return False
    key = len(record.answer)
    others = max(len(option) for place, option in enumerate(record.options) if place != LETTERS.index(record.letter))
    return key > LENGTH_RATIO * others and key - others >= LENGTH_MARGIN


def _key_words_in_stem(record: Record) -> bool:
    if record.letter is None:
        return False
    stem = set(normalise(record.question).split())
    others = {word for option in record.options if option != record.answer for word in normalise(option).split()}
    return any(len(word) >= MIN_WORD and word in stem and word not in others for word in normalise(record.answer).split())


_CHECKS: tuple[tuple[Remark, Callable[[Record], bool]], ...] = (
    (Remark.SINGLE_IMAGE, lambda record: len(images_spoken_of(record)) == 1),
    (Remark.OPTION_SYNONYMS, lambda record: len(find_synonyms(record.options)) > 0),
    (Remark.LENGTH_CUE, _is_longest),
    (Remark.NEGATED_STEM, lambda record: is_negated(record.question)),
    (Remark.KEY_WORDS_IN_STEM, _key_words_in_stem),
    (Remark.GRAMMAR, lambda record: any(find_slip(text) for text in texts_of(record))),
)
