"""Rules about options and key: how many, all different, lettered without a gap, the answer one of them.

Example:
    >>> OPTION_COUNTS
    range(2, 8)
"""

import re
from collections import Counter

from pipelines.generation.letters import LETTERS
from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import contains_words, normalise
from pipelines.vocabulary import AnswerType

OPTION_COUNTS = range(2, 8)
LENGTH_RATIO = 1.5  # of the key to the mean of the other options
LENGTH_MARGIN = 10  # characters beyond the next longest: names of classes differ, "Yes" and "No", "Stable" and "Progressing"
_ALTERNATIVES = re.compile(r"\b(?:or|vs|versus)\b", re.IGNORECASE)
_LABELLED = re.compile(r"\(?[A-G]\)?\s*[:.)]\s")


def check_option_count(record: Record, context: Context) -> Failure | None:
    """A closed record with fewer than two or more than seven options."""
    if record.answer_type is AnswerType.OPEN or len(record.options) in OPTION_COUNTS:
        return None
    return Failure(Reason.OPTION_COUNT, f"got {len(record.options)} options, expected 2 to 7")


def check_letter_gap(record: Record, context: Context) -> Failure | None:
    """A key letter beyond the options, or an option that brings a letter of its own ("B: stable")."""
    if record.letter is None:
        return None
    letters = LETTERS[: len(record.options)]
    if len(record.letter) != 1 or record.letter not in letters:
        return Failure(Reason.LETTER_GAP, f"key {record.letter!r} is none of the letters {letters[0]} to {letters[-1]}")
    labelled = next((option for option in record.options if _LABELLED.match(option)), None)
    return None if labelled is None else Failure(Reason.LETTER_GAP, f"option {labelled!r} brings a letter of its own")


def check_key(record: Record, context: Context) -> Failure | None:
    """An answer that is not, letter for letter, the text of the keyed option."""
    if record.letter is None:
        return None
    keyed = record.options[LETTERS.index(record.letter)]
    if keyed == record.answer:
        return None
    return Failure(Reason.KEY_NOT_IN_OPTIONS, f"answer {record.answer!r}, but option {record.letter} is {keyed!r}")


def check_unique_options(record: Record, context: Context) -> Failure | None:
    """Two options that say the same apart from case, articles and punctuation: two right letters, or none."""
    texts = [normalise(option) for option in record.options]
    if len(set(texts)) == len(texts):
        return None
    repeated, count = Counter(texts).most_common(1)[0]
    return Failure(Reason.DUPLICATE_OPTIONS, f"{repeated!r} stands {count} times")


def check_length_cue(record: Record, context: Context) -> Failure | None:
    """A key that stands out by length: the unique longest, over 1.5 times the mean of the others and 10 characters clear."""
    if record.letter is None:
        return None
    key = len(record.answer)
    others = [len(option) for place, option in enumerate(record.options) if place != LETTERS.index(record.letter)]
    mean = sum(others) / len(others)
    if key <= LENGTH_RATIO * mean or key - max(others) < LENGTH_MARGIN:
        return None
    return Failure(Reason.LENGTH_CUE, f"the key has {key} characters, the other options {mean:.1f} on average")


def check_answer_in_question(record: Record, context: Context) -> Failure | None:
    """A closed question whose text holds the keyed option and no other one.

    Yes and no are words like any other there, and "gray or white matter" names both options though it holds one.
    """
    is_yes_no = {normalise(option) for option in record.options} == {"yes", "no"}
    if record.letter is None or is_yes_no or _ALTERNATIVES.search(record.question):
        return None
    mentioned = [option for option in record.options if contains_words(record.question, option)]
    if mentioned != [record.answer]:
        return None
    return Failure(Reason.ANSWER_IN_QUESTION, f"the question holds the key {record.answer!r} and no other option")
