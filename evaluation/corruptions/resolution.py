"""Loss of resolution and of detail: strong JPEG, a thumbnail, a short k-space.

Example:
    >>> from evaluation.corruptions.draws import Draws
    >>> Thumbnail(0.5).apply(Image.new("RGB", (30, 20)), Draws("picture", "down_sampling", 1, seed=7)).size
    (30, 20)
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.pixels import Brightness, map_channels, measure_scale, read_brightness, write_brightness


@dataclass(frozen=True, slots=True)
class Jpeg:
    """Baseline JPEG, colour at half resolution, as mail programs, slides and old archives make it."""

    quality: int  # of libjpeg, 1-100

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the picture as it comes back from a JPEG file."""
        file = io.BytesIO()
        image.save(file, "JPEG", quality=self.quality)
        with Image.open(file) as returned:
            return returned.convert(image.mode)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Shrunk to a share of what a model would see, then enlarged again, as by a viewer."""

    share: float  # of the sides, of a picture not larger than the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the enlarged thumbnail."""
        share = self.share / max(measure_scale(image), 1)
        size = (max(round(image.width * share), 1), max(round(image.height * share), 1))
        return image.resize(size, Image.Resampling.BOX).resize(image.size, Image.Resampling.BICUBIC)


@dataclass(frozen=True, slots=True)
class ShortKSpace:
    """Only the middle of k-space acquired, the rest filled with zeros: coarse, with ringing at edges (Gibbs)."""

    share: float  # of the lines and columns, of a picture not larger than the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the slice of a shortened acquisition."""
        share = self.share / max(measure_scale(image), 1)
        return write_brightness(map_channels(lambda plane: _cut_spectrum(plane, share), read_brightness(image)))


def _cut_spectrum(plane: Brightness, share: float) -> Brightness:
    """Return a plane without the spatial frequencies above a share of the highest, of each axis."""
    from scipy import fft

    spectrum = np.asarray(fft.rfft2(plane))
    spectrum[np.abs(fft.fftfreq(plane.shape[0])) > share / 2] = 0
    spectrum[:, fft.rfftfreq(plane.shape[1]) > share / 2] = 0
    return np.asarray(fft.irfft2(spectrum, s=plane.shape))
