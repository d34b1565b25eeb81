"""Draws strips as one picture: images of one height in rows, a few lines below each.

Example:
    >>> draw_page([], Path(".medmim")).size
    (1400, 24)
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipelines.contact_sheet.strips import MAX_CELLS, Cell, Strip

_WIDTH = 1400
_CELL_WIDTH, _CELL_HEIGHT = 164, 180
_GAP, _MARGIN = 8, 12
_LINE, _MAX_LINES, _COLUMNS = 15, 5, 25
_TITLE_HEIGHT = 30
_INK, _PAPER = (30, 30, 30), (255, 255, 255)

_Row = list[tuple[int, Cell]]
"""Cells by their place in the row, from 0."""


def draw_page(sections: Sequence[tuple[str, Sequence[Strip]]], storage_root: Path) -> Image.Image:
    """Return the page of (title, strips) sections; images are read from below the storage root."""
    font, title_font = ImageFont.load_default(12), ImageFont.load_default(17)
    laid_out = [(title, _pack(strips)) for title, strips in sections]
    height = 2 * _MARGIN + sum(_TITLE_HEIGHT + sum(_row_height(row) for row in rows) for _, rows in laid_out)
    page = Image.new("RGB", (_WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(page)
    top = _MARGIN
    for title, rows in laid_out:
        pen.text((_MARGIN, top + 4), title, fill=_INK, font=title_font)
        top += _TITLE_HEIGHT
        for row in rows:
            for place, cell in row:
                _draw_cell(page, pen, cell, (_MARGIN + place * (_CELL_WIDTH + _GAP), top), storage_root, font)
            top += _row_height(row)
    return page


def _pack(strips: Sequence[Strip]) -> list[_Row]:
    """Lay strips side by side as long as they fit; a strip is never broken."""
    rows: list[_Row] = []
    free = 0
    for strip in strips:
        if len(strip) > free or not rows:
            rows.append([])
            free = MAX_CELLS
        start = MAX_CELLS - free
        rows[-1] += [(start + place, cell) for place, cell in enumerate(strip)]
        free -= len(strip)
    return rows


def _draw_cell(
    page: Image.Image,
    pen: ImageDraw.ImageDraw,
    cell: Cell,
    corner: tuple[int, int],
    storage_root: Path,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    left, top = corner
    with Image.open(storage_root / cell.image.path) as image:
        picture = image.convert("RGB")
    picture.thumbnail((_CELL_WIDTH, _CELL_HEIGHT), Image.Resampling.LANCZOS)
    scale = min(_CELL_WIDTH / picture.width, _CELL_HEIGHT / picture.height)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC)
    page.paste(picture, (left, top))
    for number, line in enumerate(_wrap(cell)):
        pen.text((left, top + _CELL_HEIGHT + 3 + number * _LINE), line, fill=_INK, font=font)


def _wrap(cell: Cell) -> list[str]:
    lines = [part for line in cell.lines for part in textwrap.wrap(line, _COLUMNS)]
    return lines if len(lines) <= _MAX_LINES else [*lines[: _MAX_LINES - 1], lines[_MAX_LINES - 1][: _COLUMNS - 3] + "..."]


def _row_height(row: _Row) -> int:
    return _CELL_HEIGHT + _GAP + _LINE * max((len(_wrap(cell)) for _, cell in row), default=0) + 4
