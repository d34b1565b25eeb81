"""The arteries and veins of a retina: four arcades from the optic disc, branching, around the macula and not into it.

Positions are those of a right eye. A vessel is a list of points with the half width there.

Example:
    >>> vessels = grow_vessels(np.random.default_rng(1), disc=(0.42, 0.0), fovea=(-0.1, 0.05), artery_width=0.7)
    >>> len(vessels.veins) > 8, vessels.veins[0][0][:2]
    (True, (0.42, 0.0))
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]
Vessel = list[tuple[float, float, float]]

_VEIN = 0.0135  # half width at the disc
_FREE_ZONE = 0.15  # radius around the fovea that vessels keep out of
_STEP = 0.03
_N_POINTS = 40
# Control points of a cubic curve, as differences from the disc: out of the disc, along it, and to the rim.
_ARCADES: tuple[tuple[Point, Point, Point], ...] = (
    ((-0.02, -0.52), (-0.62, -0.78), (-1.32, -0.42)),  # upper temporal
    ((-0.02, 0.54), (-0.62, 0.82), (-1.32, 0.50)),  # lower temporal
    ((0.04, -0.30), (0.20, -0.60), (0.34, -0.95)),  # upper nasal
    ((0.04, 0.30), (0.20, 0.62), (0.36, 0.95)),  # lower nasal
)


@dataclass(frozen=True)
class Vessels:
    """All vessels of an eye, trunks and branches."""

    arteries: list[Vessel]
    veins: list[Vessel]


def grow_vessels(rng: np.random.Generator, disc: Point, fovea: Point, artery_width: float) -> Vessels:
    """Return the vessels of one eye; `artery_width` is the arteries' width as a part of the veins' (about 2/3 in health)."""
    veins = [vessel for arcade in _ARCADES for vessel in _grow_arcade(rng, disc, fovea, arcade, _VEIN, 0.0)]
    half = _VEIN * artery_width
    arteries = [vessel for arcade in _ARCADES for vessel in _grow_arcade(rng, disc, fovea, arcade, half, 0.10)]
    return Vessels(arteries, veins)


def _grow_arcade(
    rng: np.random.Generator, disc: Point, fovea: Point, arcade: tuple[Point, Point, Point], half: float, aside: float
) -> Iterator[Vessel]:
    """Yield a trunk, then its branches; `aside` bends an artery away from the vein that it runs with."""
    spread = (rng.normal(0, 0.05, (3, 2)) + np.array([[0, 0], [aside, -aside], [aside, aside]])).tolist()
    controls = [disc, *((disc[0] + x + dx, disc[1] + y + dy) for (x, y), (dx, dy) in zip(arcade, spread, strict=True))]
    wave = rng.uniform(0, 2 * math.pi)
    trunk: Vessel = []
    for number in range(_N_POINTS):
        part = number / (_N_POINTS - 1)
        x, y = _on_curve(controls, part)
        sway = 0.012 * math.sin(wave + 14 * part) * min(1.0, 4 * part)
        trunk.append((x + sway, y + sway, half * (1 - 0.6 * part)))
    yield trunk
    for place in sorted(rng.choice(np.arange(6, _N_POINTS - 2), size=6, replace=False).tolist()):
        turn = float(rng.choice([-1, 1]) * rng.uniform(0.6, 1.1))
        yield from _branch(rng, trunk, place, turn, fovea, levels=2)


def _branch(rng: np.random.Generator, trunk: Vessel, place: int, turn: float, fovea: Point, levels: int) -> Iterator[Vessel]:
    x, y, half = trunk[place]
    before = trunk[place - 1]
    heading = math.atan2(y - before[1], x - before[0]) + turn
    half, bend = half * 0.68, -0.05 * turn
    branch: Vessel = [(x, y, half)]
    for _ in range(int(rng.integers(7, 17))):
        heading += bend + float(rng.normal(0, 0.10))
        x, y = x + _STEP * math.cos(heading), y + _STEP * math.sin(heading)
        if math.dist((x, y), fovea) < _FREE_ZONE:
            break
        half *= 0.955
        branch.append((x, y, half))
    yield branch
    if levels > 1 and len(branch) > 6:
        yield from _branch(rng, branch, len(branch) // 2, -0.8 * turn, fovea, levels - 1)


def _on_curve(controls: list[Point], part: float) -> Point:
    """Return the point of a cubic Bezier curve at a part of it from 0 to 1."""
    weights = ((1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3)
    return (
        sum(weight * control[0] for weight, control in zip(weights, controls, strict=True)),
        sum(weight * control[1] for weight, control in zip(weights, controls, strict=True)),
    )
