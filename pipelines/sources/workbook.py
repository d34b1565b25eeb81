"""Reads the first sheet of an Excel workbook as text.

Example:
    >>> as_text(30.0), as_text(None), as_text(" a ")
    ('30', None, ' a ')
"""

import io
import warnings
from pathlib import Path

from pipelines.sources.corpus import SourceError


def read_workbook(path: Path) -> tuple[list[str], list[list[str | None]]]:
    """Return the header and the rows of the first sheet; rows are as long as the header.

    Empty rows above the header and below the last row are left out.

    Raises:
        SourceError: no workbook, or a damaged one.
    """
    import openpyxl  # loaded only where a workbook is read

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # styles that openpyxl does not know
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs note a smaller range than they fill, and openpyxl would stop there
        values = [[as_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # zip and XML parsers raise what damaged bytes make them: zlib.error, SyntaxError, KeyError, ...
        raise SourceError(f"{path}: no whole Excel workbook ({error}); download it again") from error
    while values and not any(values[-1]):
        values.pop()
    while values and not any(values[0]):
        values.pop(0)
    if not values:
        raise SourceError(f"{path}: the first sheet is empty, expected a table with a header; is it the right file?")
    header = [name or "" for name in values[0]]
    width = len(header)
    return header, [(row + [None] * width)[:width] for row in values[1:]]


def as_text(cell: object) -> str | None:
    """Return a cell's value as the text that a CSV would hold; whole numbers without a fraction."""
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
