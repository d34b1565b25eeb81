"""One prediction against its item: the result that every score can be walked back to.

A closed answer has two views. `as_published` compares letters. `corrected` compares the chosen option's text with the keyed
one, because a benchmark that prints the keyed text under two letters marks right answers wrong; an item whose key is no
option, or whose reference text is in none, cannot be judged there and is excluded, with the reason.

Example:
    >>> judge_text("B: no change", {"A": "no change", "B": "no  change."}, "no change")
    True
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.benchmark import BenchmarkItem
from evaluation.choice import Choice, ChoiceRule, parse_choice
from evaluation.choice_rules.text import identify_text
from evaluation.open_score import EMPTY, OpenScore, clean_text, score_open_many
from pipelines.vocabulary import AnswerType


class JudgingError(ValueError):
    """An item that nothing can be compared with; names it."""


class View(StrEnum):
    """How a closed answer is compared with the key."""

    AS_PUBLISHED = "as_published"
    CORRECTED = "corrected"


class Exclusion(StrEnum):
    """Why a closed item cannot be judged in the corrected view."""

    KEY_NOT_AN_OPTION = "key_not_an_option"  # the keyed letter is missing or not among the printed ones
    REFERENCE_NOT_AN_OPTION = "reference_not_an_option"  # the reference text is not the text of any option


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item's result: raw output, what was read from it and what it scored."""

    key: str
    answer_type: AnswerType
    unit: str
    output: str | None  # None where there is no prediction
    letter: str | None
    rule: ChoiceRule | None  # None where open
    span: str | None
    is_correct_as_published: bool | None  # None where open
    is_correct_corrected: bool | None  # None where open or excluded
    exclusion: Exclusion | None
    open_score: OpenScore | None  # None where closed
    length_ratio: float | None  # words of the answer per word of the reference; None where closed


def judge_closed(item: BenchmarkItem, output: str | None, read: Choice | None = None) -> ItemResult:
    """Return the result of one closed item; a missing output is wrong. `read` is what a model judge read where no rule can."""
    text = output or ""
    choice = parse_choice(text, item.options)
    if choice.letter is None and read is not None:
        choice = read
    exclusion = find_exclusion(item)
    return ItemResult(
        key=item.key,
        answer_type=AnswerType.CLOSED,
        unit=item.unit,
        output=output,
        letter=choice.letter,
        rule=choice.rule,
        span=choice.span,
        is_correct_as_published=choice.letter is not None and choice.letter == item.letter,
        is_correct_corrected=None if exclusion else _names_text(choice, text, item.options, item.answer),
        exclusion=exclusion,
        open_score=None,
        length_ratio=None,
    )


def judge_text(output: str, options: Mapping[str, str], answer: str) -> bool:
    """Tell whether the option that an output chooses has the reference's text; case and punctuation do not count.

    An output that names a text printed twice has chosen that text, though no letter can be told from it.
    """
    return _names_text(parse_choice(output, options), output, options, answer)


def _names_text(choice: Choice, output: str, options: Mapping[str, str], answer: str) -> bool:
    """Tell the same of an output whose choice is already read."""
    letter = read_repeated(choice.letter, output, options)
    return letter is not None and identify_text(options[letter]) == identify_text(answer)


def read_repeated(letter: str | None, output: str, options: Mapping[str, str]) -> str | None:
    """Return the letter that was read; where none was, the first one of a text printed twice that the output names.

    The output is read once with each copy of the repeated texts alone on offer, and has to name the same text each time: in
    "B or C" the one copy goes unseen as soon as its letter is not offered, and would leave B.
    """
    if letter is not None:
        return letter
    copies: dict[str, list[str]] = {}
    for name, text in options.items():
        copies.setdefault(identify_text(text), []).append(name)
    if len(copies) == len(options):
        return None
    named: set[str | None] = set()
    for place in range(max(map(len, copies.values()))):
        offered = {names[min(place, len(names) - 1)]: names[0] for names in copies.values()}
        read = parse_choice(output, {name: text for name, text in options.items() if name in offered}).letter
        named.add(None if read is None else offered[read])
    return named.pop() if len(named) == 1 else None


def find_exclusion(item: BenchmarkItem) -> Exclusion | None:
    """Return why a closed item cannot be judged by text, None where it can."""
    if item.letter is None or item.letter not in item.options:
        return Exclusion.KEY_NOT_AN_OPTION
    texts = {identify_text(text) for text in item.options.values()}
    return None if identify_text(item.answer) in texts else Exclusion.REFERENCE_NOT_AN_OPTION


def judge_open(
    items: Sequence[BenchmarkItem], outputs: Sequence[str | None], preset: str, bert_model: str | None
) -> list[ItemResult]:
    """Return one result per open item; a missing output scores 0. JudgingError where an item's reference is empty."""
    empty = [item.key for item in items if not clean_text(item.answer)]
    if empty:
        raise JudgingError(
            f"{len(empty)} open item(s) have an empty reference answer: {', '.join(empty[:5])}; give each a text or remove it"
        )
    scores = score_open_many([output or "" for output in outputs], [item.answer for item in items], preset, bert_model)
    return [_open_result(item, output, score) for item, output, score in zip(items, outputs, scores, strict=True)]


def _open_result(item: BenchmarkItem, output: str | None, score: OpenScore) -> ItemResult:
    words = len(clean_text(output or "").split())
    return ItemResult(
        key=item.key,
        answer_type=AnswerType.OPEN,
        unit=item.unit,
        output=output,
        letter=None,
        rule=None,
        span=None,
        is_correct_as_published=None,
        is_correct_corrected=None,
        exclusion=None,
        open_score=score if words else EMPTY,
        length_ratio=words / max(len(clean_text(item.answer).split()), 1),
    )
