"""Two colour figures of a pathology article: a stained section under the microscope, and a specimen on blue cloth.

Both are drawn with Pillow at twice their size and scaled down, so that outlines are smooth.

Example:
    >>> draw_gross(Specimen(Lesion.NONE, 0), seed=1)[:2].hex()
    'ffd8'
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from pipelines.cohort.phantoms.canvas import JPEG_QUALITY

Colour = tuple[int, int, int]
Point = tuple[float, float]

SECTION_SIZE = 352
SPECIMEN_SIZE = (448, 336)
PIXELS_PER_CM = 38
_ZOOM = 2
_SUBPIXELS_PER_CM = PIXELS_PER_CM * _ZOOM
_RULER_CM = 10
_CELL_SPACING = 38
_STROMA: Colour = (232, 178, 205)
_NECROSIS: Colour = (243, 205, 214)
_CYTOPLASM: Colour = (214, 150, 196)
_NUCLEUS: Colour = (104, 66, 150)
_CHROMATIN: Colour = (44, 18, 78)
_LUMEN: Colour = (250, 246, 250)
_N_MITOSES = {False: 1, True: 16}  # by whether they are many


class Lesion(StrEnum):
    """What the cut surface of a specimen shows; the value is its name in answers."""

    NONE = "no lesion"
    NODULE = "pale nodule"
    HEMORRHAGE = "dark hemorrhage"


@dataclass(frozen=True)
class Tissue:
    """What a section shows."""

    has_many_mitoses: bool
    has_necrosis: bool  # in the lower right corner: no nuclei but debris
    has_glands: bool


@dataclass(frozen=True)
class Specimen:
    """What a cut specimen shows beside the ruler."""

    lesion: Lesion
    size_cm: int  # the lesion's longest diameter; 0 without one


def draw_histology(tissue: Tissue, seed: int) -> bytes:
    """Return a JPEG of a section stained with hematoxylin and eosin."""
    rng = np.random.default_rng(seed)
    side = SECTION_SIZE * _ZOOM
    image = _texture(rng, (side, side), _STROMA, cells=30, depth=14)
    pen = ImageDraw.Draw(image)
    edge = 0.95 * side if tissue.has_necrosis else 4.0 * side  # of x + y
    if tissue.has_necrosis:
        _draw_necrosis(image, rng, edge)
        pen = ImageDraw.Draw(image)
    glands = [(0.25, 0.27), (0.66, 0.22), (0.24, 0.62)] if tissue.has_glands else []
    centres = [(x * side, y * side) for x, y in glands]
    cells = [cell for cell in _scatter_cells(rng, side, centres) if sum(cell) < edge]
    chosen = rng.permutation(len(cells))[: _N_MITOSES[tissue.has_many_mitoses]]
    dividing = {int(place) for place in chosen}
    for place, cell in enumerate(cells):
        (_draw_mitosis if place in dividing else _draw_cell)(pen, rng, cell)
    for centre in centres:
        _draw_gland(pen, rng, centre)
    return _encode(image, (SECTION_SIZE, SECTION_SIZE), rng, noise=4)


def draw_gross(specimen: Specimen, seed: int) -> bytes:
    """Return a JPEG of a specimen on blue cloth; the ruler below it has a tick per centimetre."""
    rng = np.random.default_rng(seed)
    width, height = (length * _ZOOM for length in SPECIMEN_SIZE)
    image = _draw_cloth(rng, (width, height))
    centre = (width * 0.5, height * 0.42)
    outline = _blob(rng, centre, (3.9 * _SUBPIXELS_PER_CM, 2.7 * _SUBPIXELS_PER_CM), roughness=0.06)
    shadow = Image.new("L", image.size)
    ImageDraw.Draw(shadow).polygon([(x + 12, y + 14) for x, y in outline], fill=150)
    image.paste((12, 26, 58), mask=shadow.filter(ImageFilter.GaussianBlur(10)))
    _paste_textured(image, rng, outline, (128, 56, 48))
    cut = [(centre[0] + (x - centre[0]) * 0.93, centre[1] + (y - centre[1]) * 0.91) for x, y in outline]
    _paste_textured(image, rng, cut, (172, 88, 72))
    _draw_lesion(image, rng, specimen, (centre[0] + rng.uniform(-60, 60), centre[1] + rng.uniform(-20, 20)))
    _draw_ruler(image)
    return _encode(image, SPECIMEN_SIZE, rng, noise=4)


def _scatter_cells(rng: np.random.Generator, side: int, glands: Sequence[Point]) -> list[Point]:
    """Return cell centres on a shaken grid, none within a gland."""
    places = np.arange(_CELL_SPACING / 2, side, _CELL_SPACING)
    cells = [(float(x + rng.uniform(-9, 9)), float(y + rng.uniform(-9, 9))) for y in places for x in places]
    return [cell for cell in cells if all(math.dist(cell, centre) > 118 for centre in glands)]


def _draw_cell(pen: ImageDraw.ImageDraw, rng: np.random.Generator, cell: Point) -> None:
    pen.polygon(_blob(rng, cell, (18, 15), roughness=0.08), fill=_vary(rng, _CYTOPLASM, 12))
    nucleus = _blob(rng, cell, (rng.uniform(7, 11), rng.uniform(6, 8)), roughness=0.08, angle=rng.uniform(0, 3))
    pen.polygon(nucleus, fill=_vary(rng, _NUCLEUS, 16), outline=_CHROMATIN)
    for dx, dy in rng.uniform(-4, 4, (3, 2)):
        pen.ellipse((cell[0] + dx - 1.5, cell[1] + dy - 1.5, cell[0] + dx + 1.5, cell[1] + dy + 1.5), fill=_CHROMATIN)


def _draw_mitosis(pen: ImageDraw.ImageDraw, rng: np.random.Generator, cell: Point) -> None:
    """Draw a rounded, pale cell with two dark plates of chromosomes that move apart."""
    pen.polygon(_blob(rng, cell, (24, 21), roughness=0.04), fill=(246, 222, 238), outline=(176, 110, 168))
    angle = rng.uniform(0, math.pi)
    for way in (-1, 1):
        plate = (cell[0] + way * 7 * math.cos(angle), cell[1] + way * 7 * math.sin(angle))
        pen.polygon(_blob(rng, plate, (3.5, 14), roughness=0.22, angle=angle), fill=(26, 6, 50))


def _draw_gland(pen: ImageDraw.ImageDraw, rng: np.random.Generator, centre: Point) -> None:
    pen.polygon(_blob(rng, centre, (108, 104), roughness=0.03), fill=_vary(rng, (206, 134, 186), 6))
    pen.polygon(_blob(rng, centre, (54, 50), roughness=0.07), fill=_LUMEN)
    for turn in np.arange(0, 2 * math.pi, 2 * math.pi / 24):
        nucleus = (centre[0] + 86 * math.cos(turn), centre[1] + 83 * math.sin(turn))
        pen.polygon(_blob(rng, nucleus, (14, 7), roughness=0.05, angle=float(turn)), fill=_vary(rng, _NUCLEUS, 12))


def _draw_necrosis(image: Image.Image, rng: np.random.Generator, edge: float) -> None:
    side = image.width
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon([(edge - side, side), (side, edge - side), (side, side)], fill=255)
    image.paste(_texture(rng, image.size, _NECROSIS, cells=120, depth=16), mask=mask.filter(ImageFilter.GaussianBlur(8)))
    pen = ImageDraw.Draw(image)
    for x, y in rng.uniform(0, side, (420, 2)):
        if x + y > edge + 30:  # debris of nuclei
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=_vary(rng, (126, 84, 150), 20))


def _draw_lesion(image: Image.Image, rng: np.random.Generator, specimen: Specimen, centre: Point) -> None:
    if specimen.lesion is Lesion.NONE:
        return
    radius = specimen.size_cm * _SUBPIXELS_PER_CM / 2
    colour = (236, 220, 176) if specimen.lesion is Lesion.NODULE else (46, 8, 14)
    rim = (206, 170, 120) if specimen.lesion is Lesion.NODULE else (96, 16, 22)
    outline = _blob(rng, centre, (radius, radius * 0.88), roughness=0.03)
    _paste_textured(image, rng, outline, rim)
    inner = [(centre[0] + (x - centre[0]) * 0.92, centre[1] + (y - centre[1]) * 0.92) for x, y in outline]
    _paste_textured(image, rng, inner, colour)


def _draw_ruler(image: Image.Image) -> None:
    pen = ImageDraw.Draw(image)
    left, top, bottom = (image.width - _RULER_CM * _SUBPIXELS_PER_CM) // 2, image.height - 84, image.height - 20
    right = left + _RULER_CM * _SUBPIXELS_PER_CM
    pen.rectangle((left - 28, top, right + 28, bottom), fill=(244, 244, 236))
    for place in range(_RULER_CM * 2 + 1):
        x = left + place * _SUBPIXELS_PER_CM // 2
        pen.line((x, top, x, top + (30 if place % 2 == 0 else 16)), fill=(15, 15, 15), width=3)
        if place % 2 == 0:
            pen.text((x - 8, top + 32), str(place // 2), fill=(15, 15, 15), font_size=24)
    pen.text((right - 46, top + 32), "cm", fill=(15, 15, 15), font_size=24)


def _draw_cloth(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    cloth = np.asarray(_texture(rng, size, (38, 86, 158), cells=7, depth=16)).astype(np.int16)
    weave = 7 * ((np.arange(size[1])[:, None] // 3 + np.arange(size[0])[None, :] // 3) % 2)
    return Image.fromarray(np.clip(cloth - weave[:, :, None], 0, 255).astype(np.uint8))


def _paste_textured(image: Image.Image, rng: np.random.Generator, outline: Sequence[Point], colour: Colour) -> None:
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon(list(outline), fill=255)
    image.paste(_texture(rng, image.size, colour, cells=34, depth=12), mask=mask.filter(ImageFilter.GaussianBlur(1.5)))


def _texture(rng: np.random.Generator, size: tuple[int, int], colour: Colour, cells: int, depth: float) -> Image.Image:
    """Return a cloudy area: `cells` blobs along each side, `depth` gray values up and down."""
    coarse = Image.fromarray(rng.normal(0, depth / 2, (cells, cells)).astype(np.float32))
    clouds = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC))
    pixels: NDArray[np.float32] = np.asarray(colour, dtype=np.float32) + clouds[:, :, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _blob(
    rng: np.random.Generator, centre: Point, half_axes: tuple[float, float], roughness: float, angle: float = 0.0
) -> list[Point]:
    """Return the outline of an ellipse whose radius wavers by about the roughness."""
    turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    waves = sum(rng.normal(0, roughness / n) * np.sin(n * turns + rng.uniform(0, 6.28)) for n in (1, 2, 3, 5))
    x, y = half_axes[0] * (1 + waves) * np.cos(turns), half_axes[1] * (1 + waves) * np.sin(turns)
    cos, sin = math.cos(angle), math.sin(angle)
    return [(float(centre[0] + a * cos - b * sin), float(centre[1] + a * sin + b * cos)) for a, b in zip(x, y, strict=True)]


def _vary(rng: np.random.Generator, colour: Colour, depth: int) -> Colour:
    shift = int(rng.integers(-depth, depth + 1))
    red, green, blue = (max(0, min(255, value + shift)) for value in colour)
    return red, green, blue


def _encode(image: Image.Image, size: tuple[int, int], rng: np.random.Generator, noise: float) -> bytes:
    small = np.asarray(image.resize(size, Image.Resampling.BOX)).astype(np.float32)
    grain = noise * rng.standard_normal(small.shape[:2], dtype=np.float32)
    sink = io.BytesIO()
    Image.fromarray(np.clip(small + grain[:, :, None], 0, 255).astype(np.uint8)).save(sink, "JPEG", quality=JPEG_QUALITY)
    return sink.getvalue()
