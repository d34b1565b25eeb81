"""Texts as rules compare them: two that differ in case, articles, punctuation or Unicode form only are one.

Example:
    >>> normalise("The  PNEUMOTHORAX.") == normalise("a pneumothorax")
    True
"""

import re
import unicodedata

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalise(text: str) -> str:
    """Return the text under NFKC and casefold, without punctuation and articles, with single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Signs that carry a value ("<5", "+", "50%") stay; every other punctuation becomes a space.
    words = re.sub(r"[^\w<>+%.-]|[.-](?!\d)", " ", folded)
    return " ".join(_ARTICLES.sub(" ", words).split()) or folded.strip()


def contains_words(text: str, words: str) -> bool:
    """Return whether the normalised words occur in the normalised text as whole words."""
    return f" {normalise(words)} " in f" {normalise(text)} "
