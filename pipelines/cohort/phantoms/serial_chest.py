"""Frontal chest films of one subject over time: the anatomy stays, findings grow and shrink in four visible grades.

The anatomy is drawn once per subject; each film adds its findings, its own posture and exposure. What can be seen:
effusion by the height of its meniscus, consolidation by how much of the upper lobe is white, edema by the spread of the haze
around both hila, pneumonia by the number of patches, pneumothorax by the width of the dark rim outside the pleural line.

Example:
    >>> SerialChest(seed=1).draw({"edema": 2}, {"edema": 1}, View.PA, pose_seed=1)[:2].hex()
    'ffd8'
"""

import io
import math
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipelines.cohort.phantoms.canvas import Canvas, Field, step
from pipelines.vocabulary import View

WIDTH, HEIGHT = 320, 384
_JPEG_QUALITY = 85
_LUNG_X, _LUNG_Y, _LUNG_RX, _LUNG_RY = 0.40, -0.10, 0.31, 0.64
_SOFT_TISSUE = 0.60
_EFFUSION_LEVEL = (0.0, 0.27, 0.02, -0.28)  # by severity; y of the meniscus' lowest point
_LOBE_RADIUS = (0.0, 0.13, 0.21, 0.36)
_LOBE_OPACITY = (0.0, 0.75, 0.85, 0.95)
_HAZE_RADIUS = (0.0, 0.20, 0.30, 0.44)
_HAZE_OPACITY = (0.0, 0.34, 0.52, 0.72)
_PATCHES = (0, 2, 6, 13)
_PATCH_OPACITY = (0.0, 0.62, 0.74, 0.88)
_MARGIN = 40  # pixels
_RIM = (0.0, 0.045, 0.10, 0.18)


