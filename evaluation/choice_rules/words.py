"""Words of an option's text and of an output, compared strictly first, then without what changes no word's meaning.

Loosely equal are singular and plural, British and American spelling, hyphens left out and a possessive. A letter more,
less or another is no such thing: dysphagia and dysphasia are two findings, so are infarction and infraction.

Example:
    >>> loose_words("Crohn's diseases") == loose_words("Crohn disease")
    True
    >>> loose_words("BI-RADS 4, macular oedema") == loose_words("BIRADS 4 macular edema")
    True
    >>> loose_words("dysphagia") == loose_words("dysphasia")
    False
"""

import re
from functools import lru_cache

from evaluation.choice_rules.text import WORD, fold_text

Word = tuple[str, int, int]
"""A word in lower case, where it begins and where it ends."""

_ARTICLE = re.compile(r"\b(?:the|an?)\b(?=\s)")
_SENTENCE = 5  # words; in texts as long as this an article decides nothing, in "vitamin A deficiency" the A does


def split_words(folded: str) -> list[Word]:
    """Return the words of folded text with their places."""
    return [(match.group(0).lower(), match.start(), match.end()) for match in WORD.finditer(folded)]


def split_loosely(folded: str) -> list[Word]:
    """Return the words of folded text, each without what changes no meaning; a hyphenated word is one word."""
    loose: list[Word] = []
    for word, start, end in split_words(folded):
        before = folded[loose[-1][2] : start] if loose else ""
        if before == "'" and word == "s":
            loose[-1] = (loose[-1][0], loose[-1][1], end)
        elif before == "-" and word.isalpha():
            loose[-1] = (loose[-1][0] + word, loose[-1][1], end)
        else:
            loose.append((word, start, end))
    return [(_fold_word(word), start, end) for word, start, end in loose]


def loose_words(text: str) -> tuple[str, ...]:
    """Return the words that decide whether two texts say the same."""
    return tuple(word for word, _, _ in split_loosely(fold_text(text)))


def sentence_words(text: str) -> tuple[str, ...]:
    """Return the words of a sentence without its articles; nothing for a text that is shorter than a sentence."""
    words = loose_words(_ARTICLE.sub(" ", fold_text(text).lower()))
    return words if len(words) >= _SENTENCE else ()


@lru_cache(maxsize=65_536)  # a run reads the same few words again and again
def _fold_word(word: str) -> str:
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    american = re.sub(r"(?<=\w\w\w)our(?=s?$)", "or", word.replace("ae", "e").replace("oe", "e"))
    if american.endswith(("ss", "us", "is")):
        return american
    if american.endswith("ies"):
        return american[:-3] + "y"
    return re.sub(r"(?<=ss)es$|(?<=x)es$|(?<=[cs]h)es$|s$", "", american)
