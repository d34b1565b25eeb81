"""How something changed over time, as a text states it: improving, stable or worsening.

Every statement leaves some of the three open: "unchanged" leaves stable, "not worse" leaves stable and improving, "no
improvement" stable and worsening. What all statements of a text leave open together is what it says; where that is none or
several, the text states no class, and nothing is guessed.

The three are those of MS-CXR-T 1.0.0 (Bannur et al., arXiv 2301.04558). Of RANO (Wen et al., J Clin Oncol 28:1963-1972, 2010)
progressive disease is worsening, stable disease stable, partial and complete response improving.

Example:
    >>> read_progression("The effusion has neither grown nor shrunk").value, read_progression("No improvement")
    ('stable', None)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipelines.validation.labels.lexicon import Match
from pipelines.validation.labels.progression_words import AERATION, ELSEWHERE, FORMERLY, GRADES, TRENDS, Trend
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence


class Progression(StrEnum):
    """How a finding or a disease changed."""

    IMPROVING = "improving"
    STABLE = "stable"
    WORSENING = "worsening"


_ALL = frozenset(Progression)
_LEFT_OPEN = {
    Trend.BETTER: frozenset({Progression.IMPROVING}),
    Trend.LESS: frozenset({Progression.IMPROVING}),
    Trend.SAME: frozenset({Progression.STABLE}),
    Trend.MORE: frozenset({Progression.WORSENING}),
    Trend.WORSE: frozenset({Progression.WORSENING}),
    Trend.CHANGED: frozenset({Progression.IMPROVING, Progression.WORSENING}),
    Trend.CHANGES: frozenset({Progression.IMPROVING, Progression.WORSENING}),
}
_CANNOT_BE_DENIED = (Trend.UNKNOWN, Trend.ABSENT_NOW)
_COMPARISONS = frozenset({"than", "with", "to", "from", "since", "versus", "vs", "over", "against", "of", "after", "as"})
_LINKS = frozenset({"has", "have", "is", "are", "was", "were", "lung", "lungs", "in", "of", "the", "a"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What one phrase of a text leaves open; `place` is that of its first word."""

    place: int
    possible: frozenset[Progression]


def read_progression(text: str) -> Progression | None:
    """Return the one class that a text states, None where it states none, several, or a comparison that cannot be told."""
    return agree(find_statements(text))


def agree(statements: Iterable[Statement]) -> Progression | None:
    """Return the one class that all statements leave open."""
    possible = _ALL.intersection(*(statement.possible for statement in statements))
    return next(iter(possible)) if len(possible) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def find_statements(text: str) -> tuple[Statement, ...]:
    """Return the statements about change in a text, in its order."""
    sentence = read_sentence(text)
    found = (_read_match(sentence, match) for match in TRENDS.find(sentence.words))
    statements = [statement for statement in found if statement is not None]
    return (*statements, *_read_grades(sentence))


def _read_match(sentence: Sentence, match: Match[Trend]) -> Statement | None:
    if match.tag is Trend.NEUTRAL:
        return None
    is_denied = match.tag not in _CANNOT_BE_DENIED and sentence.is_denied(match.start, match.end)
    if match.tag is Trend.CHANGES and not is_denied:
        return None  # "postoperative changes" are no comparison, "no changes" is one
    if match.tag is Trend.UNKNOWN or (match.tag is not Trend.SAME and _is_said_of_the_earlier_image(sentence, match)):
        return Statement(match.start, frozenset())
    possible = _LEFT_OPEN[_turn_aeration(sentence, match)]
    return Statement(match.start, _ALL - possible if is_denied else possible)


def _is_said_of_the_earlier_image(sentence: Sentence, match: Match[Trend]) -> bool:
    """Return whether a comparison runs backwards, "larger in the first image": "than in the first image" runs forwards."""
    words = sentence.words
    if match.end < len(words) and words[match.end] in FORMERLY:
        return True
    for place in ELSEWHERE.find(words[match.end :]):
        start = match.end + place.start
        is_same_clause = sentence.clause[start] == sentence.clause[match.start]
        if is_same_clause and not _COMPARISONS & set(words[match.end : start]):
            return True
    return False


def _turn_aeration(sentence: Sentence, match: Match[Trend]) -> Trend:
    """More aeration, expansion or clearing is better, less of it is worse."""
    trend = Trend.BETTER if match.tag is Trend.ABSENT_NOW else match.tag
    if trend not in (Trend.MORE, Trend.LESS):
        return trend
    words = sentence.words
    after = next((word for word in words[match.end :] if word not in _LINKS), "")
    before = next((word for word in reversed(words[: match.start]) if word not in _LINKS), "")
    is_good = after.startswith(AERATION) or (before.startswith(AERATION) and words[match.start - 1] in _LINKS)
    if not is_good:
        return trend
    return Trend.BETTER if trend is Trend.MORE else Trend.WORSE


def _read_grades(sentence: Sentence) -> list[Statement]:
    """Read "from moderate to small"; equal grades are left aside, for a grade is coarse."""
    words = sentence.words
    statements = []
    for place, word in enumerate(words):
        if word != "from":
            continue
        graded = [(at, GRADES[words[at]]) for at in range(place, min(place + 9, len(words))) if words[at] in GRADES]
        if len(graded) >= 2 and "to" in words[graded[0][0] : graded[1][0]] and graded[0][1] != graded[1][1]:
            is_less = graded[1][1] < graded[0][1]
            statements.append(Statement(place, _LEFT_OPEN[Trend.LESS if is_less else Trend.MORE]))
    return statements