class SerialChest:
    """One subject's chest, of which films can be taken."""

    def __init__(self, seed: int) -> None:
        self._canvas = Canvas(WIDTH, HEIGHT, seed)
        self._lungs = {side: self._shape_lung(side) for side in (-1, 1)}
        self._vessels = {side: self._grow_vessels(side) * self._lungs[side] for side in (-1, 1)}
        self._texture = 0.030 * self._canvas.clouds(40) + 0.025 * self._canvas.clouds(12)
        self._clouds = self._canvas.clouds(24)
        self._heart_rx = 0.25 + self._canvas.jitter(0.03)
        self._patches = {side: self._place_patches(side) for side in (-1, 1)}
        self._body = self._draw_body()
        self._bones = self._draw_bones()

    def draw(self, severities: Mapping[str, int], sides: Mapping[str, int], view: View, pose_seed: int) -> bytes:
        """Return a gray JPEG of 320 x 384; `sides` are image halves (-1 or 1), severities 0 to 3."""
        canvas = self._canvas
        canvas.values = self._body.copy()
        self._draw_edema(severities.get("edema", 0))
        for finding, draw in (
            ("consolidation", self._draw_consolidation),
            ("pneumonia", self._draw_pneumonia),
            ("pleural_effusion", self._draw_effusion),
            ("pneumothorax", self._draw_pneumothorax),
        ):
            if severities.get(finding, 0):
                draw(sides[finding], severities[finding])
        self._draw_heart(view)
        canvas.values = canvas.values + self._bones
        return _develop(canvas.values, view, np.random.default_rng(pose_seed))

    def _shape_lung(self, side: int) -> Field:
        canvas = self._canvas
        lung = canvas.ellipse(side * _LUNG_X, _LUNG_Y + canvas.jitter(0.015), _LUNG_RX, _LUNG_RY, -side * 0.10, soft=0.05)
        dome = 0.40 + 0.05 * (side > 0) + 1.1 * (np.abs(canvas.x) - 0.34) ** 2  # the liver lifts the right dome
        return lung * step(dome - canvas.y, 0.035)

    def _grow_vessels(self, side: int) -> Field:
        picture = Image.new("L", (WIDTH, HEIGHT))
        pen = ImageDraw.Draw(picture)
        for angle in np.linspace(-1.35, 1.35, 7):
            self._grow_branch(pen, (side * 0.16, -0.06), side, float(angle) + self._canvas.jitter(0.12), 3.2)
        return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.9)), np.float32) / 255

    def _grow_branch(self, pen: ImageDraw.ImageDraw, start: tuple[float, float], side: int, angle: float, width: float) -> None:
        length = 0.075 * width**0.6 + self._canvas.jitter(0.02)
        end = (start[0] + side * math.cos(angle) * length, start[1] + math.sin(angle) * length * 0.95)
        pen.line([_pixel(*start), _pixel(*end)], fill=int(50 + 40 * width), width=max(1, round(width)))
        if width > 0.8:
            for turn in (0.32, -0.32):
                self._grow_branch(pen, end, side, angle + turn + self._canvas.jitter(0.15), width * 0.68)

    def _draw_body(self) -> Field:
        canvas = self._canvas
        width = 0.86 + canvas.jitter(0.03)
        torso = step(width - np.abs(canvas.x) - 0.42 * np.clip(-canvas.y - 0.62, 0, 1), 0.06)
        canvas.paint(torso, _SOFT_TISSUE - 0.06 + 0.03 * canvas.clouds(6))
        canvas.paint(canvas.ellipse(0, -1.05, 0.22, 0.35, soft=0.08), _SOFT_TISSUE - 0.06)  # neck
        canvas.paint(canvas.ellipse(0, -0.15, 0.13, 0.80, soft=0.08), _SOFT_TISSUE + 0.04)  # mediastinum
        for side in (-1, 1):
            canvas.paint(self._lungs[side], 0.16 + self._texture + 0.20 * self._vessels[side])
        canvas.add(canvas.ellipse(0, -0.78, 0.045, 0.36, soft=0.03), -0.20)  # trachea, in the midline
        canvas.add(step(canvas.y - 0.50, 0.12) * torso, 0.08)  # abdomen
        return canvas.values

    def _draw_bones(self) -> Field:
        canvas = self._canvas
        reach = np.abs(canvas.x)
        arch = canvas.y - 0.55 * (reach - 0.15) ** 2 - 0.18 * reach
        spacing, top, n_ribs = 0.165, -0.74, 9
        rib = np.clip(np.round((arch - top) / spacing), 0, n_ribs - 1)
        distance = np.abs(arch - top - rib * spacing)
        bones = 0.085 * step(0.022 - distance, 0.012) * step(reach - 0.09, 0.04) * step(0.74 - reach, 0.04)
        for side in (-1, 1):
            bones = bones + 0.16 * canvas.ellipse(side * 0.40, -0.74, 0.36, 0.028, -side * 0.18, soft=0.02)  # clavicle
        disc = np.abs((canvas.y + 1) % 0.145 - 0.0725)
        return bones + 0.04 * step(0.055 - disc, 0.02) * step(0.07 - reach, 0.03)  # spine

    def _draw_heart(self, view: View) -> None:
        canvas = self._canvas
        rx = self._heart_rx * (1.14 if view is View.AP else 1.0)  # nearer to the tube, so larger on the film
        canvas.paint(canvas.ellipse(0.09 + 0.25 * (rx - 0.25), 0.22, rx, 0.26, 0.30, soft=0.05), _SOFT_TISSUE + 0.10)
        canvas.paint(canvas.ellipse(0.11, -0.32, 0.09, 0.09, soft=0.05), _SOFT_TISSUE + 0.06)  # aortic knob

    def _draw_edema(self, severity: int) -> None:
        canvas, radius = self._canvas, _HAZE_RADIUS[severity]
        if not severity:
            return
        for side in (-1, 1):
            reach = canvas.radius(side * 0.24, -0.04, radius, radius * 1.35)
            haze = _HAZE_OPACITY[severity] * np.exp(-(reach**4) / 1.5) * np.clip(1 + 0.35 * self._clouds, 0.4, 1.4)
            canvas.paint(self._lungs[side] * np.clip(haze, 0, 0.9), _SOFT_TISSUE)
            canvas.add(self._vessels[side] * np.exp(-(reach**2)), 0.08 * severity)
            for line in range(3 * (severity - 1)):  # septal lines at the lung's outer edge
                y = 0.12 + 0.06 * line
                mark = canvas.ellipse(side * 0.62, y - 0.15, 0.06, 0.006, side * 0.1, soft=0.008)
                canvas.add(self._lungs[side] * mark, 0.16)

    def _draw_consolidation(self, side: int, severity: int) -> None:
        canvas, radius = self._canvas, _LOBE_RADIUS[severity]
        fissure = step(-0.14 - canvas.y - 0.12 * (np.abs(canvas.x) - 0.4), 0.03)
        blob = step((1 - canvas.radius(side * 0.42, -0.34, radius, radius * 1.1)) + 0.12 * self._clouds, 0.35)
        lobe = self._lungs[side] * fissure * blob * _LOBE_OPACITY[severity]
        canvas.paint(lobe, 0.62 - 0.16 * self._vessels[side])  # air in the bronchi stays dark

    def _draw_pneumonia(self, side: int, severity: int) -> None:
        canvas = self._canvas
        total: Field = np.zeros_like(canvas.values)
        for x, y, size in self._patches[side][: _PATCHES[severity]]:
            patch = canvas.ellipse(x, y, size, size * 0.9, soft=0.07) * np.clip(0.85 + 0.5 * self._clouds, 0.3, 1)
            total = np.maximum(total, patch)
        canvas.paint(self._lungs[side] * total * _PATCH_OPACITY[severity], _SOFT_TISSUE)

    def _place_patches(self, side: int) -> list[tuple[float, float, float]]:
        """Spread patches over the middle and lower zones, each apart from those before it."""
        places: list[tuple[float, float, float]] = []
        for _ in range(400):
            x, y = side * self._canvas.rng.uniform(0.24, 0.60), self._canvas.rng.uniform(-0.32, 0.34)
            is_behind_heart = math.hypot((x - 0.12) / 0.36, (y - 0.22) / 0.34) < 1
            if not is_behind_heart and all(math.hypot(x - px, y - py) > 0.13 for px, py, _ in places):
                places.append((float(x), float(y), 0.078 + self._canvas.jitter(0.012)))
        return places

    def _draw_effusion(self, side: int, severity: int) -> None:
        canvas = self._canvas
        rise = 1.5 * np.clip(np.abs(canvas.x) - 0.36, 0, 1) ** 1.5 + 0.5 * np.clip(0.20 - np.abs(canvas.x), 0, 1)
        canvas.paint(self._lungs[side] * step(canvas.y - _EFFUSION_LEVEL[severity] + rise, 0.05), _SOFT_TISSUE + 0.05)

    def _draw_pneumothorax(self, side: int, severity: int) -> None:
        canvas, gap = self._canvas, _RIM[severity]
        inner = canvas.radius(
            side * (_LUNG_X - gap), _LUNG_Y + 1.3 * gap, _LUNG_RX - 0.3 * gap, _LUNG_RY - 0.4 * gap, -side * 0.10
        )
        away = step(side * canvas.x - 0.15, 0.05)
        canvas.paint(self._lungs[side] * step((inner - 1) * 0.3, 0.012) * away, 0.025)
        canvas.add(self._lungs[side] * step(0.009 - np.abs(inner - 1) * 0.3, 0.006) * away, 0.36)  # the pleural line
        canvas.add(self._lungs[side] * step((1 - inner) * 0.3, 0.02), 0.25 * gap)  # less air in what is left


