"""A brain of soft-edged solids in millimetres, sampled at any points: tissues first, then the four MRI contrasts.

Points are (3, n) in RAS millimetres about the middle of the MNI152 template: x to the right, y to the front, z upwards. Only
points inside the brain are computed with, so that a volume costs a fifth of its lattice.

Example:
    >>> brain = draw_brain(np.random.default_rng(1))
    >>> points = np.array([[30, 0], [-60, 0], [30, 200]], np.float32)
    >>> (measure_depth(brain, points) > 0).tolist()
    [True, False]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.vocabulary import Sequence

Floats = NDArray[np.floating[Any]]
"""Shape (n,), one value per point; a tissue's share where it lies between 0 and 1."""

Points = NDArray[np.floating[Any]]
"""Shape (3, n), in RAS millimetres."""

_SOFT_MM = 3.0  # width of an edge: about a voxel, as partial volume makes it
_CEREBRUM = (0, -17, 14, 67, 85, 62)  # centre and half-axes in mm
_OTHER_LOBES = ((44, -14, -22, 23, 40, 23), (-44, -14, -22, 23, 40, 23), (0, -64, -38, 48, 30, 24), (0, -22, -34, 14, 16, 32))
_DEEP_GRAY = ((11, -18, 7, 9, 15, 9), (14, 14, 12, 6, 14, 9), (27, 4, 3, 7, 17, 11))
_VENTRICLES = (
    (8, 20, 11, 7, 15, 8),
    (11, -8, 19, 9, 28, 6),
    (17, -6, 14, 5, 24, 4),
    (24, -40, 10, 8, 15, 11),
    (40, -18, -17, 4, 18, 3),
)
_MIDLINE_CSF = ((0, -14, 4, 3.5, 13, 9), (0, -46, -32, 7, 6, 8))  # third and fourth ventricle


@dataclass(frozen=True)
class Waves:
    """Smooth noise in space: a sum of plane waves, of variance 1."""

    vectors: NDArray[np.float32]  # (k, 3), radians per mm
    phases: NDArray[np.float32]  # (k, 1)

    def at(self, points: Points) -> Floats:
        """Return the noise at the points."""
        values = np.zeros(points.shape[1], np.float32)
        x, y, z = points
        for (along_x, along_y, along_z), phase in zip(self.vectors, self.phases, strict=True):
            values += np.sin(along_x * x + along_y * y + along_z * z + phase)
        return values * np.float32(np.sqrt(2 / len(self.phases)))


def draw_waves(rng: np.random.Generator, length_mm: float, count: int = 12) -> Waves:
    """Return noise whose waves are about `length_mm` long."""
    directions = rng.normal(size=(count, 3))
    lengths = length_mm * rng.uniform(0.8, 1.25, (count, 1))
    vectors = directions / np.linalg.norm(directions, axis=1, keepdims=True) * (2 * np.pi / lengths)
    return Waves(vectors.astype(np.float32), rng.uniform(0, 2 * np.pi, (count, 1)).astype(np.float32))


@dataclass(frozen=True)
class Brain:
    """What differs from subject to subject."""

    size: float  # 1 is the template's
    ventricles: float  # 1 is middle-aged
    folds: Waves
    texture: Waves


@dataclass(frozen=True)
class Tissues:
    """Shares of the tissues at points inside the brain; they sum to 1 but for vessels, which lie over them."""

    csf: Floats
    gray: Floats
    white: Floats
    vessel: Floats


def draw_brain(rng: np.random.Generator) -> Brain:
    """Return the brain of one subject."""
    size, ventricles = rng.uniform(0.96, 1.04), rng.uniform(0.75, 1.25)
    return Brain(size, ventricles, draw_waves(rng, 30, 20), draw_waves(rng, 16))


def soften(distance_mm: Floats, soft_mm: float = _SOFT_MM) -> Floats:
    """Return 0 far outside, 1 far inside, 0.5 on the edge of what a signed distance tells."""
    return np.clip(distance_mm / np.float32(soft_mm) + np.float32(0.5), 0, 1)


def measure_depth(brain: Brain, points: Points) -> Floats:
    """Return how deep each point lies below the brain's surface, in mm; negative outside."""
    scaled = points / np.float32(brain.size)
    x, y, z = scaled
    floor = z + 24 + np.float32(0.1) * np.abs(y) - (x / 17) ** 2
    cerebrum = np.minimum(_depth(scaled, _CEREBRUM), floor)
    for lobe in _OTHER_LOBES:
        cerebrum = np.maximum(cerebrum, _depth(scaled, lobe))
    return cerebrum


