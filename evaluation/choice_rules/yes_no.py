"""Yes and no: an opening word that answers, a word that only denies what follows, and one that is taken back.

Example:
    >>> options = {"A": "Yes", "B": "No"}
    >>> read_opening("No, there is no difference.", options).letter
    'B'
    >>> read_opening("No, wait, yes.", options).letter
    'A'
    >>> answers_by_itself("It shows no mass.", 9, 11)
    False
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import normalise_text

YES_NO = {"yes", "no", "true", "false", "是", "否"}
_OPENING = re.compile(r"\W*(\w+)\s*(?:[,.;:!\n]|$)")
_TAKEN_BACK = re.compile(
    r"\b(?:wait|actually|correction|sorry|i mean|rather|on second thoughts?|make that)\b[\s,.:;—–-]*"
    r"(?:the answer is\s+|it is\s+|it's\s+)?(yes|no|true|false)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:^|[.!?;\n])\s*(yes|no|true|false)\s*(?=[.!?;\n]|$)", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:yes\W*(?:/|\bor\b|\band\b)\W*no|no\W*(?:/|\bor\b|\band\b)\W*yes)\b", re.IGNORECASE)
_LETTER = re.compile(r"[\s(\[,.:;-]*([A-Z])[\s)\].!]*$")
# "no mass" denies a mass; "no, ...", "no it is not" and "no because ..." answer
_ANSWERS = re.compile(
    r"[\"')\]]*\s*(?:$|[.,;:!?\n]|[-–—]\s|\((?!\w*/)|(?:because|since|as|it|there|this|that|they|the|i|we)\b)", re.I
)
# "There is no mass." is the long form of "No."; "there is no doubt" answers nothing
_THERE = re.compile(r"\W*there (?:is|are|was|were)\s+", re.IGNORECASE)
_IDIOM = re.compile(r"\s+(?:doubt|question|need|way|reason|answer|problem|information)\b", re.IGNORECASE)


def read_opening(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read "No, there is no difference" where the options are yes and no; later "no" words are part of the reason.

    A word that is taken back counts no more; "Yes. No.", "yes or no" and "Yes, B" with B for no are undecidable.
    """
    letters = {normalise_text(option): letter for letter, option in options.items()}
    if not letters.keys() & YES_NO:
        return None
    if _EITHER.search(text):
        return Reading(None, text)
    match = _OPENING.match(text)
    if match is None or match.group(1).lower() not in YES_NO:
        return None
    word = match.group(1).lower()
    corrections = _TAKEN_BACK.findall(text)
    if not corrections and {other.lower() for other in _SENTENCE.findall(text)} - {word}:
        return Reading(None, text)
    letter = letters.get(corrections[-1].lower() if corrections else word)
    beside = _LETTER.fullmatch(text, match.end(1))
    is_denied = beside is not None and beside.group(1) in options and beside.group(1) != letter
    return Reading(None if is_denied else letter, text)


def answers_by_itself(text: str, start: int, end: int) -> bool:
    """Tell whether a "no", "是" or "否" in text answers, rather than denies or names what follows."""
    if text[start:end].lower() not in {"no", "是", "否"}:
        return True
    is_whole = _THERE.fullmatch(text, 0, start) is not None and _IDIOM.match(text, end) is None
    return is_whole or _ANSWERS.match(text, end) is not None or text[end : end + 1] in {"的", "。", ","}
