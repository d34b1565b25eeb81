"""Between Pillow's pictures and arrays of brightness, and the length by which severities are made equal for all sizes.

Example:
    >>> picture = Image.new("L", (4, 2), 255)
    >>> read_brightness(picture).shape, read_brightness(picture).max()
    ((2, 4), np.float32(1.0))
    >>> measure_scale(Image.new("L", (1024, 768)))
    2.0
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Brightness = NDArray[np.floating]
"""0 (black) to 1 (white), shape (height, width) or (height, width, 3)."""

REFERENCE_SIDE = 512
"""Pixels of the longer side for which lengths are given: about what a vision encoder sees of a picture (336-512)."""


def read_brightness(image: Image.Image) -> Brightness:
    """Return the pixels as brightness, 0-1."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def write_brightness(brightness: Brightness) -> Image.Image:
    """Return the picture of a brightness; what is below 0 or above 1 is clipped, as a detector or a screen does."""
    levels = np.clip(brightness, 0, 1)
    levels *= 255
    return Image.fromarray(np.rint(levels, out=levels).astype(np.uint8))


def measure_scale(image: Image.Image) -> float:
    """Return the longer side in units of `REFERENCE_SIDE`."""
    return max(image.size) / REFERENCE_SIDE


def shrink_to_reference(image: Image.Image) -> Image.Image:
    """Return the picture at no more than `REFERENCE_SIDE` pixels per side; a smaller one as it is."""
    scale = measure_scale(image)
    if scale <= 1:
        return image
    size = (max(round(image.width / scale), 1), max(round(image.height / scale), 1))
    return image.resize(size, Image.Resampling.BOX)


def enlarge(plane: Brightness, size: tuple[int, int]) -> Brightness:
    """Return a plane, shape (height, width), as large as size (width, height)."""
    if plane.shape[::-1] == size:
        return plane
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC))


def map_channels(function: Callable[[Brightness], Brightness], brightness: Brightness) -> Brightness:
    """Return what a function of one plane makes of a gray picture, or of each channel of a colour one."""
    if brightness.ndim == 2:
        return function(brightness)
    return np.stack([function(brightness[..., channel]) for channel in range(brightness.shape[-1])], axis=-1)
