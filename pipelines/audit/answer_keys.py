"""Which option an answer names: `B: text` as released, `B`, `(B)`, `B. text`, `B) text`, `The answer is B`, or the text alone.

Example:
    >>> options = (("A", "left lung"), ("B", "right lung"))
    >>> read_key("(B) Right lung", options), read_key("left lung", options)
    (Key(letters=('B',), text='Right lung'), Key(letters=('A',), text='left lung'))
    >>> read_key("A large mass is seen.", options)
    Key(letters=(), text='A large mass is seen.')
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.audit.option_lists import NARROW
from pipelines.formats.closed_question import parse_keyed_answer
from pipelines.formats.reference import fold

_OPENING = r"(?:(?:the )?(?:(?:correct|right|best) )?(?:answer|option|choice)(?: is)?\s*[:=]?\s*)?"
_LETTER = r"(?:[(\[]([A-Z])[)\]][:.]?|\*{0,2}([A-Z])\*{0,2}(?:\s?[:.)]\*{0,2}|(?=\s*$)|(?=\s+[-–—]\s)))"
_LABELLED = re.compile(rf"\s*{_OPENING}{_LETTER}\s*(?:[-–—]\s)?(.*)", re.IGNORECASE | re.DOTALL)
_SEVERAL = re.compile(r"\s*([A-Z](?:\s*(?:,|and|&)\s*[A-Z])+)\s*\.?\s*")
_SENTENCE_END = re.compile(r"[.!;]\s")


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer names: letters (none where it names none, several of a multiple choice), and the text beside them."""

    letters: tuple[str, ...]
    text: str


def read_key(answer: str, options: Sequence[tuple[str, str]]) -> Key:
    """Return what an answer names of the options; a bare text names the first option that reads so."""
    if (keyed := parse_keyed_answer(answer.strip())) is not None:
        return Key((keyed[0],), keyed[1])
    folded = fold(answer)
    named = next((letter for letter, text in options if fold(text) == folded), None)
    if named is not None:
        return Key((named,), answer.strip())
    plain = answer.translate(NARROW)
    if (several := _SEVERAL.fullmatch(plain)) is not None:
        return Key(tuple(re.findall(r"\b[A-Z]\b", several[1])), "")
    match = _LABELLED.fullmatch(plain)
    if match is None:
        return Key((), answer.strip())
    return Key(((match[1] or match[2]).upper(),), match[3].strip())


def says_option(text: str, option: str) -> bool:
    """Return whether a keyed answer's text is an option's, also where a sentence of reasons follows it."""
    said, printed = fold(text), fold(option)
    if said == printed:
        return True
    first_line = fold(text.strip().split("\n", 1)[0])
    has_reasons = said.startswith(printed) and _SENTENCE_END.match(said[len(printed) :]) is not None
    return bool(printed) and (first_line == printed or has_reasons)
