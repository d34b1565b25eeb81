"""What every decoder of `pipelines.rendering` returns: 8-bit pixels, and what was done to get them.

Example:
    >>> Raster(np.zeros((2, 3), np.uint8), ("window_first",)).size
    (3, 2)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem


@dataclass(frozen=True)
class Raster:
    """One image: uint8 of shape (height, width) where it is gray, (height, width, 3) where it has colour (RGB)."""

    pixels: NDArray[np.uint8]
    steps: tuple[str, ...]  # what was done, in order

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def refuse_constant(raster: Raster) -> None:
    """Raise ImageProblem where all pixels are equal: there is nothing to see."""
    first = raster.pixels[0, 0]
    sample = raster.pixels[::16, ::16]  # settles it for nearly every image
    if bool((sample == first).all()) and bool((raster.pixels == first).all()):
        width, height = raster.size
        raise ImageProblem(Reason.IMAGE_CONSTANT, f"all {width} x {height} pixels are {first.tolist()}; nothing to see")
