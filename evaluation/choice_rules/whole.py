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
_WHOLE = re.compile(
    rf"(?:(?:the\s+)?(?:final\s+|correct\s+|best\s+|my\s+)*{KEYWORD}\s*(?:is\b|[:=#])?\s*(?:option\s+|choice\s+)?"
    rf"|(?:正确)?(?:答案|选项|選項|正解|答え|정답)\s*(?:是|为|は|은)?\s*:?\s*|(?:故|应|我)?[选選]择?\s*:?\s*)?"
    rf"{_LETTER}(?:选项|選項|项|です|입니다|\s*(?:is|:)?\s*(?:the\s+)?(?:correct|right)?\s*(?:answer|option|choice)?)?[\s.,:;!?。、)\]'\"]*",
    re.IGNORECASE,
)


def read_whole(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read an output that is one letter; a letter that is not offered is undecidable."""
    match = _WHOLE.fullmatch(strip_latex(text))
    if match is None:
        return None
    letter = match.group("letter").upper()
    return Reading(letter if letter in options else None, text)
