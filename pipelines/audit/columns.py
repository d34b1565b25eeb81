r"""Columns of text for a terminal: aligned, at most 120 wide, wrapped never in the middle of a number.

Example:
    >>> print(*align(("kind", "n"), [("a", "1"), ("long", "12")]), sep="\n")
      kind   n
      a      1
      long  12
"""

import textwrap
import unicodedata
from collections.abc import Sequence

WIDTH = 120
_INDENT = "  "
_GAP = "  "
_NARROWEST = 16  # to which a column of texts is cut
_ROWS = 22  # of a table; the JSON has all


def align(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a header and rows as aligned lines: columns of numbers to the right, others to the left; too wide ones are cut."""
    table = [header, *rows]
    is_number = [all(_is_number(row[column]) for row in rows) and bool(rows) for column in range(len(header))]
    widths = [max(_width(row[column]) for row in table) for column in range(len(header))]
    spare = WIDTH - len(_INDENT) - len(_GAP) * (len(widths) - 1) - sum(widths)
    for column in (len(widths) - 1, widths.index(max(widths))):  # the last one, of texts, gives way before the widest
        if spare < 0 and not is_number[column]:
            narrow = min(widths[column], max(_NARROWEST, widths[column] + spare))
            spare += widths[column] - narrow
            widths[column] = narrow
    return [_line(row, widths, is_number) for row in table]


def tabulate(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a titled table of the first rows, nothing where there are none."""
    if not rows:
        return []
    more = [f"  and {len(rows) - _ROWS:,} more rows: see --json"] if len(rows) > _ROWS else []
    return ["", title, *align(header, rows[:_ROWS]), *more]


def percent(share: float) -> str:
    """Return a share (0-1) as a percentage."""
    return f"{share:.1%}"


def wrap(text: str, indent: str = _INDENT) -> list[str]:
    """Return a text as indented lines."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent) or [indent]


def cut(text: str, width: int) -> str:
    """Return a text of at most that width, its end told to be missing."""
    if _width(text) <= width:
        return text
    kept = ""
    for character in text:
        if _width(kept + character) >= width:
            break
        kept += character
    return f"{kept}…"


def _line(row: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    cells = [cut(cell, width) for cell, width in zip(row, widths, strict=True)]
    padded = [
        " " * (width - _width(cell)) + cell if right else cell + " " * (width - _width(cell))
        for cell, width, right in zip(cells, widths, is_number, strict=True)
    ]
    return (_INDENT + _GAP.join(padded)).rstrip()


def _is_number(cell: str) -> bool:
    return cell in ("", "-") or cell.strip("<%").replace(",", "").replace(".", "").replace("e-", "").isdigit()


def _width(text: str) -> int:
    """Cells that a terminal takes: full-width characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
