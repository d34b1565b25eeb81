r"""A model's words read as one JSON object, with the three things mended that models add to it; every mend is named.

A server that is held to a schema gives plain JSON, and nothing is mended. Others wrap it in a code fence, talk before or after
it, or leave a comma before a closing bracket. Whatever else is wrong is the repair turn's to mend, by the model itself.

Example:
    >>> parse_object('Here it is:\n```json\n{"answer": "stable",}\n```')
    Parsed(value={'answer': 'stable'}, mends=(<Mend.SURROUNDINGS: 'surroundings'>, <Mend.TRAILING_COMMA: 'trailing_comma'>))
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Mend(StrEnum):
    """What was mended of an answer's form; never of its content."""

    SURROUNDINGS = "surroundings"  # a code fence, or words before or after the object
    TRAILING_COMMA = "trailing_comma"
    REPAIR_TURN = "repair_turn"  # the model was told what was wrong, and answered again


@dataclass(frozen=True)
class Parsed:
    """An object and what was mended to read it."""

    value: dict[str, Any]
    mends: tuple[Mend, ...]


# A string as a whole, so that a comma within one is no trailing comma; or such a comma.
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(\s*[}\]])')


def parse_object(text: str) -> Parsed:
    """Return the JSON object of a text: the text itself, else the first object in it.

    Raises:
        ValueError: it holds none; the message repeats nothing of the text.
    """
    for candidate, is_cut_out in ((text, False), *((part, True) for part in _cut_out(text))):
        for tried, is_mended in ((candidate, False), (_STRING_OR_COMMA.sub(r"\1\2", candidate), True)):
            value = _decode(tried, is_cut_out)
            if value is not None:
                mends = ((Mend.SURROUNDINGS, is_cut_out), (Mend.TRAILING_COMMA, is_mended))
                return Parsed(value, tuple(mend for mend, was_needed in mends if was_needed))
    raise ValueError("no JSON object was found")


def _cut_out(text: str) -> Iterator[str]:
    """What begins at the first brace after a fence, then at the first brace of all."""
    fence = text.find("```")
    starts = (text.find("{", fence) if fence >= 0 else -1, text.find("{"))
    yield from (text[start:] for start in dict.fromkeys(starts) if start >= 0)


def _decode(text: str, may_go_on: bool) -> dict[str, Any] | None:
    try:
        value = json.JSONDecoder().raw_decode(text)[0] if may_go_on else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
