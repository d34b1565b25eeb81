"""An axial slice of the head, as CT or as T1, T2 or FLAIR MRI, and what may be wrong in it.

Example:
    >>> from pipelines.vocabulary import Modality, Organ
    >>> healthy = Truth(Organ.HEAD, Modality.CT, "axial", None, False, {})
    >>> draw_head(healthy, seed=1)[:2].hex()
    'ffd8'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipelines.cohort.phantoms.canvas import Canvas, step
from pipelines.cohort.phantoms.truth import Finding, Truth
from pipelines.vocabulary import Sequence

WIDTH, HEIGHT = 340, 376
_RX, _RY = 0.68, 0.84


@dataclass(frozen=True)
class Contrast:
    """How bright each tissue is in one kind of picture."""

    scalp: float
    skull: float
    gray_matter: float
    white_matter: float
    fluid: float
    blood: float
    infarct: float
    tumour_rim: float
    edema: float


_CONTRASTS: Mapping[Sequence | None, Contrast] = MappingProxyType(
    {
        None: Contrast(0.25, 0.98, 0.46, 0.40, 0.16, 0.86, 0.25, 0.68, 0.30),  # CT
        Sequence.T1: Contrast(0.85, 0.06, 0.42, 0.58, 0.12, 0.80, 0.26, 0.78, 0.33),
        Sequence.T2: Contrast(0.55, 0.05, 0.52, 0.36, 0.95, 0.12, 0.86, 0.62, 0.80),
        Sequence.FLAIR: Contrast(0.50, 0.05, 0.50, 0.40, 0.06, 0.20, 0.90, 0.70, 0.85),
    }
)


def draw_head(truth: Truth, seed: int) -> bytes:
    """Return a JPEG of the head that the truth describes; the patient's left is at the image's right."""
    canvas = Canvas(WIDTH, HEIGHT, seed)
    tissue = _CONTRASTS[truth.sequence]
    _draw_brain(canvas, tissue)
    _draw_ventricles(canvas, tissue, scale=1.75 if truth.shows(Finding.HYDROCEPHALUS) else 1.0)
    _draw_diseases(canvas, truth, tissue)
    return canvas.to_jpeg(noise=0.03)


def _draw_brain(canvas: Canvas, tissue: Contrast) -> None:
    canvas.paint(canvas.ellipse(0, 0, _RX + 0.10, _RY + 0.10), tissue.scalp)
    canvas.paint(canvas.ellipse(0, 0, _RX + 0.06, _RY + 0.06), tissue.skull)
    canvas.paint(canvas.ellipse(0, 0, _RX, _RY), tissue.fluid)
    canvas.paint(canvas.ellipse(0, 0, _RX - 0.02, _RY - 0.02), tissue.gray_matter + 0.03 * canvas.clouds(30))
    angle = np.arctan2(canvas.y / _RY, canvas.x / _RX)
    waves = sum(
        np.sin(angle * folds + canvas.rng.uniform(0, 6.28)) * depth for folds, depth in ((13, 0.022), (29, 0.026), (47, 0.016))
    )
    radius = canvas.radius(0, 0, _RX, _RY)
    canvas.paint(step(0.80 + waves * 1.6 - radius, 0.03), tissue.white_matter + 0.03 * canvas.clouds(20))
    sulci = step(np.sin(angle * 26 + 3 * waves * 30) - 0.80, 0.25) * step(radius - 0.86, 0.04) * step(0.985 - radius, 0.02)
    canvas.paint(0.8 * sulci, tissue.fluid)
    fissure = step(0.010 - np.abs(canvas.x + 0.01 * np.sin(canvas.y * 7)), 0.008) * step(np.abs(canvas.y) - 0.36, 0.05)
    canvas.paint(fissure * step(_RY - 0.02 - np.abs(canvas.y), 0.02), tissue.fluid)
    for side in (-1.0, 1.0):  # thalamus and basal ganglia
        canvas.paint(canvas.ellipse(side * 0.15, 0.10, 0.09, 0.14, side * 0.3, soft=0.03), tissue.gray_matter)
        canvas.paint(canvas.ellipse(side * 0.27, -0.08, 0.07, 0.17, side * 0.35, soft=0.03), tissue.gray_matter)


def _draw_ventricles(canvas: Canvas, tissue: Contrast, scale: float) -> None:
    wide = scale * (1 + canvas.jitter(0.08))
    for side in (-1.0, 1.0):
        canvas.paint(canvas.ellipse(side * 0.085 * wide, -0.20, 0.055 * wide, 0.17, -side * 0.30), tissue.fluid)
        canvas.paint(canvas.ellipse(side * 0.16 * wide, 0.36, 0.055 * wide, 0.16, side * 0.45), tissue.fluid)
    canvas.paint(canvas.ellipse(0, 0.10, 0.022 * wide, 0.10), tissue.fluid)  # third ventricle


def _draw_diseases(canvas: Canvas, truth: Truth, tissue: Contrast) -> None:
    if truth.shows(Finding.INFARCT):
        side = truth.offset(Finding.INFARCT)
        territory = canvas.ellipse(side * 0.44, -0.02 + canvas.jitter(0.06), 0.20, 0.27, side * 0.2, soft=0.06)
        wedge = territory * step(0.97 - canvas.radius(0, 0, _RX, _RY), 0.03)
        canvas.paint(0.9 * wedge, tissue.infarct + 0.03 * canvas.clouds(25))
    if truth.shows(Finding.HEMORRHAGE):
        side = truth.offset(Finding.HEMORRHAGE)
        x, y = side * (0.30 + canvas.jitter(0.04)), 0.22 + canvas.jitter(0.05)
        canvas.paint(canvas.ellipse(x, y, 0.17, 0.15, soft=0.08), tissue.edema)
        canvas.paint(canvas.ellipse(x, y, 0.115, 0.10, canvas.jitter(1)), tissue.blood)
    if truth.shows(Finding.BRAIN_MASS):
        side = truth.offset(Finding.BRAIN_MASS)
        x, y = side * (0.30 + canvas.jitter(0.03)), -0.47 + canvas.jitter(0.04)
        size = 0.12 + canvas.jitter(0.02)
        canvas.paint(0.9 * canvas.ellipse(x, y, size * 1.7, size * 1.6, canvas.jitter(1), soft=0.08), tissue.edema)
        canvas.paint(canvas.ellipse(x, y, size, size), tissue.tumour_rim)
        canvas.paint(canvas.ellipse(x, y, size * 0.6, size * 0.6), tissue.infarct * 0.9)
