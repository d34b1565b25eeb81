"""Changes the size of rasters as the settings say: as found, scaled down to a longest side, or padded to a square.

Scaling is by area: each new pixel is the mean of what it covers, weighted by how much of it, so that small bright things fade
but do not vanish. Nothing is ever scaled up.

Example:
    >>> wide = Raster(np.full((64, 128), 9, np.uint8), ())
    >>> small = resize(wide, Rendering(size=OutputSize.SQUARE, pixels=32))
    >>> small.size, small.steps, small.pixels[:, 0].tolist() == [0] * 8 + [9] * 16 + [0] * 8
    ((32, 32), ('resize_32x16', 'pad_square'), True)
"""

import numpy as np
from PIL import Image

from pipelines.choices import OutputSize, Rendering
from pipelines.rendering.raster import Raster


def resize(raster: Raster, options: Rendering) -> Raster:
    """Return a gray or colour raster in the size that is asked for; the same one where it has that size already."""
    if options.size is OutputSize.NATIVE:
        return raster
    smaller = _scale_down(raster, options.pixels)
    return smaller if options.size is OutputSize.LONGEST_SIDE else _pad_square(smaller, options.pixels)


def _scale_down(raster: Raster, pixels: int) -> Raster:
    width, height = raster.size
    longest = max(width, height)
    if longest <= pixels:
        return raster
    size = (max(1, round(width * pixels / longest)), max(1, round(height * pixels / longest)))
    scaled = Image.fromarray(raster.pixels).resize(size, Image.Resampling.BOX)
    return Raster(np.asarray(scaled), (*raster.steps, f"resize_{size[0]}x{size[1]}"))


def _pad_square(raster: Raster, pixels: int) -> Raster:
    width, height = raster.size
    if width == height == pixels:
        return raster
    square = np.zeros((pixels, pixels, *raster.pixels.shape[2:]), np.uint8)
    top, left = (pixels - height) // 2, (pixels - width) // 2
    square[top : top + height, left : left + width] = raster.pixels
    return Raster(square, (*raster.steps, "pad_square"))
