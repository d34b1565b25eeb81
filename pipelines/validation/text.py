"""Texts as rules compare them: two that differ in case, articles, punctuation or Unicode form only are one.

Example:
    >>> normalise("The  PNEUMOTHORAX.") == normalise("a pneumothorax")
    True
"""

import re
import unicodedata
from functools import lru_cache

from pipelines.records import Record

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
# Signs that carry a value ("<5", "+", "50%") stay; every other punctuation becomes a space.
_PUNCTUATION = re.compile(r"[^\w<>+%.-]|[.-](?!\d)")


@lru_cache(maxsize=1 << 14)  # options repeat by the thousand
def normalise(text: str) -> str:
    """Return the text under NFKC and casefold, without punctuation and articles, with single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _PUNCTUATION.sub(" ", folded)
    return " ".join(_ARTICLES.sub(" ", words).split()) or folded.strip()


def contains_words(text: str, words: str) -> bool:
    """Return whether the normalised words occur in the normalised text as whole words."""
    return f" {normalise(words)} " in f" {normalise(text)} "


def holds_verbatim(text: str, words: str) -> bool:
    """Return whether the words stand in the text letter for letter, beginning and ending where words do."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        is_cut_before = words[0].isalnum() and text[start - 1 : start].isalnum()
        if not is_cut_before and not (words[-1].isalnum() and text[end : end + 1].isalnum()):
            return True
        start = text.find(words, start + 1)
    return False


def texts_of(record: Record) -> tuple[str, ...]:
    """Return everything that a record says: question, options, and the answer where it is no option."""
    answer = () if record.answer in record.options else (record.answer,)
    return (record.question, *record.options, *answer)
