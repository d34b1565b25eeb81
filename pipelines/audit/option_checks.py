"""Checks of options and key: doubled, empty, too few, lettered with a gap, and the answer none of them.

Example:
    >>> [name.__name__ for name in OPTION_CHECKS]
    ['check_letters', 'check_texts', 'check_key', 'check_given_away']
"""

import re
from collections.abc import Callable, Iterator

from pipelines.audit.answer_keys import says_option
from pipelines.audit.kinds import Kind
from pipelines.audit.questions import Question
from pipelines.audit.records import shorten
from pipelines.formats.reference import fold
from pipelines.validation.text import contains_words, normalise

Said = tuple[Kind, str, str]
"""Kind, variant, detail."""

_ALTERNATIVES = re.compile(r"\b(?:or|vs|versus)\b", re.IGNORECASE)
_WORDS = re.compile(r"\w{4,}")  # sooner compared than whole texts are normalised
_MIN_GIVEN_AWAY = 4  # characters: shorter options are words like any other ("no", "CT")


def check_letters(question: Question) -> Iterator[Said]:
    """A gap, a repeat or an odd start among the letters."""
    if not question.is_closed or question.is_lettered_well:
        return
    letters = [letter for letter, _ in question.options]
    variant = "a letter repeats" if len(set(letters)) < len(letters) else "letters leave a gap"
    yield Kind.LETTER_GAP, variant, f"letters {', '.join(letters)}"


def check_texts(question: Question) -> Iterator[Said]:
    """A text under two letters, a letter without a text, fewer than two options."""
    if question.has_lost_options:
        yield Kind.TOO_FEW_OPTIONS, "no option list", f"the answer begins {shorten(question.answer or '')[:40]!r}"
    if not question.is_closed:
        return
    empty = [letter for letter, text in question.options if not text]
    if empty:
        yield Kind.EMPTY_OPTION, "empty option", f"option {', '.join(empty)}"
    folded = [fold(text) for text in question.texts if text]
    if len(set(folded)) < len(folded):
        doubled = next(text for text in folded if folded.count(text) > 1)
        letters = " = ".join(letter for letter, text in question.options if fold(text) == doubled)
        place = question.keyed_place
        is_key = place is not None and fold(question.texts[place]) == doubled
        yield Kind.DUPLICATE_OPTIONS, "of the keyed text" if is_key else "of a distractor", f"{letters}: {shorten(doubled)!r}"


def check_key(question: Question) -> Iterator[Said]:
    """An answer whose letter is not printed, whose text is another than its letter's, or which is no option at all."""
    if not question.is_closed or not (question.answer or "").strip():
        return
    key, printed = question.key, dict(question.options)
    strange = [letter for letter in key.letters if letter not in printed]
    if strange:
        yield Kind.KEY_NOT_IN_OPTIONS, "letter not printed", f"key {', '.join(strange)}, printed {', '.join(printed)}"
    elif not key.letters:
        yield Kind.KEY_NOT_IN_OPTIONS, "answer is no option", f"answer {shorten(key.text)!r}"
    elif key.text and len(key.letters) == 1:
        letter = key.letters[0]
        if not any(says_option(key.text, text) for one, text in question.options if one == letter):
            yield Kind.KEY_NOT_IN_OPTIONS, "text differs", f"{letter}: {_tell_difference(key.text, printed[letter])}"


def _tell_difference(said: str, printed: str) -> str:
    """Return both texts from the first character that differs, as a long statement may differ in its last words only."""
    same = next((place for place, pair in enumerate(zip(said, printed, strict=False)) if pair[0] != pair[1]), None)
    start = max(0, (min(len(said), len(printed)) if same is None else same) - 12)
    lead = "…" if start else ""
    return f"{lead}{shorten(said[start:])[:34]!r}, option {lead}{shorten(printed[start:])[:34]!r}"


def check_given_away(question: Question) -> Iterator[Said]:
    """A question that holds the keyed option and no other; "gray or white matter" names both though it holds one."""
    place = question.keyed_place
    if place is None or len(fold(question.texts[place])) < _MIN_GIVEN_AWAY or _ALTERNATIVES.search(question.stem):
        return
    stem = question.stem.casefold()
    if all(word in stem for word in _WORDS.findall(question.texts[place].casefold())) and contains_words(
        question.stem, question.texts[place]
    ):
        others = [text for text in question.texts if text and contains_words(question.stem, text)]
        if {normalise(text) for text in others} == {normalise(question.texts[place])}:
            yield Kind.ANSWER_IN_QUESTION, "keyed option in question", f"{shorten(question.texts[place])!r}"


OPTION_CHECKS: tuple[Callable[[Question], Iterator[Said]], ...] = (check_letters, check_texts, check_key, check_given_away)
