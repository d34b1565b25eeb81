"""A text as readers of labels see it: words, which of them stand under a negation, and in which clause and sentence each is.

A negation reaches to the end of its clause; "or" and "nor", and a list that ends in one of them, carry it on ("no improvement,
worsening, or other change"), "but" and "while" end it. After the method of NegEx (Chapman, J Biomed Inform 34:301-310, 2001).

Example:
    >>> text = read_sentence("No improvement or worsening, but new edema.")
    >>> [word for word, is_negated in zip(text.words, text.is_negated) if is_negated]
    ['improvement', 'or', 'worsening']
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CACHED_TEXTS = 8_192  # templates repeat; texts of a model do not, and must not fill the memory

_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[.,;:?!()/%<>\u2264\u2265]")
_FULL_STOPS = frozenset(".?!")
_CLAUSE_ENDS = frozenset(".?!;:,()") | {"while", "whereas", "but", "although", "though", "however", "yet"}
_AFTER_AND = frozenset({"the", "there", "a", "an", "no", "in", "its", "not", "is", "was", "has", "have", "shows"})
_NEGATION_ENDS = (_CLAUSE_ENDS - {","}) | {"and", "because", "since", "with", "which"}
_NEGATOR_WORDS = (
    "no|not|neither|nor|without|never|none|nothing|hardly|scarcely|barely|unlike|unlikely|stopped|stops|ceased|ceases|excludes"
)
_NEGATORS = frozenset(_NEGATOR_WORDS.split("|"))
_NEGATING_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "absence of",
        "lack of",
        "free of",
        "rather than",
        "instead of",
        "failed to",
        "negative for",
        "wrong to",
        "wrong that",
        "false to",
        "false that",
        "incorrect to",
        "incorrect that",
        "mistaken to",
        "far from",
        "untrue that",
    )
) | {("rules", "out"), ("ruled", "out"), ("less", "likely")}
_MAY_NEGATE = _NEGATORS | {pair[0] for pair in _NEGATING_PAIRS} | {"little"}
_NOT_NEGATING = frozenset({("not", "only"), ("no", "doubt"), ("not", "just")})
_AUXILIARIES = frozenset({"is", "are", "was", "were", "has", "have", "had", "shows", "it"})
_SEEN = "seen|evident|visible|present|observed|noted|found|identified|detected|apparent|demonstrated|achieved|appreciable"
_DENIALS = re.compile(
    r"(?:(?:is|are|was|were|has|have|had|can|could|did|does) )?(?:not|never|absent|unlikely|doubtful|hardly|scarcely|barely)\b"
    r"|(?:is|was|can be|could be) (?:excluded|ruled out)\b|(?:has|have) (?:stopped|ceased)\b"
    rf"|[a-z0-9 ]* (?:is|are|was|were|can|could|has|have) not (?:be |been )?(?:{_SEEN})\b"
)
_DENIAL_REACH = 11  # words: "improvement over the first image is not evident"
_LIST_REACH = 8  # words from a comma to the "or" that ends its list


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text in words; all fields have one entry per word, punctuation marks being words of their own."""

    words: tuple[str, ...]
    is_negated: tuple[bool, ...]
    clause: tuple[int, ...]  # 0-based number of the clause
    sentence: tuple[int, ...]  # 0-based number of the sentence

    def is_denied(self, start: int, end: int) -> bool:
        """Return whether the words from start to before end are negated, before or after: "improvement was not seen"."""
        return self.is_negated[start] or self.is_denied_behind(end)

    def is_denied_behind(self, end: int) -> bool:
        """Return whether what stands before the word at `end` is denied in the rest of its clause."""
        clause = self.clause[end - 1]
        behind = [
            word
            for word, number in zip(self.words[end : end + _DENIAL_REACH], self.clause[end : end + _DENIAL_REACH], strict=True)
            if number == clause
        ]
        return _DENIALS.match(" ".join(behind)) is not None


@lru_cache(maxsize=CACHED_TEXTS)
def read_sentence(text: str) -> Sentence:
    """Return a text's words in lower case with what surrounds them."""
    words = tuple(_WORD.findall(_fold(text)))
    clause, sentence = _number_clauses(words)
    return Sentence(words, _mark_negated(words), clause, sentence)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    folded = folded.replace("n't", " not").replace("cannot", "can not").replace("anything but", "not").replace("'s", "")
    return re.sub(r"\bbi-? ?rads\b", "birads", re.sub(r"\s[\u2013\u2014]\s|\u2014", " ; ", folded))


def _number_clauses(words: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    clauses: list[int] = []
    sentences: list[int] = []
    clause = sentence = 0
    for place, word in enumerate(words):
        if word in _CLAUSE_ENDS or (word == "and" and words[place + 1 : place + 2] and words[place + 1] in _AFTER_AND):
            clause += 1
        clauses.append(clause)
        sentences.append(sentence)
        if word in _FULL_STOPS:
            sentence += 1
    return tuple(clauses), tuple(sentences)


def _mark_negated(words: tuple[str, ...]) -> tuple[bool, ...]:
    marks: list[bool] = []
    is_active = False
    for place, word in enumerate(words):
        if is_active and (word in _NEGATION_ENDS or (word == "," and not _is_list(words, place))):
            is_active = False
        marks.append(is_active)
        if word in _MAY_NEGATE and _negates(words, place):
            is_active = True
    return tuple(marks)


def _negates(words: tuple[str, ...], place: int) -> bool:
    pair = words[place : place + 2]
    if words[place] == "little":
        return words[place - 1 : place] != ("a",)
    return (words[place] in _NEGATORS or pair in _NEGATING_PAIRS) and pair not in _NOT_NEGATING


def _is_list(words: tuple[str, ...], comma: int) -> bool:
    """Return whether the comma stands in a list that "or" or "nor" ends: then the negation before it goes on."""
    if words[comma - 1] in _NEGATORS:
        return False
    for word in words[comma + 1 : comma + 1 + _LIST_REACH]:
        if word in ("or", "nor"):
            return True
        if word in _AUXILIARIES or word in _NEGATION_ENDS:
            return False
    return False
