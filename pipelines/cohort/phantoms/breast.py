"""A mammogram's breast: outline by view, fibroglandular tissue by density, pectoral muscle, skin and nipple; no lesion.

Coordinates are the canvas's: x to the image's right, y downwards, each from -1 to 1. The chest wall is at the left (x = -1), as
after the flip that EMBED's owner applies, so one drawing serves both breasts. Views follow the standard projections: CC is a
half-oval, MLO hangs from the axilla with a triangle of muscle, ML has a strip of it, XCCL is a CC turned outwards.

Example:
    >>> picture = draw_breast(Breast(density=2, reach=1.4, seed=7), View.MLO, width=64, height=80)
    >>> picture.shape, bool(picture[4, 4] > 0.5), float(picture[40, 63])
    ((80, 64), True, 0.0)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipelines.cohort.phantoms.canvas import Canvas, Field, step
from pipelines.vocabulary import View

GLAND_SHARES: Mapping[int, float] = MappingProxyType({1: 0.10, 2: 0.36, 3: 0.63, 4: 0.88})
"""Share of the breast's inside that is glandular, by BI-RADS density (A < 25 %, B 25-50 %, C 51-75 %, D > 75 %)."""

_FAT, _GLAND, _MUSCLE, _SKIN = 0.19, 0.47, 0.60, 0.34
_SKIN_WIDTH = 0.022  # in half picture widths, like all lengths here
_UNDER_SKIN = 0.09  # the layer of fat under the skin, where no gland lies


@dataclass(frozen=True)
class Breast:
    """What stays the same in one breast from visit to visit."""

    density: int  # 1-4: BI-RADS A-D
    reach: float  # from the chest wall to the nipple, in half picture widths
    seed: int  # of its texture


@dataclass(frozen=True)
class Outline:
    """The shape of one view. Heights are in half picture heights, lengths in half picture widths."""

    nipple: float  # its height, y
    above: float  # half height of the oval above the nipple
    below: float  # and below it
    axilla: float  # share of the reach that is left at the upper edge; 0 closes the oval
    muscle_width: float  # of the pectoral muscle at the upper edge
    muscle_height: float  # y at which it ends

    def skin(self, y: Field, reach: float) -> Field:
        """Return the x of the skin at the heights y; beyond the oval it lies outside the picture, left of the chest wall."""
        above, below = (self.nipple - y) / self.above, (y - self.nipple) / self.below
        power = 0.9 if self.axilla else 0.5  # a breast that goes over into the axilla has no round upper end
        upper = self.axilla + (1 - self.axilla) * np.clip(1 - np.clip(above, 0, 1) ** 2, 0, None) ** power
        upper = np.where((above >= 1) & (self.axilla == 0), -0.05, upper)
        lower = np.where(below >= 1, -0.05, np.sqrt(np.clip(1 - np.clip(below, 0, None) ** 2.3, 0, None)))
        return -1 + reach * np.where(y < self.nipple, upper, lower)

    def muscle(self, y: Field) -> Field:
        """Return the x of the pectoral muscle's edge at the heights y; -1 is the chest wall."""
        down = np.clip((y + 1) / (self.muscle_height + 1), 0, 1)
        return -1 + self.muscle_width * (1 - down**1.25)


OUTLINES: Mapping[View, Outline] = MappingProxyType(
    {
        View.CC: Outline(nipple=0.02, above=0.80, below=0.80, axilla=0, muscle_width=0, muscle_height=0),
        View.MLO: Outline(nipple=0.34, above=1.50, below=0.60, axilla=0.30, muscle_width=0.70, muscle_height=0.40),
        View.ML: Outline(nipple=0.26, above=0.98, below=0.66, axilla=0, muscle_width=0.16, muscle_height=0.30),
        View.XCCL: Outline(nipple=0.40, above=1.40, below=0.54, axilla=0, muscle_width=0.14, muscle_height=-0.50),
    }
)
"""The views that can be drawn."""


