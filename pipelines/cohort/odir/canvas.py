"""A colour canvas on which fundus phantoms are painted: soft shapes of `Canvas`, fine lines and spots drawn enlarged.

Coordinates run from -1 to 1: x to the image's right, y downwards. Colours are red, green and blue from 0 to 1.

Example:
    >>> canvas = ColourCanvas(size=64, seed=1)
    >>> canvas.paint(canvas.draw_spots([(0, 0, 0.5)]), (1.0, 0.5, 0.0))
    >>> canvas.rgb[32, 32].tolist(), canvas.rgb[0, 0].tolist()
    ([1.0, 0.5, 0.0], [0.0, 0.0, 0.0])
"""

import io
import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, shift

from pipelines.cohort.phantoms.canvas import JPEG_QUALITY, Canvas, Field

Colour = tuple[float, float, float]
Spot = tuple[float, float, float]
"""Centre and radius."""
_ENLARGED = 3  # lines of one pixel's width come out smooth


class ColourCanvas:
    """A square picture under way: `rgb` has shape (size, size, 3); every random number comes from the seed."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.shapes = Canvas(size, size, seed)
        self.rng = self.shapes.rng
        self.rgb: Field = np.zeros((size, size, 3), np.float32)

    def paint(self, mask: Field, colour: Colour, strength: float = 1.0) -> None:
        """Cover what is there with a colour, as far as the mask and the strength say."""
        cover = (mask * strength).astype(np.float32)[..., None]
        self.rgb += cover * (np.asarray(colour, np.float32) - self.rgb)

    def scale(self, mask: Field, factor: float) -> None:
        """Lighten (above 1) or darken (below 1) all colours where the mask is 1."""
        self.rgb = self.rgb * (1 + mask * (factor - 1))[..., None]

    def draw_spots(self, spots: Iterable[Spot], soft: float = 0.0) -> Field:
        """Return the mask of filled circles; `soft` blurs their edges."""
        image, pen = self._enlarged()
        for x, y, radius in spots:
            pen.ellipse([self._place(value) for value in (x - radius, y - radius, x + radius, y + radius)], fill=255)
        return self._reduce(image, soft)

    def draw_lines(self, lines: Iterable[Sequence[Spot]], soft: float = 0.0) -> Field:
        """Return the mask of lines through points, each point with the line's half width there."""
        image, pen = self._enlarged()
        for line in lines:
            for (x, y, half), (next_x, next_y, _) in itertools.pairwise(line):
                ends = [self._place(value) for value in (x, y, next_x, next_y)]
                pen.line(ends, fill=255, width=max(1, round(half * self.size * _ENLARGED)))
        return self._reduce(image, soft)

    def blur(self, spread: float) -> None:
        """Blur the picture; `spread` is the standard deviation."""
        self.rgb = gaussian_filter(self.rgb, (spread * self.size / 2, spread * self.size / 2, 0))

    def move(self, x: float, y: float) -> None:
        """Move the picture; black comes in from the border."""
        self.rgb = shift(self.rgb, (round(y * self.size / 2), round(x * self.size / 2), 0), order=0)

    def to_jpeg(self, grain: float) -> bytes:
        """Return the picture as a JPEG; `grain` is the standard deviation of its noise, which black is free of."""
        noise = grain * self.rng.standard_normal((self.size, self.size, 1), dtype=np.float32)
        pixels = np.clip(self.rgb * (1 + noise) * 255, 0, 255).astype(np.uint8)
        sink = io.BytesIO()
        Image.fromarray(pixels).save(sink, "JPEG", quality=JPEG_QUALITY)
        return sink.getvalue()

    def _enlarged(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        image = Image.new("L", (self.size * _ENLARGED, self.size * _ENLARGED))
        return image, ImageDraw.Draw(image)

    def _place(self, value: float) -> float:
        return (value + 1) / 2 * self.size * _ENLARGED

    def _reduce(self, image: Image.Image, soft: float) -> Field:
        mask = np.asarray(image.reduce(_ENLARGED), np.float32) / 255
        return gaussian_filter(mask, soft * self.size / 2) if soft else mask
