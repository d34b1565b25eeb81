"""Lesions of the breast: a smooth oval mass, a spiculated mass, a cluster of calcifications; drawn into a mammogram.

A lesion has one place in the breast, given by its depth (from the muscle to the skin), its lateral place (seen in CC and XCCL)
and its height (seen in MLO and ML), so that it is found in each view where it ought to be.

Example:
    >>> lesion = Lesion(LesionShape.OVAL, radius=0.1, depth=0.5, lateral=0.2, height=0.0, seed=3)
    >>> x, y = locate_lesion(lesion, View.CC, reach=1.4)
    >>> round(x, 2), round(y, 2)
    (-0.31, 0.18)
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.cohort.phantoms.breast import OUTLINES
from pipelines.cohort.phantoms.canvas import Field, step
from pipelines.vocabulary import View

_OVAL, _SPICULATED, _CALCIUM, _METAL = 0.72, 0.90, 1.0, 1.0
_SPREAD = 2.6  # how far spicules reach, in radii
_SPICULES = 13
_FROM_THE_SIDE = frozenset({View.MLO, View.ML})


class LesionShape(StrEnum):
    """What a lesion looks like."""

    OVAL = "oval"  # circumscribed, with a thin dark halo
    SPICULATED = "spiculated"
    CALCIFICATIONS = "calcifications"  # fine and clustered


@dataclass(frozen=True)
class Lesion:
    """One lesion as it is at one visit."""

    shape: LesionShape
    radius: float  # in half picture widths
    depth: float  # 0 at the muscle or chest wall, 1 at the skin
    lateral: float  # -1 to 1, from the upper to the lower end of a CC
    height: float  # -1 to 1, from the upper to the lower end of an MLO
    seed: int  # of its irregularities
    has_clip: bool = False  # the metal marker that a biopsy leaves


def locate_lesion(lesion: Lesion, view: View, reach: float) -> tuple[float, float]:
    """Return the lesion's centre (x, y) in a view, in coordinates from -1 to 1."""
    outline = OUTLINES[view]
    place = lesion.height if view in _FROM_THE_SIDE else lesion.lateral
    y = np.array([outline.nipple + place * (outline.below if place > 0 else min(outline.above, 0.8))])
    muscle, skin = outline.muscle(y), outline.skin(y, reach)
    return float((muscle + lesion.depth * (skin - muscle))[0]), float(y[0])


def bound_lesion(lesion: Lesion, view: View, reach: float, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the box around a lesion in pixels, as EMBED's ROI_coords has it: ymin, xmin, ymax, xmax."""
    x, y = locate_lesion(lesion, view, reach)
    column, row = (x + 1) / 2 * (width - 1), (y + 1) / 2 * (height - 1)
    half = 1.3 * lesion.radius * width / 2
    top, left = max(0, math.floor(row - half)), max(0, math.floor(column - half))
    return top, left, min(height - 1, math.ceil(row + half)), min(width - 1, math.ceil(column + half))


def add_lesion(picture: Field, lesion: Lesion, view: View, reach: float) -> Field:
    """Return a copy of a drawn breast with a lesion in it; only the lesion's surroundings are computed."""
    height, width = picture.shape
    x, y = locate_lesion(lesion, view, reach)
    rows = _window((y + 1) / 2 * (height - 1), _SPREAD * lesion.radius * width / 2, height)
    columns = _window((x + 1) / 2 * (width - 1), _SPREAD * lesion.radius * width / 2, width)
    dx = np.linspace(-1, 1, width)[columns][None, :] - x
    dy = (np.linspace(-1, 1, height)[rows][:, None] - y) * height / width  # in half widths, so that round is round
    result = picture.copy()
    drawn = _DRAW[lesion.shape](picture[rows, columns], dx / lesion.radius, dy / lesion.radius, lesion)
    result[rows, columns] = _add_clip(drawn, dx - 1.2 * lesion.radius, dy - 0.8 * lesion.radius) if lesion.has_clip else drawn
    return np.clip(result, 0, 1)


def _window(centre: float, half: float, length: int) -> slice:
    return slice(max(0, int(centre - half)), min(length, int(centre + half) + 2))


def _draw_oval(under: Field, dx: Field, dy: Field, lesion: Lesion) -> Field:
    angle = np.random.default_rng(lesion.seed).uniform(0, math.pi)
    along, across = dx * math.cos(angle) + dy * math.sin(angle), dy * math.cos(angle) - dx * math.sin(angle)
    rho = np.sqrt((along / 1.12) ** 2 + (across / 0.90) ** 2)
    halo = np.exp(-(((rho - 1.15) / 0.16) ** 2))
    dark = under * (1 - 0.30 * halo)
    inside = step(1 - rho, 0.20)
    return dark * (1 - inside) + inside * (_OVAL + 0.10 * (0.5 - rho) + 0.15 * (under - under.mean()))


def _draw_spiculated(under: Field, dx: Field, dy: Field, lesion: Lesion) -> Field:
    rng = np.random.default_rng(lesion.seed)
    rho, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    waves = sum(np.sin(folds * angle + rng.uniform(0, 6.3)) * size for folds, size in ((3, 0.12), (5, 0.10), (8, 0.07)))
    core = step(0.92 + waves - rho, 0.30)
    spicules = np.zeros_like(rho)
    for turn in range(_SPICULES):
        away = np.angle(np.exp(1j * (angle - 2 * math.pi * (turn + rng.uniform(-0.45, 0.45)) / _SPICULES)))
        reach, strength = rng.uniform(1.4, _SPREAD), rng.uniform(0.35, 0.85)
        taper = np.clip((reach - rho) / (reach - 0.6), 0, 1)
        line = np.exp(-((away * rho / (0.05 + 0.10 * taper)) ** 2)) * (np.abs(away) < 1)
        spicules = np.maximum(spicules, strength * line * taper**0.7)
    mask = np.maximum(core, spicules)
    mottled = _SPICULATED + 0.25 * (under - under.mean())
    return np.maximum(under, under * (1 - mask) + mask * mottled)


def _draw_calcifications(under: Field, dx: Field, dy: Field, lesion: Lesion) -> Field:
    """Specks keep their size in the picture: a larger cluster has more of them."""
    rng = np.random.default_rng(lesion.seed)
    drawn = under
    for _ in range(round(5 + 90 * lesion.radius)):
        x, y = _draw_place(rng)
        size = rng.uniform(0.009, 0.016) / lesion.radius
        speck = np.exp(-(((dx - x) ** 2 + (dy - y) ** 2) / size**2))
        drawn = drawn * (1 - speck) + speck * _CALCIUM
    return drawn


def _draw_place(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a place within the unit circle; the first places are the same however many follow."""
    angle, distance = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, 1))
    return np.array([distance * math.cos(angle), distance * math.sin(angle)])


def _add_clip(under: Field, dx: Field, dy: Field) -> Field:
    """Draw a horseshoe of metal, whose centre is the origin; beside the lesion, where it can be seen."""
    rho = np.hypot(dx, dy)
    shoe = step(0.012 - np.abs(rho - 0.035), 0.012) * step(0.02 - dy, 0.01)
    return under * (1 - shoe) + shoe * _METAL


_DRAW = {
    LesionShape.OVAL: _draw_oval,
    LesionShape.SPICULATED: _draw_spiculated,
    LesionShape.CALCIFICATIONS: _draw_calcifications,
}
