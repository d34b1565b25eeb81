"""A frontal chest radiograph: ribs, heart, diaphragm, and what may be wrong with them.

Example:
    >>> from pipelines.vocabulary import Modality, Organ
    >>> healthy = Truth(Organ.CHEST, Modality.XRAY, "PA", None, False, {})
    >>> draw_chest(healthy, seed=1)[:2].hex()
    'ffd8'
"""

import numpy as np

from pipelines.cohort.phantoms.canvas import Canvas, Field, step
from pipelines.cohort.phantoms.truth import Finding, Truth

WIDTH, HEIGHT = 396, 432
_LUNG_X, _LUNG_Y = 0.40, -0.10
_LUNG_RX, _LUNG_RY = 0.30, 0.62
_HEART_RX = {False: 0.27, True: 0.46}  # by whether it is enlarged: below and above half of the chest's width


def draw_chest(truth: Truth, seed: int) -> bytes:
    """Return a JPEG of the chest that the truth describes; the side marker L lies at the patient's left."""
    canvas = Canvas(WIDTH, HEIGHT, seed)
    _draw_body(canvas)
    lungs = _draw_lungs(canvas)
    _draw_bones(canvas)
    for side in (-1.0, 1.0):
        _draw_diseases(canvas, truth, side, lungs[side])
    _draw_heart(canvas, is_enlarged=truth.shows(Finding.CARDIOMEGALY))
    return canvas.to_jpeg(noise=0.035, marks=("L", truth.plane))


def _draw_body(canvas: Canvas) -> None:
    width = 0.86 + canvas.jitter(0.04)
    torso = step(width - np.abs(canvas.x) - 0.10 * np.clip(-canvas.y - 0.55, 0, 1) * 4, 0.06)
    canvas.paint(torso, 0.50 + 0.04 * canvas.clouds(6))
    canvas.paint(canvas.ellipse(0, -1.05, 0.22, 0.35, soft=0.08), 0.52)  # neck


def _draw_lungs(canvas: Canvas) -> dict[float, Field]:
    """Return the mask of each lung by image half (-1 or 1)."""
    masks: dict[float, Field] = {}
    texture = 0.05 * canvas.clouds(40) + 0.04 * canvas.clouds(14)
    for side in (-1.0, 1.0):
        top = _LUNG_Y + canvas.jitter(0.02)
        lung = canvas.ellipse(side * _LUNG_X, top, _LUNG_RX, _LUNG_RY, -side * 0.10, soft=0.05)
        dome = 0.38 + 0.05 * (side > 0) + 0.9 * (np.abs(canvas.x) - 0.36) ** 2  # the liver lifts the right dome
        lung = lung * step(dome - canvas.y, 0.04)
        masks[side] = lung
        canvas.paint(lung, 0.17 + texture)
        _draw_vessels(canvas, side, lung)
    canvas.paint(canvas.ellipse(0, -0.15, 0.13, 0.75, soft=0.08), 0.62)  # mediastinum
    canvas.add(canvas.ellipse(0, -0.75, 0.045, 0.36, soft=0.03), -0.22)  # trachea, in the midline
    return masks


def _draw_vessels(canvas: Canvas, side: float, lung: Field) -> None:
    for _ in range(14):
        length, angle = canvas.rng.uniform(0.10, 0.30), canvas.rng.uniform(-1.3, 1.3)
        x = side * (0.14 + np.cos(angle) * length)
        y = -0.08 + np.sin(angle) * length
        canvas.add(lung * canvas.ellipse(x, y, length, 0.010, side * angle, soft=0.012), 0.09)


def _draw_bones(canvas: Canvas) -> None:
    for side in (-1.0, 1.0):
        for rib in range(8):
            y = -0.72 + 0.165 * rib
            arch = y + 0.55 * (np.abs(canvas.x) - 0.15) ** 2 + 0.18 * np.abs(canvas.x)
            band = step(0.022 - np.abs(canvas.y - arch), 0.012) * step(side * canvas.x - 0.06, 0.04)
            canvas.add(band * step(0.74 - np.abs(canvas.x), 0.04), 0.10)
        canvas.add(canvas.ellipse(side * 0.40, -0.74, 0.36, 0.030, -side * 0.18, soft=0.02), 0.20)  # clavicle
    for vertebra in range(14):
        canvas.add(canvas.ellipse(0, -0.95 + 0.145 * vertebra, 0.075, 0.055, soft=0.02), 0.05)


def _draw_heart(canvas: Canvas, *, is_enlarged: bool) -> None:
    rx = _HEART_RX[is_enlarged] + canvas.jitter(0.015)
    canvas.paint(canvas.ellipse(0.10 + 0.25 * (rx - 0.27), 0.20, rx, 0.27, 0.30, soft=0.05), 0.70)
    canvas.paint(canvas.ellipse(0.11, -0.32, 0.10, 0.10, soft=0.05), 0.66)  # aortic knob
    canvas.add(step(canvas.y - 0.52, 0.10) * canvas.ellipse(0, 0.9, 0.8, 0.6, soft=0.1), 0.10)  # abdomen


def _draw_diseases(canvas: Canvas, truth: Truth, side: float, lung: Field) -> None:
    present = [finding for finding, where in truth.findings.items() if where is not None and truth.offset(finding) == side]
    if Finding.PLEURAL_EFFUSION in present:
        meniscus = 0.10 + canvas.jitter(0.06) - 1.6 * np.clip(np.abs(canvas.x) - 0.38, 0, 1) ** 1.5
        canvas.paint(lung * step(canvas.y - meniscus, 0.05), 0.66)
    if Finding.PNEUMOTHORAX in present:
        inner = canvas.radius(side * 0.33, 0.02, 0.25, 0.52)
        canvas.paint(lung * step(inner - 1, 0.04) * step(0.25 - canvas.y, 0.2), 0.05)
        edge = step(0.018 - np.abs(inner - 1), 0.012) * step(0.25 - canvas.y, 0.1)
        canvas.add(lung * edge * step(side * canvas.x - 0.16, 0.05), 0.30)
    if Finding.LUNG_MASS in present:
        x, y = side * (0.42 + canvas.jitter(0.05)), -0.28 + canvas.jitter(0.12)
        size = 0.10 + canvas.jitter(0.025)
        canvas.paint(canvas.ellipse(x, y, size, size * 0.95, soft=0.03), 0.62)
