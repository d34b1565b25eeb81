"""A file that holds one JSON list: read with every way in which a download goes wrong told apart.

Example:
    >>> read_json_list(Path("no_such_file.json"))
    Traceback (most recent call last):
    pipelines.formats.problem.FormatError: no_such_file.json: no such file; check the path
"""

import codecs
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.formats.json_text import BLANK, Formatting, detect_formatting, name_type, parse_json
from pipelines.formats.problem import FormatError

LFS_POINTER = b"version https://git-lfs"
TOO_DEEP = "{}: values are nested too deeply to be read; expected records of a few levels"


@dataclass(frozen=True)
class JsonList:
    """The values of a JSON list and how its file is laid out."""

    values: tuple[Any, ...]
    formatting: Formatting
    has_bom: bool
    is_byte_exact: bool


def read_json_list(path: Path) -> JsonList:
    """Return the values of a UTF-8 file that holds one JSON list.

    JSON Lines is refused, with the command that turns it into a list: a list is what the format's other readers expect.

    Raises:
        FormatError: the file is not there, is no file, is empty, is a git-LFS pointer, is not UTF-8, is no JSON (with line
            and column) or is no list.
    """
    raw = _read_bytes(path)
    text = _decode(raw.removeprefix(codecs.BOM_UTF8), path)
    values = _parse_list(text, path)
    try:
        formatting, is_exact = detect_formatting(text, values)
    except RecursionError as error:
        raise FormatError(TOO_DEEP.format(path)) from error
    return JsonList(tuple(values), formatting, raw.startswith(codecs.BOM_UTF8), is_exact)


def read_json_values(path: Path) -> list[Any]:
    """Return the values alone, where nothing is written back: a third of the time of `read_json_list`, the same errors.

    Whoever walks the values meets RecursionError where they are nested deeper than the walk can follow: `TOO_DEEP` tells it.
    """
    return _parse_list(_decode(_read_bytes(path).removeprefix(codecs.BOM_UTF8), path), path)


def encode_text(text: str, *, has_bom: bool) -> bytes:
    """Return the UTF-8 bytes of a JSON text, with a byte-order mark where the original had one."""
    return (codecs.BOM_UTF8 if has_bom else b"") + text.encode()


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise FormatError(f"{path}: is a folder; expected a JSON file: name the file in it")
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file; check the path") from error
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
    if raw.startswith(LFS_POINTER):
        raise FormatError(f"{path}: is a git-LFS pointer, not the data; fetch the data with `git lfs pull`")
    if not raw.strip():
        raise FormatError(f"{path}: is empty ({len(raw)} bytes); expected a JSON list of records: fetch the file again")
    return raw


def _decode(raw: bytes, path: Path) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if error.end == len(raw) and error.reason == "unexpected end of data":
            raise FormatError(f"{path}: ends within a character; the file is cut off, fetch it again") from error
        raise FormatError(
            f"{path}: byte {error.start:,} (0x{raw[error.start]:02x}) is not UTF-8; expected JSON text in UTF-8: "
            "convert the file, or unpack it if it is an archive"
        ) from error


def _parse_list(text: str, path: Path) -> list[Any]:
    try:
        values = parse_json(text)
    except json.JSONDecodeError as error:
        raise FormatError(_explain(path, text, error)) from error
    except RecursionError as error:
        raise FormatError(TOO_DEEP.format(path)) from error
    if not isinstance(values, list):
        raise FormatError(
            f"{path}: expected a JSON list of records, got {name_type(values)}; "
            "put the records into one list: [{...}, {...}]"
        )
    return values


def _explain(path: Path, text: str, error: json.JSONDecodeError) -> str:
    where = f"{path}: line {error.lineno}, column {error.colno}"
    if error.msg == "Extra data" and text.lstrip(BLANK).startswith("{"):
        return f"{where}: is JSON Lines (one object a line); expected one JSON list: convert it with `jq -s . IN > OUT`"
    if not text[error.pos :].strip(BLANK) or error.msg.startswith("Unterminated"):
        return f"{where}: the JSON ends too early ({error.msg}); expected the closing ']': the file is cut off, fetch it again"
    if text.lstrip(BLANK).startswith("<"):
        return f"{where}: is a web page, not JSON; expected a JSON list of records: fetch the file itself"
    return f"{where}: is not JSON ({error.msg}); expected a JSON list of records: mend that place or fetch the file again"
