"""What positioning changes: the field of view and the angle. Neither mirrors a picture, so left and right stay what they are.

Example:
    >>> from evaluation.corruptions.draws import Draws
    >>> Rotation(5.0).apply(Image.new("L", (40, 30), 9), Draws("picture", "rotation", 1, seed=7)).getextrema()
    (9, 9)
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from evaluation.corruptions.draws import Draws


@dataclass(frozen=True, slots=True)
class Crop:
    """A narrower field of view, placed by chance, shown as large as the whole."""

    kept: float  # share of each side

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the part, scaled back to the picture's size."""
        right, down = draws.start_pose().random(2)
        left, top = right * (1 - self.kept) * image.width, down * (1 - self.kept) * image.height
        box = (left, top, left + self.kept * image.width, top + self.kept * image.height)
        return image.resize(image.size, Image.Resampling.BICUBIC, box=box)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A patient, plate or camera turned about the middle, to one side or the other by chance."""

    degrees: float

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the turned picture; corners that come in have the median colour of its border."""
        sign = 1 if draws.start_pose().random() < 0.5 else -1
        return image.rotate(sign * self.degrees, Image.Resampling.BICUBIC, fillcolor=_find_border_colour(image))


def _find_border_colour(image: Image.Image) -> int | tuple[int, ...]:
    """Return the median level of the border, per channel."""
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    median = tuple(int(level) for level in np.median(border, axis=0))
    return median[0] if image.mode == "L" else median