def _pixel(x: float, y: float) -> tuple[float, float]:
    return (x + 1) / 2 * (WIDTH - 1), (y + 1) / 2 * (HEIGHT - 1)


def _develop(values: Field, view: View, rng: np.random.Generator) -> bytes:
    """Return the film: posture, exposure, grain and the technician's marks."""
    angle, scale = rng.uniform(-0.035, 0.035), rng.uniform(0.97, 1.03)
    height = scale * (1.05 if view is View.AP else 1.0)  # lying subjects breathe in less
    cos, sin = math.cos(angle), math.sin(angle)
    cx, cy = WIDTH / 2 + rng.uniform(-6, 6), HEIGHT / 2 + rng.uniform(-6, 6)
    a, b, d, e = cos * scale, sin * scale, -sin * height, cos * height
    left, top = cx - a * WIDTH / 2 - b * HEIGHT / 2, cy - d * WIDTH / 2 - e * HEIGHT / 2
    padded = np.pad(values.astype(np.float32), _MARGIN, mode="edge")  # so that no posture shows the film's end
    posed = Image.fromarray(padded).transform(
        (WIDTH, HEIGHT),
        Image.Transform.AFFINE,
        (a, b, left + _MARGIN, d, e, top + _MARGIN),
        Image.Resampling.BILINEAR,
    )
    exposed = np.asarray(posed) * rng.uniform(0.94, 1.08) + rng.uniform(0.0, 0.03)
    grain = (0.028 if view is View.AP else 0.020) * rng.standard_normal((HEIGHT, WIDTH), dtype=np.float32)
    picture = Image.fromarray(np.clip((exposed + grain) * 255, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))
    pen = ImageDraw.Draw(picture)
    pen.text((WIDTH - 24, 22), "L", fill=235)
    pen.text((10, 10), "AP PORTABLE" if view is View.AP else "PA", fill=235)
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=_JPEG_QUALITY)
    return sink.getvalue()
