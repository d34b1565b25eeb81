"""Loss of contrast: scatter or a wide window, an uneven coil in MRI, a cloudy lens and a tilted flash in fundus photographs.

Example:
    >>> from evaluation.corruptions.draws import Draws
    >>> picture = Image.new("L", (2, 1))
    >>> picture.putpixel((0, 0), 200)
    >>> list(Fade(0.5).apply(picture, Draws("picture", "contrast", 1, seed=7)).tobytes())
    [150, 50]
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.pixels import Brightness, read_brightness, write_brightness

_SURROUND = 0.06  # brightness below which a fundus camera's picture is its black surround


@dataclass(frozen=True, slots=True)
class Fade:
    """Differences from the mean shrink: scattered radiation, a window too wide, a poor display or scan."""

    kept: float  # share of each difference

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the faded picture."""
        brightness = read_brightness(image)
        mean = brightness.mean(axis=(0, 1))
        return write_brightness(mean + (brightness - mean) * np.float32(self.kept))


@dataclass(frozen=True, slots=True)
class Shade:
    """Brightness falls across the picture, in a direction drawn for it; black stays black."""

    depth: float  # share of the brightness that is lost on the dark side

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the unevenly sensed picture."""
        return write_brightness(_shade(read_brightness(image), self.depth, draws))


@dataclass(frozen=True, slots=True)
class Haze:
    """A fundus behind cloudy media: contrast fades within the aperture, and the flash lights it unevenly."""

    kept: float  # share of each difference from the mean within the aperture
    depth: float  # as in `Shade`

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the hazy photograph; its black surround stays as it is."""
        brightness = read_brightness(image)
        planes = brightness.reshape(image.height, image.width, -1)
        aperture = np.clip(planes.max(axis=-1, keepdims=True) / np.float32(_SURROUND) - 1, 0, 1)
        if not aperture.any():
            return image
        mean = np.einsum("ijk,ij->k", planes, aperture[..., 0]) / aperture.sum()
        faded = planes + aperture * np.float32(1 - self.kept) * (mean - planes)
        return write_brightness(_shade(faded.reshape(brightness.shape), self.depth, draws))


def _shade(brightness: Brightness, depth: float, draws: Draws) -> Brightness:
    field = _draw_field(brightness.shape[:2], depth, draws)
    return brightness * (field if brightness.ndim == 2 else field[..., np.newaxis])


def _draw_field(shape: tuple[int, ...], depth: float, draws: Draws) -> Brightness:
    """Return factors from 1 down to 1 - depth along a direction, smooth as half a cosine, shape (height, width)."""
    angle = draws.start_pose().uniform(0, 2 * np.pi)
    y, x = (np.linspace(-1, 1, length, dtype=np.float32) for length in shape)
    along = (x * np.float32(np.cos(angle)) + y[:, np.newaxis] * np.float32(np.sin(angle))) / np.float32(np.sqrt(2))
    return (1 - depth * (1 - np.cos(np.pi * (along + 1) / 2)) / 2).astype(np.float32)
