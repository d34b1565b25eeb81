"""A glioblastoma over time: where it is, what surgery and progression make of it, its mask and its look in each contrast.

Example:
    >>> tumour = draw_tumour(np.random.default_rng(2))
    >>> ground = survey_ground(tumour, np.array([tumour.centre], np.float32).T)
    >>> grow(ground, State(core=1.0, edema_mm=12)).labels.tolist()
    [2]
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.cohort.phantoms.brain import CONTRASTS, Floats, Points, Tissues, Waves, draw_waves, soften
from pipelines.vocabulary import Sequence

ENHANCING, NECROSIS, EDEMA = 1, 2, 3  # DeepBraTumIA's numbers, as pipelines.compartments documents them
_SITES = ((31, 30, 26), (30, -6, 36), (31, -48, 34), (40, -14, -8))  # frontal, central, parietal, temporal; mirrored by chance
_FAR = np.float32(99)  # mm

Direction = tuple[float, float, float]
"""A place in RAS millimetres, or a unit vector."""


@dataclass(frozen=True)
class Tumour:
    """What stays over a subject's visits."""

    centre: Direction  # mm
    radius_mm: float
    rim_mm: float  # thickness of what enhances
    towards: Direction  # unit vector from the centre to where it is left over, and comes back
    lobes: Waves
    fingers: Waves


@dataclass(frozen=True)
class Ground:
    """Points inside the brain as the tumour sees them; one value per point."""

    tumour: Tumour
    points: Points
    radial: Floats  # mm from the centre, bent by the tumour's lobes
    cosine: Floats  # 1 straight towards where it comes back, -1 away from there
    bumps: Floats  # mm
    fingers: Floats  # mm, of the edema


@dataclass(frozen=True)
class State:
    """The tumour at one visit; every part may be absent."""

    core: float = 0.0  # of the untouched tumour, as a share of its radius
    cavity: float = 0.0  # of the resection, likewise
    residue_mm: float = 0.0  # thickness of the enhancing crescent on the cavity's wall
    nodule_mm: float = 0.0  # radius of what has grown anew beside the cavity
    edema_mm: float = 0.0  # how far edema reaches beyond all that


@dataclass(frozen=True)
class Lesion:
    """The tumour at points inside the brain: label integers, and the shares of its parts for painting."""

    labels: NDArray[np.uint8]
    rim: Floats
    core: Floats
    cavity: Floats
    edema: Floats


def draw_tumour(rng: np.random.Generator, is_solid: bool = False) -> Tumour:
    """Return the tumour of one subject; a solid one enhances throughout but for a small core."""
    side = rng.choice([-1, 1])
    x, y, z = _SITES[rng.integers(len(_SITES))]
    centre = (float(side * (x + rng.uniform(-2, 2))), float(y + rng.uniform(-5, 5)), float(z + rng.uniform(-3, 3)))
    towards = np.array([-side * rng.uniform(0.2, 0.6), rng.uniform(-0.25, 0.25), rng.choice([-1, 1]) * rng.uniform(0.6, 1)])
    towards /= np.linalg.norm(towards)
    radius, rim = rng.uniform(21.5, 22.3), rng.uniform(5.5, 7.5)
    return Tumour(
        centre=centre,
        radius_mm=float(radius),
        rim_mm=float(radius - 5 if is_solid else rim),
        towards=(float(towards[0]), float(towards[1]), float(towards[2])),
        lobes=draw_waves(rng, 46, 6),
        fingers=draw_waves(rng, 22, 10),
    )


def survey_ground(tumour: Tumour, points: Points) -> Ground:
    """Return what of the points does not change from visit to visit."""
    offset = _shift(points, tumour.centre, 0.0)
    distance = _length(offset) + np.float32(1e-3)
    bumps = np.float32(1.7) * tumour.lobes.at(points)
    along = sum(row * np.float32(step) for row, step in zip(offset, tumour.towards, strict=True))
    cosine = along / distance
    return Ground(tumour, points, distance + bumps, cosine, bumps, np.float32(3.5) * tumour.fingers.at(points))


def grow(ground: Ground, state: State) -> Lesion:
    """Return the lesion at one visit."""
    radius, absent = ground.tumour.radius_mm, np.full_like(ground.radial, -_FAR)
    solid = np.float32(radius * state.core) - ground.radial if state.core else absent
    hollow = solid - np.float32(ground.tumour.rim_mm) - np.float32(0.25) * ground.bumps
    cavity = np.float32(radius * state.cavity) - ground.radial if state.cavity else absent
    if state.residue_mm:
        solid = np.maximum(solid, _leave_residue(ground, state, cavity))
    if state.nodule_mm:
        nodule = _grow_nodule(ground, state)
        solid = np.maximum(solid, nodule)
        hollow = np.maximum(hollow, nodule - np.float32(min(ground.tumour.rim_mm, 6.5)))
    solid = np.minimum(solid, -cavity)
    everything = np.maximum(np.maximum(solid, cavity), hollow)
    swelling = everything + np.float32(state.edema_mm) + ground.fingers if state.edema_mm else absent
    return _settle(solid, hollow, cavity, swelling)


def paint_lesion(lesion: Lesion, tissues: Tissues, values: Floats, sequence: Sequence) -> Floats:
    """Return the brightness with the lesion over the healthy brain; edema keeps to the white matter, and spares fluid."""
    shade = CONTRASTS[sequence]
    edema = lesion.edema * np.clip(1.15 * tissues.white + 0.45 * tissues.gray, 0, 1)
    values = values + edema * (np.float32(shade["edema"]) - values)
    for share, name in ((lesion.cavity, "csf"), (lesion.rim, "rim"), (lesion.core, "core")):
        values = values + share * (np.float32(shade[name]) - values)
    return values


def _leave_residue(ground: Ground, state: State, cavity: Floats) -> Floats:
    """Return the crescent that surgery left on the cavity's wall, thickest in its middle, as a signed distance."""
    thickness = np.float32(state.residue_mm) * np.clip(np.float32(1.6) * ground.cosine - np.float32(0.35), 0, 1)
    return thickness + cavity - np.float32(0.5)


def _grow_nodule(ground: Ground, state: State) -> Floats:
    """Return what has grown anew beside the cavity, as a signed distance."""
    reach = ground.tumour.radius_mm * state.cavity + 0.55 * state.nodule_mm
    offset = _shift(ground.points, ground.tumour.centre, reach, ground.tumour.towards)
    return np.float32(state.nodule_mm) - _length(offset) - np.float32(0.5) * ground.bumps


def _shift(points: Points, centre: Direction, reach: float, towards: Direction = (0, 0, 0)) -> Points:
    place = np.array(centre, np.float32) + np.float32(reach) * np.array(towards, np.float32)
    return points - place[:, None]


def _length(offset: Points) -> Floats:
    return np.sqrt(offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2)


def _settle(solid: Floats, hollow: Floats, cavity: Floats, swelling: Floats) -> Lesion:
    labels = np.zeros(len(solid), np.uint8)
    labels[swelling > 0] = EDEMA
    labels[cavity > 0] = 0
    labels[solid > 0] = ENHANCING
    labels[(hollow > 0) & (solid > 0)] = NECROSIS
    return Lesion(labels, soften(solid), soften(np.minimum(hollow, solid)), soften(cavity), soften(swelling, 6))
