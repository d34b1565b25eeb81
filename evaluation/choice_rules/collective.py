"""Options that speak of the others: both, neither, none of the above, all of the above.

Example:
    >>> options = {"A": "the first image", "B": "the second image", "C": "Both images"}
    >>> read_collective("Both show an effusion.", options).letter
    'C'
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import is_refusal, normalise_text

_NOUN = r"(?:images?|scans?|views?|options?|statements?|studies|pictures?|eyes?|ones?|answers?|choices?)"
_OPTION = re.compile(
    rf"(both|neither|none|all)(?: of)?(?: the| these| them)?(?: two| three)?(?: above)?(?: {_NOUN})?(?: above)?"
)
# "both lungs" speaks of lungs, not of the options: after the word only these may follow
_OUTPUT = re.compile(
    rf"\W*(?:(?:i think|it is|it's|the answer is|answer:)\s+)?(both|neither|none|all)\b"
    r"(?=\s*(?:$|[.,;:!\n])"
    rf"|\s+(?:of|are|is|show|shows|have|has|do|appear|demonstrate|can|could|(?:the |these |two |three )*{_NOUN})\b)",
    re.IGNORECASE,
)
_OF_THE_ABOVE = re.compile(
    r"(?<!not )\b(none|all|both|neither) of (?:the above|these options|the options|the given options)", re.I
)
_PAIR = re.compile(r"\W*(?:both )?\(?([A-J])\)?,? (?:and|&) \(?([A-J])\)?\W*", re.I)
_SAME = {"none": "neither"}


def read_collective(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read "both", "neither", "none of the above", "all of the above" where exactly one option means that and nothing more."""
    if is_refusal(text):
        return None
    match = _OUTPUT.match(text) or _OF_THE_ABOVE.search(text)
    if match is None:
        return None
    meaning = _meaning(match.group(1))
    letters = [letter for letter, option in options.items() if _option_meaning(option) == meaning]
    if not letters and normalise_text(text) == match.group(1).lower():  # "Both" alone, of "both lungs"
        letters = [letter for letter, option in options.items() if _is_short_form(option, match.group(1).lower())]
    return Reading(letters[0], match.group(0).strip()) if len(letters) == 1 else None


def read_pair(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read "A and B" where exactly one option says "Both A and B"."""
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return None
    said = {letter: _PAIR.fullmatch(option) for letter, option in options.items()}
    letters = [letter for letter, option in said.items() if option and _letters(option) == _letters(pair)]
    return Reading(letters[0], text) if len(letters) == 1 else None


def _letters(pair: re.Match[str]) -> set[str]:
    return {letter.upper() for letter in pair.groups()}


def _is_short_form(option: str, word: str) -> bool:
    words = normalise_text(option).split()
    return words[:1] == [word] and len(words) == 2


def _option_meaning(option: str) -> str | None:
    match = _OPTION.fullmatch(normalise_text(option))
    return _meaning(match.group(1)) if match else None


def _meaning(word: str) -> str:
    return _SAME.get(word.lower(), word.lower())
