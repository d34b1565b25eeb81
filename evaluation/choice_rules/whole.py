"""Outputs that are a letter and nothing else, in any of the dresses that models put on it.

Example:
    >>> options = {"A": "left", "B": "right"}
    >>> [read_whole(text, options).letter for text in ("b", "(B)", "B.", "Option B", "Answer: B", "选B", "B is correct")]
    ['B', 'B', 'B', 'B', 'B', 'B', 'B']
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.letters import KEYWORD
from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import strip_latex

_LETTER = r"[\s\"'(\[{<$]*(?P<letter>[A-Za-z])[\s\"')\]}>$]*"
_ONLY_LETTERS = re.compile(r"[\W_]*[A-Z](?:[\W_]+[A-Z])+[\W_]*")
_MARKS = re.compile(r"[✅✓✔☑❌✗✘✖☐]|\[[ xX]?\]|\?\s*\S")  # the verdicts' rule and the question's rule read these
_APPROVED = re.compile(r"^[✅✓✔☑👉➡🎯\s]+|[✅✓✔☑\s]+$")
_WHOLE = re.compile(
    rf"(?:(?:it\s+is|it's)\s+(?![aAi]\b)|(?:the\s+)?(?:final\s+|correct\s+|best\s+|my\s+)*{KEYWORD}\s*(?:is\b|[:=#])?\s*(?:option\s+|choice\s+)?"
    rf"|(?:正确)?(?:答案|选项|選項|正解|答え|정답)\s*(?:是|为|は|은)?\s*:?\s*|(?:故|应|我)?[选選]择?\s*:?\s*)?"
    rf"{_LETTER}(?:选项|選項|项|です|입니다|\s*(?:is|:)?\s*(?:the\s+)?(?:correct|right)?\s*(?:answer|option|choice)?)?[\s.,:;!?。、)\]'\"]*",
    re.IGNORECASE,
)


def read_whole(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read an output that is one letter; a letter that is not offered is undecidable, so are several letters."""
    plain = _APPROVED.sub("", strip_latex(text))
    match = _WHOLE.fullmatch(plain)
    if match is None:
        return _read_only_letters(text, options)
    letter = match.group("letter").upper()
    return Reading(letter if letter in options else None, text)


def _read_only_letters(text: str, options: Mapping[str, str]) -> Reading | None:
    if _ONLY_LETTERS.fullmatch(text) is None or _MARKS.search(text):
        return None
    letters = {letter for letter in text if letter.isalpha()}
    return Reading(None, text) if len(letters) > 1 and letters & options.keys() else None