def draw_breast(breast: Breast, view: View, width: int, height: int) -> Field:
    """Return the breast without any lesion, as values from 0 (air, exactly) to 1, shape (height, width)."""
    outline = OUTLINES[view]
    canvas = Canvas(width, height, breast.seed * len(OUTLINES) + list(OUTLINES).index(view))
    depth = _measure_depth(canvas, outline, breast.reach)
    muscle = step(outline.muscle(canvas.y) - canvas.x - 0.02, 0.06) * step(depth - 0.03, 0.03) * (outline.muscle_width > 0)
    _paint_tissue(canvas, breast, outline, depth, muscle)
    canvas.paint(muscle * 0.92, _MUSCLE + 0.05 * _make_texture(canvas, 3))
    thickness = 0.45 + 0.55 * np.clip(depth / 0.30, 0, 1) ** 0.7  # the breast thins towards the skin
    canvas.values = canvas.values * np.maximum(thickness, muscle)
    _paint_skin(canvas, breast, outline, depth)
    canvas.values[canvas.values < 0.01] = 0
    return np.clip(canvas.values, 0, 1)


def _paint_skin(canvas: Canvas, breast: Breast, outline: Outline, depth: Field) -> None:
    """Paint the skin line, wipe out what lies beyond it, and set the nipple upon it in profile."""
    canvas.paint(0.85 * step(depth, 0.012) * step(_SKIN_WIDTH - depth, 0.012), _SKIN)
    canvas.values = canvas.values * step(depth, 0.012)
    rows, columns = canvas.values.shape
    x = -1 + breast.reach
    bump = canvas.ellipse(x, outline.nipple, 0.055, 0.065 * columns / rows)
    canvas.paint(bump * step(canvas.x - x + 0.03, 0.02), 0.46)


def _measure_depth(canvas: Canvas, outline: Outline, reach: float) -> Field:
    """Return each pixel's distance inwards from the skin, to first order; negative outside."""
    heights = canvas.y[:, 0]
    skin = outline.skin(heights, reach)
    rows, columns = canvas.values.shape
    slope = np.gradient(skin, heights * rows / columns)
    return (skin[:, None] - canvas.x) / np.sqrt(1 + np.clip(slope, -6, 6)[:, None] ** 2)


def _paint_tissue(canvas: Canvas, breast: Breast, outline: Outline, depth: Field, muscle: Field) -> None:
    """Paint fat, and over it the densest part of a random field: as much of the inside as the density asks for."""
    inside = (depth > _UNDER_SKIN) & (muscle < 0.5)
    centre_x = -1 + 0.55 * breast.reach
    cone = np.clip(1 - canvas.radius(centre_x, outline.nipple - 0.05, 0.55 * breast.reach, 0.62), -1.2, 1)
    fibres = _make_fibres(canvas, 5)
    field = 1.2 * cone + 0.8 * _make_texture(canvas, 5) + 0.35 * fibres
    threshold = np.quantile(field[inside], 1 - GLAND_SHARES[breast.density]) if inside.any() else np.inf
    gland = step(field - threshold, 0.75) * step(depth - _UNDER_SKIN, 0.08)
    canvas.paint(np.ones_like(depth), _FAT + 0.05 * _make_texture(canvas, 8))
    canvas.add(_make_fibres(canvas, 6) * step(depth - 0.03, 0.05), 0.07)
    canvas.paint(gland, _GLAND + 0.14 * _make_texture(canvas, 9) + 0.10 * fibres + 0.01 * breast.density)


def _make_fibres(canvas: Canvas, cells: int) -> Field:
    """Return thin bright strands (1) on nothing (0): the ridges of a random field."""
    return np.clip(1 - 4.5 * np.abs(_make_texture(canvas, cells)), 0, 1) ** 2


def _make_texture(canvas: Canvas, cells: int) -> Field:
    """Return noise between about -1 and 1 whose strength falls with fineness, as in breast tissue (Burgess, Med Phys 2001)."""
    total, strength = np.zeros_like(canvas.values), 1.0
    while cells <= max(16, canvas.values.shape[1] // 2):
        total += strength * canvas.clouds(cells)
        cells, strength = cells * 2, strength * 0.58
    return total
