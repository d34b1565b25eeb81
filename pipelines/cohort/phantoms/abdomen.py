"""An axial CT slice of the upper abdomen, with or without contrast, and what may be wrong in it.

Example:
    >>> from pipelines.vocabulary import Modality, Organ
    >>> healthy = Truth(Organ.ABDOMEN, Modality.CT, "axial", None, False, {})
    >>> draw_abdomen(healthy, seed=1)[:2].hex()
    'ffd8'
"""

import numpy as np

from pipelines.cohort.phantoms.canvas import Canvas, Field, step
from pipelines.cohort.phantoms.truth import Finding, Truth

WIDTH, HEIGHT = 420, 332
_FAT, _MUSCLE, _FLUID, _SOFT, _BONE = 0.22, 0.47, 0.36, 0.52, 0.95
_LIVER = (-0.42, -0.12, 0.38, 0.46, 0.35)  # x, y, rx, ry, angle: at the image's left
_KIDNEY_X, _KIDNEY_Y = 0.37, 0.26


def draw_abdomen(truth: Truth, seed: int) -> bytes:
    """Return a JPEG of the abdomen that the truth describes; the patient's left is at the image's right."""
    canvas = Canvas(WIDTH, HEIGHT, seed)
    cavity = _draw_wall(canvas)
    if truth.shows(Finding.ASCITES):
        rim = cavity * step(canvas.radius(0, -0.08, 0.70, 0.56) - 0.84, 0.05) * step(0.42 - canvas.y, 0.06)
        canvas.paint(rim, _FLUID)
    _draw_bowel(canvas, truth.has_contrast)
    _draw_organs(canvas, cavity, truth.has_contrast)
    _draw_spine_and_vessels(canvas, truth.has_contrast)
    _draw_kidneys(canvas, truth)
    _draw_diseases(canvas, truth)
    return canvas.to_jpeg(noise=0.03)


def _draw_wall(canvas: Canvas) -> Field:
    """Return the mask of the abdominal cavity."""
    rx, ry = 0.92 + canvas.jitter(0.02), 0.86 + canvas.jitter(0.03)
    canvas.paint(canvas.ellipse(0, 0, rx, ry), 0.45)  # skin
    canvas.paint(canvas.ellipse(0, 0, rx - 0.015, ry - 0.02), _FAT + 0.02 * canvas.clouds(20))
    canvas.paint(canvas.ellipse(0, -0.03, 0.82, 0.74), _MUSCLE)
    for side in (-1.0, 1.0):
        canvas.paint(canvas.ellipse(side * 0.22, 0.60, 0.20, 0.16, soft=0.03), _MUSCLE)
        for place in range(4):  # ribs, cut across
            turn = 0.25 + 0.45 * place
            canvas.paint(canvas.ellipse(side * 0.79 * np.cos(turn - 0.6), 0.71 * np.sin(turn - 0.6), 0.045, 0.022, turn), _BONE)
    cavity = canvas.ellipse(0, -0.08, 0.74, 0.62)
    canvas.paint(cavity, _FAT + 0.03 * canvas.clouds(24))
    return cavity


def _draw_bowel(canvas: Canvas, has_contrast: bool) -> None:
    for x, y, size in ((0.16, -0.38, 0.13), (0.36, -0.42, 0.10), (0.22, -0.16, 0.09), (0.47, -0.20, 0.10), (0.06, -0.50, 0.08)):
        x, y = x + canvas.jitter(0.02), y + canvas.jitter(0.02)
        canvas.paint(canvas.ellipse(x, y, size, size * 0.9), _SOFT)
        canvas.paint(canvas.ellipse(x, y, size * 0.75, size * 0.65), 0.88 if has_contrast else 0.40)
        if size > 0.09:
            gas = canvas.ellipse(x, y, size * 0.7, size * 0.6) * step(y - 0.01 - canvas.y, 0.01)
            canvas.paint(gas, 0.02)  # gas rises to the front


