"""Blur: motion during an exposure, an instrument's soft response, a lens out of focus. Lengths are of the reference raster.

Example:
    >>> from evaluation.corruptions.draws import Draws
    >>> point = Image.new("L", (65, 65))
    >>> point.putpixel((32, 32), 255)
    >>> spread = Defocus(radius=24.0).apply(point, Draws("picture", "blur", 1, seed=7))  # 3 pixels of 65
    >>> [spread.getpixel((x, 32)) > 0 for x in (29, 32, 35, 37)]
    [True, True, True, False]
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.pixels import Brightness, map_channels, measure_scale, read_brightness, write_brightness

_STEPS_PER_PIXEL = 8


@dataclass(frozen=True, slots=True)
class MotionBlur:
    """Straight motion of the patient at an even speed while exposed, its direction drawn for the picture."""

    length: float  # pixels of the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the picture of a patient who moved."""
        angle = draws.start_pose().uniform(0, np.pi)
        return _convolve(image, _draw_line(self.length * measure_scale(image), angle))


@dataclass(frozen=True, slots=True)
class SoftBlur:
    """A Gaussian response: a soft kernel, thick slices, a wide beam."""

    sigma: float  # pixels of the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the softened picture; Pillow's three box filters stand for the Gaussian."""
        return image.filter(ImageFilter.GaussianBlur(self.sigma * measure_scale(image)))


@dataclass(frozen=True, slots=True)
class Defocus:
    """A lens out of focus: each point becomes a disc."""

    radius: float  # pixels of the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the picture out of focus."""
        return _convolve(image, _draw_disc(self.radius * measure_scale(image)))


def _draw_line(length: float, angle: float) -> Brightness:
    """Return a line through the middle, spread over neighbouring pixels bilinearly, of sum 1; odd sides."""
    reach = int(np.ceil(length / 2)) + 1
    along = np.linspace(-length / 2, length / 2, max(int(length * _STEPS_PER_PIXEL), 1) | 1)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    x, y = reach + along * np.cos(angle), reach + along * np.sin(angle)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for right, below in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = np.abs(1 - right - (x - left)) * np.abs(1 - below - (y - top))
        np.add.at(kernel, (top + below, left + right), share)
    return kernel / kernel.sum()


def _draw_disc(radius: float) -> Brightness:
    """Return a disc with a soft edge of one pixel, of sum 1; odd sides."""
    reach = int(np.ceil(radius))
    side = np.arange(-reach, reach + 1, dtype=np.float32)
    kernel = np.clip(radius + 0.5 - np.hypot(side[:, np.newaxis], side), 0, 1)
    return kernel / kernel.sum()


def _convolve(image: Image.Image, kernel: Brightness) -> Image.Image:
    """Return the picture convolved with a kernel of odd sides; beyond its edges it goes on as at the edge."""
    from scipy.signal import fftconvolve

    def spread(plane: Brightness) -> Brightness:
        return fftconvolve(np.pad(plane, len(kernel) // 2, mode="edge"), kernel, mode="valid").astype(np.float32)

    return write_brightness(map_channels(spread, read_brightness(image)))
