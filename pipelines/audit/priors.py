"""What answers give away without an image: letters, answer texts, options that are never right, the longest option.

Example:
    >>> measure_priors([])
    Priors(letters=(), answers=(), longest_option=(), never_correct=())
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipelines.audit.kinds import Side
from pipelines.audit.questions import Question
from pipelines.audit.records import AuditedRecord, shorten
from pipelines.formats.reference import fold

_MIN_EXPECTED = 5  # per letter: below, chi-square's distribution is no good approximation (Cochran 1954)
_MIN_OFFERED = 5  # how often an option must stand to be called never correct
_TOP = 5


@dataclass(frozen=True, slots=True)
class LetterPrior:
    """How often each letter is the key among closed questions with one number of options."""

    side: Side
    tag: str
    n_options: int
    counts: tuple[int, ...]  # of A, B, C, ...
    chi_square: float
    p_value: float | None  # against equal shares; None where fewer than 5 a letter are expected


@dataclass(frozen=True, slots=True)
class AnswerPrior:
    """How often the most frequent answer text is right."""

    side: Side
    tag: str
    is_closed: bool
    n: int
    n_distinct: int
    majority: str
    share: float  # 0-1


@dataclass(frozen=True, slots=True)
class LongestOption:
    """How often "take the longest option" (the first of ties) is the key."""

    side: Side
    tag: str
    correct: int
    n: int
    accuracy: float  # 0-1
    low: float  # 95 % Wilson interval
    high: float
    chance: float  # mean of 1 / number of options


@dataclass(frozen=True, slots=True)
class NeverCorrect:
    """Option texts that stand five times or more and are never the key."""

    side: Side
    tag: str
    n_texts: int
    slots: int  # printed options that hold one of them
    n_slots: int  # all printed options
    examples: tuple[tuple[str, int], ...]  # text, how often it stands


@dataclass(frozen=True, slots=True)
class Priors:
    """All priors by side and source tag; letters also by number of options."""

    letters: tuple[LetterPrior, ...]
    answers: tuple[AnswerPrior, ...]
    longest_option: tuple[LongestOption, ...]
    never_correct: tuple[NeverCorrect, ...]


_Row = TypeVar("_Row")
_Group = tuple[Side, str]


def measure_priors(sides: Iterable[tuple[Side, AuditedRecord]]) -> Priors:
    """Return the priors of all questions; of closed ones only those whose answer names one printed option count."""
    closed: dict[_Group, list[tuple[Question, int]]] = {}
    texts: dict[tuple[Side, str, bool], Counter[str]] = {}
    for side, record in sides:
        for question in record.questions:
            if question.keyed_place is not None:
                closed.setdefault((side, record.tag), []).append((question, question.keyed_place))
            if question.answer_text and (question.keyed_place is not None or not question.is_closed):
                texts.setdefault((side, record.tag, question.is_closed), Counter())[question.answer_text] += 1
    return Priors(
        letters=tuple(row for group in sorted(closed) for row in _count_letters(*group, closed[group])),
        answers=tuple(_find_majority(*group, texts[group]) for group in sorted(texts)),
        longest_option=_each(_apply_length_rule, closed),
        never_correct=tuple(row for row in _each(_find_never_correct, closed) if row.n_texts),
    )


def _each(
    measure: Callable[[Side, str, Sequence[tuple[Question, int]]], _Row], groups: dict[_Group, list[tuple[Question, int]]]
) -> tuple[_Row, ...]:
    return tuple(measure(side, tag, groups[side, tag]) for side, tag in sorted(groups))


def _count_letters(side: Side, tag: str, closed: Sequence[tuple[Question, int]]) -> Iterable[LetterPrior]:
    counts: dict[int, Counter[int]] = {}
    for question, place in closed:
        if question.is_lettered_well:  # with a gap a place is no letter
            counts.setdefault(len(question.options), Counter())[place] += 1
    for size in sorted(counts):
        yield _test_letters(side, tag, [counts[size][place] for place in range(size)])


def _test_letters(side: Side, tag: str, counts: Sequence[int]) -> LetterPrior:
    from scipy.stats import chisquare

    if len(counts) < 2:
        return LetterPrior(side, tag, len(counts), tuple(counts), 0.0, None)
    found = chisquare(counts)
    is_enough = sum(counts) >= _MIN_EXPECTED * len(counts)
    return LetterPrior(
        side, tag, len(counts), tuple(counts), float(found.statistic), float(found.pvalue) if is_enough else None
    )


def _find_majority(side: Side, tag: str, is_closed: bool, counts: Counter[str]) -> AnswerPrior:
    text = min(counts, key=lambda one: (-counts[one], one))
    total = sum(counts.values())
    return AnswerPrior(side, tag, is_closed, total, len(counts), shorten(text), counts[text] / total)


def _apply_length_rule(side: Side, tag: str, closed: Sequence[tuple[Question, int]]) -> LongestOption:
    from scipy.stats import binomtest

    correct = sum(_place_longest(question) == place for question, place in closed)
    interval = binomtest(correct, len(closed)).proportion_ci(method="wilson")
    chance = sum(1 / len(question.options) for question, _ in closed) / len(closed)
    return LongestOption(
        side, tag, correct, len(closed), correct / len(closed), float(interval.low), float(interval.high), chance
    )


def _place_longest(question: Question) -> int:
    lengths = [len(text) for text in question.texts]
    return lengths.index(max(lengths))


def _find_never_correct(side: Side, tag: str, closed: Sequence[tuple[Question, int]]) -> NeverCorrect:
    offered = Counter(fold(text) for question, _ in closed for text in question.texts)
    right = {fold(question.texts[place]) for question, place in closed}
    never = {text: count for text, count in offered.items() if count >= _MIN_OFFERED and text not in right}
    top = sorted(never.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
    return NeverCorrect(
        side, tag, len(never), sum(never.values()), sum(offered.values()), tuple((shorten(text), n) for text, n in top)
    )
