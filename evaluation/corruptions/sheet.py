r"""A contact sheet on which a person judges the grades: a row per corruption, the picture itself and its five levels.

Example:
    >>> draw_corruptions(Image.new("L", (32, 24), 80), Modality.XRAY)[:4]
    b'\x89PNG'
"""

import io

from PIL import Image, ImageDraw, ImageFont

from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.kinds import CLEAN_LEVEL, LEVELS, Corruption, label_corruption
from pipelines.vocabulary import Modality

SHEET_SEED = 20250519
_CELL_SIDE = 200
_GAP, _LABEL_HEIGHT = 6, 18
_INK, _PAPER = (30, 30, 30), (255, 255, 255)


def draw_corruptions(image: Image.Image, modality: Modality | None, *, seed: int = SHEET_SEED) -> bytes:
    """Return a PNG of 7 rows and 6 columns; each picture is corrupted as it is and then fitted into a cell of 200 pixels.

    It shows the picture that it is given: of a patient, it must not leave the machine that may hold it.

    Raises:
        ValueError: as `corrupt`.
    """
    levels = (CLEAN_LEVEL, *LEVELS)
    row_height = _CELL_SIDE + _LABEL_HEIGHT + _GAP
    page = Image.new("RGB", (len(levels) * (_CELL_SIDE + _GAP) + _GAP, len(Corruption) * row_height + _GAP), _PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for row, corruption in enumerate(Corruption):
        for column, level in enumerate(levels):
            left, top = _GAP + column * (_CELL_SIDE + _GAP), _GAP + row * row_height
            name = f"{label_corruption(corruption)} {level}" if level else "clean"
            pen.text((left, top), name, fill=_INK, font=font)
            page.paste(_fit(corrupt(image, corruption, level, modality, seed)), (left, top + _LABEL_HEIGHT))
    sink = io.BytesIO()
    page.save(sink, "PNG")
    return sink.getvalue()


def _fit(picture: Image.Image) -> Image.Image:
    """Return the picture within a cell, its sides in proportion."""
    scale = _CELL_SIDE / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