def survey_tissues(brain: Brain, points: Points, depth: Floats) -> Tissues:
    """Return the tissues at points inside the brain."""
    scaled = points / np.float32(brain.size)
    mirrored = scaled.copy()
    mirrored[0] = np.abs(mirrored[0])  # left and right alike, but for the folds
    folds = np.abs(brain.folds.at(points)) * 5  # about mm from the middle of the nearest sulcus
    sulcus = soften(1.9 - 0.13 * depth - folds, 2.0)  # narrower with depth
    ribbon = np.maximum(soften(4.5 - depth), soften(np.minimum(4.6 - folds, 17 - depth)))
    fluid = np.maximum(sulcus, _open_fissures(mirrored, depth))
    fluid = np.maximum(fluid, _fill_ventricles(brain, mirrored, scaled))
    deep = np.zeros_like(depth)
    for nucleus in _DEEP_GRAY:
        deep = np.maximum(deep, soften(_depth(mirrored, nucleus)))
    gray = np.maximum(ribbon, deep) * (1 - fluid)
    return Tissues(fluid, gray, 1 - fluid - gray, _draw_vessels(mirrored, depth))


def _depth(points: Points, solid: tuple[float, ...]) -> Floats:
    """Return the distance to an ellipsoid's surface along the ray from its centre, in mm; positive inside."""
    squares = [(row - np.float32(centre)) ** 2 for row, centre in zip(points, solid[:3], strict=True)]
    weighed = [square * np.float32(axis**-2) for square, axis in zip(squares, solid[3:], strict=True)]
    radius = np.sqrt(weighed[0] + weighed[1] + weighed[2]) + np.float32(1e-3)
    length = np.sqrt(squares[0] + squares[1] + squares[2])
    return np.minimum(length * (1 / radius - 1), np.float32(min(solid[3:])))


def _open_fissures(mirrored: Points, depth: Floats) -> Floats:
    """Return the fluid between the hemispheres and in the lateral fissure."""
    x, y, z = mirrored
    above_callosum = _depth(mirrored, (0, -12, 4, 40, 46, 26)) < 0
    between = soften(1.6 - x, 2.0) * above_callosum * (z > -16)
    lateral = soften(2.2 - np.abs(z - 2 - 0.15 * y)) * soften(x - 38, 6) * soften(26 - np.abs(y + 8), 8)
    tentorium = soften(1.8 - np.abs(z + 19 + 0.12 * (y + 60))) * (y < -38)
    return np.maximum(np.maximum(between, lateral), np.maximum(tentorium, soften(0.6 - depth, 2)))


def _fill_ventricles(brain: Brain, mirrored: Points, scaled: Points) -> Floats:
    fluid = np.zeros(mirrored.shape[1], np.float32)
    for x, y, z, *axes in _VENTRICLES:
        fluid = np.maximum(fluid, soften(_depth(mirrored, (x, y, z, *(axis * brain.ventricles for axis in axes)))))
    fluid *= soften(mirrored[0] - 1.0, 2)  # the septum between the two
    for solid in _MIDLINE_CSF:
        fluid = np.maximum(fluid, soften(_depth(scaled, solid)))
    return fluid


def _draw_vessels(mirrored: Points, depth: Floats) -> Floats:
    """Return sinus, middle cerebral arteries and choroid plexus: what contrast agent lights up in a healthy brain."""
    x, y, z = mirrored
    sinus = soften(4.5 - np.hypot(x, depth - 2.0)) * (z > 0)
    artery = soften(2.6 - np.hypot(z - 1 - 0.15 * y, y - 4)) * soften(x - 20, 4)
    plexus = np.maximum(_depth(mirrored, (23, -38, 8, 4, 7, 4)), _depth(mirrored, (12, -14, 17, 2.5, 20, 2.5)))
    return np.maximum(np.maximum(sinus, artery), soften(plexus, 2))


CONTRASTS: Mapping[Sequence, Mapping[str, float]] = MappingProxyType(
    {
        Sequence.T1: {"csf": 0.16, "gray": 0.50, "white": 0.74, "vessel": 0.42, "rim": 0.46, "core": 0.30, "edema": 0.54},
        Sequence.CT1: {"csf": 0.16, "gray": 0.50, "white": 0.70, "vessel": 1.05, "rim": 1.15, "core": 0.26, "edema": 0.52},
        Sequence.T2: {"csf": 1.00, "gray": 0.54, "white": 0.36, "vessel": 0.25, "rim": 0.62, "core": 0.86, "edema": 0.80},
        Sequence.FLAIR: {"csf": 0.08, "gray": 0.54, "white": 0.42, "vessel": 0.30, "rim": 0.72, "core": 0.50, "edema": 0.95},
    }
)
"""Brightness of each tissue, 1 about the brightest: fluid dark in T1 and FLAIR, bright in T2; CT1 lights rim and vessels."""


def paint_tissues(tissues: Tissues, sequence: Sequence, texture: Floats) -> Floats:
    """Return the brightness of the healthy brain in one contrast, 0 to about 1; `texture` is noise of variance 1."""
    shade = CONTRASTS[sequence]
    values = tissues.csf * shade["csf"] + tissues.gray * shade["gray"] + tissues.white * shade["white"]
    values = values + tissues.vessel * (shade["vessel"] - values)
    return values * (1 + np.float32(0.025) * texture)
