"""A gray canvas in relative coordinates, on which phantoms are painted from soft-edged shapes.

Coordinates run from -1 to 1: x to the image's right, y downwards. Values run from 0 (black) to 1 (white).

Example:
    >>> canvas = Canvas(width=64, height=64, seed=1)
    >>> canvas.paint(canvas.ellipse(0, 0, 0.5, 0.5), 0.8)
    >>> round(float(canvas.values[32, 32]), 2), round(float(canvas.values[0, 0]), 2)
    (0.8, 0.0)
"""

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Field = NDArray[np.floating[Any]]
"""Shape (height, width); a mask where its values lie between 0 and 1."""

JPEG_QUALITY = 90


class Canvas:
    """A picture under way; every random number comes from its seed."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.values: Field = np.zeros((height, width), dtype=np.float32)
        rows, columns = (np.linspace(-1, 1, length, dtype=np.float32) for length in (height, width))
        self.y, self.x = np.meshgrid(rows, columns, indexing="ij")

    def radius(self, x: float, y: float, rx: float, ry: float, angle: float = 0.0) -> Field:
        """Return the distance from an ellipse's centre in units of its (rotated) half-axes: 1 on the outline."""
        dx, dy = self.x[:1] - x, self.y[:, :1] - y  # a row and a column: only their sums take the size of the picture
        cos, sin = math.cos(angle), math.sin(angle)
        along, across = (dx * cos + dy * sin, dy * cos - dx * sin) if angle else (dx, dy)
        return np.sqrt((along / rx) ** 2 + (across / ry) ** 2)

    def ellipse(self, x: float, y: float, rx: float, ry: float, angle: float = 0.0, soft: float = 0.02) -> Field:
        """Return the mask of a filled ellipse whose edge fades over about `soft`."""
        return step((1 - self.radius(x, y, rx, ry, angle)) * min(rx, ry), soft)

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, angle: float = 0.0) -> Field:
        """Return the mask of an ellipse's outline, about `width` wide."""
        distance = np.abs(1 - self.radius(x, y, rx, ry, angle)) * min(rx, ry)
        return step(width / 2 - distance, width / 4)

    def clouds(self, cells: int) -> Field:
        """Return smooth noise between about -1 and 1 with roughly `cells` blobs along the width."""
        height, width = self.values.shape
        coarse = Image.fromarray(self.rng.normal(0, 0.5, (cells, cells)).astype(np.float32))
        return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))

    def paint(self, mask: Field, value: float | Field) -> None:
        """Cover what is there with a value, where the mask is 1."""
        self.values = self.values * (1 - mask) + mask * value

    def add(self, mask: Field, amount: float) -> None:
        """Lighten (or darken) what is there."""
        self.values = self.values + mask * amount

    def jitter(self, spread: float) -> float:
        """Return a random number between -spread and spread."""
        return float(self.rng.uniform(-spread, spread))

    def to_jpeg(self, noise: float, marks: tuple[str, ...] = ()) -> bytes:
        """Return the picture as an RGB JPEG, with grain; marks are written into the upper right corner, one per line."""
        grain = noise * self.rng.standard_normal(self.values.shape, dtype=np.float32)
        pixels = np.clip((self.values + grain) * 255, 0, 255).astype(np.uint8)
        image = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.6))
        pen = ImageDraw.Draw(image)
        for line, mark in enumerate(marks):
            pen.text((image.width - 12 - 8 * len(mark), 10 + 14 * line), mark, fill=235)
        sink = io.BytesIO()
        image.convert("RGB").save(sink, "JPEG", quality=JPEG_QUALITY)
        return sink.getvalue()


def step(distance: Field, soft: float) -> Field:
    """Return 0 below, 1 above, 0.5 at distance 0; the slope is about `soft` wide."""
    return 1 / (1 + np.exp(-np.clip(4 * distance / soft, -40, 40)))
