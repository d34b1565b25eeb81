"""Reads a JSON file that must hold a list of rows, and says precisely what is wrong where it does not.

Example:
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.json"
    >>> path.write_text('[{"qid": 0}]')
    12
    >>> read_json_list(path)
    [{'qid': 0}]
"""

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.sources.corpus import SourceError

LFS_HEADER = b"version https://git-lfs"
_LFS_POINTER, _WEB_PAGE, _NOTHING = "a git-LFS pointer", "a web page", "an empty file"
_PEEKED_BYTES = 512
_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        _LFS_POINTER: "run `git lfs install` and `git lfs pull` in that clone, or download the file from its page",
        _WEB_PAGE: "a server sends one in place of a file that it does not have or give; download the file again",
        _NOTHING: "download the file again",
    }
)


def read_json_list(path: Path) -> list[object]:
    """Return the rows of a JSON list file (UTF-8, with or without byte-order mark), unchecked one by one.

    Raises:
        SourceError: the file cannot be opened, is empty, a git-LFS pointer, a web page, not UTF-8 or not JSON, or it holds no
            list or an empty one.
    """
    value = _parse(path, _read_text(path))
    if not isinstance(value, list):
        raise SourceError(
            f"{path}: got {_tell_kind(value)} at the top level, expected a list of question objects{_advise(value)}"
        )
    if not value:
        raise SourceError(f"{path}: the list holds 0 rows, expected at least one question; download the file again")
    return value


def tell_stand_in(path: Path) -> str | None:
    """Return what lies in place of a file's own content (a git-LFS pointer, a web page, an empty file), None for the content.

    A file that cannot be opened counts as content, so that whoever reads it says why.
    """
    try:
        with path.open("rb") as source:
            start = source.read(_PEEKED_BYTES)
    except OSError:
        return None
    return _judge_start(start)


def _judge_start(start: bytes) -> str | None:
    if start.startswith(LFS_HEADER):
        return _LFS_POINTER
    text = start.removeprefix(codecs.BOM_UTF8).strip()
    if not text and len(start) < _PEEKED_BYTES:
        return _NOTHING
    # Error pages come as HTML, those of storage services as XML; no JSON begins like either.
    return _WEB_PAGE if text.startswith(b"<") else None


def _tell_kind(value: object) -> str:
    return {dict: "an object", str: "a string", type(None): "null"}.get(type(value), f"a {type(value).__name__}")


def _advise(value: object) -> str:
    lists = {key: inner for key, inner in value.items() if isinstance(inner, list)} if isinstance(value, dict) else {}
    if len(lists) != 1:
        return "; is it the right file?"
    [(key, inner)] = lists.items()
    advice = f"save that list alone, e.g. with `jq '.[{json.dumps(key)}]' IN > OUT`"
    return f"; its key {key!a} holds a list of {len(inner):,}: {advice}"


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}); check that it is a file which you may read") from error
    stand_in = _judge_start(content[:_PEEKED_BYTES])
    if stand_in is not None:
        raise SourceError(f"{path}: got {stand_in} of {len(content)} bytes, expected a JSON list; {_ADVICE[stand_in]}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: byte {error.start} is not UTF-8 (got 0x{content[error.start]:02x}); "
            "download the file again, or save it as UTF-8"
        ) from error


def _parse(path: Path, text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise SourceError(
                f"{path}: got several JSON values (the second at line {error.lineno}, column {error.colno}), as JSON Lines has "
                "them, expected one list; make it one with `jq -s . IN > OUT`"
            ) from error
        raise SourceError(
            f"{path}: not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}; "
            "a download that was cut short ends like this: download it again, or mend that line"
        ) from error
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of thousands of digits
        raise SourceError(f"{path}: JSON that no question file holds ({error}); is it the right file?") from error
