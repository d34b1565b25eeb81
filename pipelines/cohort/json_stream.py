r"""Writes a JSON list row by row, so that the tables of 100,000 subjects never lie in memory as a whole.

Example:
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.json"
    >>> write_json_list(path, iter([{"a": 1}, "b"]), indent=1)
    >>> path.read_text() == json.dumps([{"a": 1}, "b"], indent=1)
    True
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipelines.storage import TEMPORARY_SUFFIX


def write_json_list(path: Path, rows: Iterable[object], indent: int | None = None) -> None:
    """Write the rows as one list, byte for byte as `json.dumps(list(rows), indent=indent, ensure_ascii=False)` would."""
    newline = "" if indent is None else "\n" + " " * indent
    gap = ", " if indent is None else "," + newline
    with open_replacing(path) as sink:
        sink.write("[")
        is_first = True
        for row in rows:
            text = json.dumps(row, indent=indent, ensure_ascii=False)
            # Line ends within strings are escaped, so each one found belongs to the layout.
            sink.write((newline if is_first else gap) + (text.replace("\n", newline) if newline else text))
            is_first = False
        sink.write("]" if is_first or indent is None else "\n]")


def write_json_lines(path: Path, rows: Iterable[object]) -> None:
    """Write one row per line."""
    with open_replacing(path) as sink:
        sink.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@contextmanager
def open_replacing(path: Path) -> Iterator[TextIO]:
    """Open a text file (UTF-8, line feeds) that replaces the one at the path when it is whole, and only then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as sink:
            yield sink
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
