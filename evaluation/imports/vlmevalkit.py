r"""Answer files of VLMEvalKit: the benchmark's table with a further column `prediction`, as TSV or as a workbook (.xlsx).

`index` is taken as the 0-based place in the benchmark, as this project exports it; where the export's column `key` is there,
the two are checked against each other.

Example:
    >>> text = 'index\tkey\tprediction\n1\tr1\t"B. No\nchange"\n'
    >>> is_table(text), read_table(text)
    (True, [{'id': 'r1', 'index': 1, 'output': 'B. No\nchange'}])
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.imports.problem import ForeignFileError
from pipelines.sources.corpus import SourceError
from pipelines.sources.workbook import read_workbook

FAILED = "Failed to obtain answer via API."  # written in an answer's place where the endpoint gave none
_WORKBOOK_START = b"PK\x03\x04"
_NEEDED = ("index", "prediction")


def is_table(text: str) -> bool:
    """Whether a text begins with the header of an answer file."""
    head = text.split("\n", 1)[0]
    return "\t" in head and set(_NEEDED) <= {cell.strip().strip('"') for cell in head.split("\t")}


def is_workbook(path: Path) -> bool:
    """Whether a file begins as a workbook does. OSError where it cannot be opened."""
    with path.open("rb") as file:
        return file.read(len(_WORKBOOK_START)) == _WORKBOOK_START


def read_table(text: str) -> list[dict[str, Any]]:
    """Return one predictions line per row of TSV text. ForeignFileError where the rows do not fit the header."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True) if row]
    except csv.Error as error:
        raise ForeignFileError(f"is no whole TSV table ({error}); write it again, without a column of images") from error
    header, *rows = rows
    uneven = [number for number, row in enumerate(rows, start=1) if len(row) != len(header)]
    if uneven:
        raise ForeignFileError(
            f"row {uneven[0]} below the header has {len(rows[uneven[0] - 1])} cells ({len(uneven)} such rows in all), expected "
            f"{len(header)}; write the table again with quoted cells"
        )
    return _translate_rows(header, rows)


def read_answer_workbook(path: Path) -> list[dict[str, Any]]:
    """Return one predictions line per row of a workbook's first sheet. ForeignFileError where it is none, or lacks a column."""
    try:
        header, rows = read_workbook(path)
    except SourceError as error:
        raise ForeignFileError(f"cannot be used ({error})") from error
    return _translate_rows(header, rows)


def _translate_rows(header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[dict[str, Any]]:
    absent = [name for name in _NEEDED if name not in header]
    if absent:
        raise ForeignFileError(
            f"has no column {' and no column '.join(absent)}, but {', '.join(header[:10])}; give the kit's answer file"
        )
    return [_translate_row(dict(zip(header, row, strict=True))) for row in rows]


def _translate_row(row: dict[str, str | None]) -> dict[str, Any]:
    key, index, output = row.get("key"), (row["index"] or "").strip().removesuffix(".0"), row["prediction"] or ""
    return {
        "id": key and key.strip(),  # the export ends a key that looks like a number with a blank
        "index": int(index) if index.isdecimal() else index,  # no number: its line is named
        "output": "" if output.strip() == FAILED else output,
    }
