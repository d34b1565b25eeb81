r"""JSON text that can be written back as it was: number tokens, key order, indentation, escapes, byte-order mark.

`json` alone is not enough for that: it reads 1e400 as infinity, 0.10 as 0.1, -0 as 0, keeps one of two equal keys in
silence, refuses integers of more than 4,300 digits, and cannot write a lone surrogate as UTF-8.

Example:
    >>> text = '[{"id": 1e400, "caf\u00e9": -0}]\n'
    >>> formatting, is_exact = detect_formatting(text, parse_json(text))
    >>> is_exact, format_json(parse_json(text), formatting) == text
    (True, True)
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | NumberText | NotJson | Mapping[str, Any] | list[Any] | None"

BLANK = " \t\r\n"  # JSON's white space, RFC 8259 section 2
_PLAIN_INT_CHARS = 18  # always fits 64 bits
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEAD = re.compile(r'\s*\[(?P<outer>\s*)(?:\{(?P<inner>\s*)"(?:[^"\\]|\\.)*"(?P<key>\s*:\s*))?')


@dataclass(frozen=True, slots=True)
class NumberText:
    """A number kept as its token, because a Python number would not be written back as the same text."""

    text: str


@dataclass(frozen=True, slots=True)
class NotJson:
    """NaN, Infinity or -Infinity: Python writes them, RFC 8259 does not know them."""

    text: str


class RepeatedKeys(dict[str, Any]):
    """An object in which a key occurs twice: JSON leaves its value undefined, a mapping cannot hold it."""


@dataclass(frozen=True, slots=True)
class Formatting:
    """How a JSON text is laid out. `indent` is the white space of one level, None for a single line."""

    indent: str | None = "    "
    newline: str = "\n"
    item_separator: str = ","
    key_separator: str = ": "
    is_ascii: bool = True  # non-ASCII characters are written as \uXXXX
    escapes_slash: bool = False  # "/" is written as "\/", as pandas does
    prefix: str = ""  # white space before the value
    suffix: str = ""  # white space after the value


def parse_json(text: str) -> Any:
    """Return the value of a JSON text, with `NumberText`, `NotJson` and `RepeatedKeys` where plain values would lose.

    Raises:
        json.JSONDecodeError: the text is no JSON.
        RecursionError: it is nested deeper than the interpreter can follow.
    """
    return json.loads(text, parse_int=_keep_int, parse_float=NumberText, parse_constant=NotJson, object_pairs_hook=_keep_pairs)


def format_json(value: JsonValue, formatting: Formatting) -> str:
    """Return the JSON text of a value; TypeError or ValueError for what JSON cannot hold.

    `NotJson` is written as it was read, so that a layout can be recognised: `find_unwritable` tells it before a file is
    written.
    """
    chunks: list[str] = [formatting.prefix]
    _append(chunks, value, formatting, 0)
    chunks.append(formatting.suffix)
    return "".join(chunks)


def detect_formatting(text: str, value: JsonValue) -> tuple[Formatting, bool]:
    r"""Return the formatting that text was written with, and whether it reproduces text exactly.

    Where none does (hand-aligned, one record a line) the nearest is returned: the JSON value is the same, the text is not.
    """
    nearest = _guess(text)
    separators = (",",) if nearest.indent is not None else (", ", ",")
    for separator, flip in product(separators, (False, True)):
        candidate = replace(nearest, item_separator=separator, is_ascii=nearest.is_ascii is not flip)
        if format_json(value, candidate) == text:
            return candidate, True
    return replace(nearest, item_separator=separators[0]), False


def find_unwritable(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield (JSON path, what is there) for each thing within value that cannot be written back as the same JSON value."""
    if isinstance(value, NotJson):
        yield where, value.text
    elif isinstance(value, dict):
        if isinstance(value, RepeatedKeys):
            yield where, "an object in which a key occurs twice"
        for key, inner in value.items():
            if not isinstance(inner, str):  # as most are: a call each would be most of the time
                yield from find_unwritable(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            if not isinstance(inner, str):
                yield from find_unwritable(inner, f"{where}[{place}]")


def name_type(value: Any) -> str:
    """Return what a JSON value is, in words that quote no text of it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, NotJson):
        return value.text
    if isinstance(value, Mapping):
        return f"an object with {len(value)} keys"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "a number"


def _keep_int(digits: str) -> "int | NumberText":
    return int(digits) if len(digits) <= _PLAIN_INT_CHARS and digits != "-0" else NumberText(digits)


def _keep_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    return mapping if len(mapping) == len(pairs) else RepeatedKeys(mapping)


def _guess(text: str) -> Formatting:
    bare = text.strip(BLANK)
    start, end = text.find(bare), text.find(bare) + len(bare)
    formatting = Formatting(
        indent=None, is_ascii=text.isascii(), escapes_slash="\\/" in text, prefix=text[:start], suffix=text[end:]
    )
    head = _HEAD.match(text)
    if head is None:
        return formatting
    outer: str = head["outer"]
    if "\n" in outer:
        newline = "\r\n" if "\r\n" in outer else "\n"
        formatting = replace(formatting, indent=outer.rpartition("\n")[2], newline=newline)
    return replace(formatting, key_separator=head["key"] or ": ")


def _append(chunks: list[str], value: Any, formatting: Formatting, depth: int) -> None:
    if isinstance(value, str):
        chunks.append(_quote(value, formatting))
    elif isinstance(value, NumberText | NotJson):
        chunks.append(value.text)
    elif value is None or isinstance(value, bool | int | float):
        chunks.append(json.dumps(value, allow_nan=False))
    elif isinstance(value, Mapping):
        items = ((_quote(key, formatting) + formatting.key_separator, inner) for key, inner in value.items())
        _append_block(chunks, "{}", items, formatting, depth + 1)
    elif isinstance(value, list | tuple):
        _append_block(chunks, "[]", (("", inner) for inner in value), formatting, depth + 1)
    else:
        raise TypeError(f"JSON cannot hold {value!r}; expected text, numbers, true, false, null, lists and objects")


def _append_block(
    chunks: list[str], brackets: str, items: Iterable[tuple[str, Any]], formatting: Formatting, depth: int
) -> None:
    line = "" if formatting.indent is None else formatting.newline + formatting.indent * depth
    chunks.append(brackets[0])
    is_empty = True
    for label, value in items:
        chunks.append(("" if is_empty else formatting.item_separator) + line + label)
        _append(chunks, value, formatting, depth)
        is_empty = False
    if line and not is_empty:
        chunks.append(formatting.newline + (formatting.indent or "") * (depth - 1))
    chunks.append(brackets[1])


def _quote(text: str, formatting: Formatting) -> str:
    quoted = encode_basestring_ascii(text) if formatting.is_ascii else _quote_as_utf8(text)
    return quoted.replace("/", "\\/") if formatting.escapes_slash else quoted


def _quote_as_utf8(text: str) -> str:
    return _SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", encode_basestring(text))