def _draw_organs(canvas: Canvas, cavity: Field, has_contrast: bool) -> None:
    organ = (0.62 if has_contrast else 0.54) + 0.025 * canvas.clouds(60)
    inside = cavity * step(0.97 - canvas.radius(0, -0.08, 0.74, 0.62), 0.03)
    x, y, rx, ry, angle = _LIVER
    liver = np.maximum(canvas.ellipse(x, y, rx, ry, angle), canvas.ellipse(-0.08, -0.38, 0.30, 0.17, 0.15))
    canvas.paint(liver * step(0.92 - canvas.radius(0, -0.08, 0.74, 0.62), 0.03), organ)
    if has_contrast:
        for _ in range(7):
            dx, dy = canvas.jitter(0.20), canvas.jitter(0.22)
            canvas.add(liver * canvas.ellipse(x + dx, y + dy, 0.07, 0.012, canvas.jitter(1.5)), 0.10)
    canvas.paint(inside * canvas.ellipse(0.60, 0.02, 0.14, 0.27, -0.2), organ + 0.02)  # spleen
    canvas.paint(canvas.ellipse(0.10, 0.02, 0.26, 0.055, -0.12, soft=0.03), 0.48)  # pancreas
    canvas.paint(canvas.ellipse(-0.20, -0.12, 0.085, 0.11, 0.3), _FLUID)  # gallbladder


def _draw_spine_and_vessels(canvas: Canvas, has_contrast: bool) -> None:
    canvas.paint(canvas.ellipse(0, 0.34, 0.15, 0.14), 0.78 + 0.06 * canvas.clouds(50))
    canvas.paint(canvas.ring(0, 0.34, 0.15, 0.14, 0.03), _BONE)
    for x, y, rx, ry in ((0, 0.62, 0.03, 0.15), (-0.16, 0.52, 0.12, 0.03), (0.16, 0.52, 0.12, 0.03)):
        canvas.paint(canvas.ellipse(x, y, rx, ry), _BONE)
    canvas.paint(canvas.ellipse(0, 0.51, 0.055, 0.05), 0.35)  # spinal canal
    blood = 0.92 if has_contrast else 0.50
    canvas.paint(canvas.ellipse(0.07, 0.135, 0.055, 0.065), blood)  # aorta, to the patient's left
    canvas.paint(canvas.ellipse(-0.10, 0.14, 0.065, 0.055), blood - 0.10)  # inferior vena cava


def _draw_kidneys(canvas: Canvas, truth: Truth) -> None:
    for side in (-1.0, 1.0):
        y = _KIDNEY_Y + canvas.jitter(0.02)
        canvas.paint(canvas.ellipse(side * _KIDNEY_X, y, 0.15, 0.21, side * 0.35, soft=0.03), _FAT)
        canvas.paint(canvas.ellipse(side * _KIDNEY_X, y, 0.12, 0.17, side * 0.35), 0.80 if truth.has_contrast else 0.50)
        canvas.paint(canvas.ellipse(side * (_KIDNEY_X - 0.04), y, 0.05, 0.07, side * 0.35, soft=0.03), _FAT)
    if truth.shows(Finding.RENAL_CYST):
        side = truth.offset(Finding.RENAL_CYST)
        size = 0.085 + canvas.jitter(0.015)
        canvas.paint(canvas.ellipse(side * (_KIDNEY_X + 0.09), _KIDNEY_Y + 0.08, size, size * 1.2), 0.30)


def _draw_diseases(canvas: Canvas, truth: Truth) -> None:
    if truth.shows(Finding.LIVER_MASS):
        x, y = -0.47 + canvas.jitter(0.07), -0.06 + canvas.jitter(0.12)
        size = 0.12 + canvas.jitter(0.03)
        canvas.paint(canvas.ellipse(x, y, size, size * 1.15, canvas.jitter(1), soft=0.03), 0.36 + 0.04 * canvas.clouds(50))
        canvas.add(canvas.ring(x, y, size, size * 1.15, 0.025), 0.10)
    if truth.shows(Finding.GALLSTONES):
        for dx, dy in ((-0.03, 0.035), (0.015, 0.05), (0.03, 0.005)):
            canvas.paint(canvas.ellipse(-0.20 + dx, -0.12 + dy, 0.022, 0.026), 0.93)
