"""Noise as each detector makes it: quanta on a film, magnitude of a complex signal, a reconstruction, speckle, a sensor.

Noise is made on a raster of at most `REFERENCE_SIDE` pixels and enlarged with the picture: noise of single pixels would vanish
when a model shrinks a large picture, so that the largest pictures would be corrupted least.

Example:
    >>> from evaluation.corruptions.draws import Draws
    >>> noisy = RicianNoise(0.1).apply(Image.new("L", (64, 64)), Draws("picture", "noise", 1, seed=7))
    >>> round(float(read_brightness(noisy).mean()), 1)  # a magnitude has no negative values: black becomes 1.25 sigma
    0.1
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.pixels import Brightness, enlarge, read_brightness, shrink_to_reference, write_brightness

_FILM_RANGE = 20  # transmitted exposure behind what is black over that behind what is white, about that of a chest film
_WINDOW_EDGE = 0.05  # of the brightness next to black and white in which a window's clipping begins to hide noise


@dataclass(frozen=True, slots=True)
class QuantumNoise:
    """Poisson noise of X-ray quanta; brightness is the negative logarithm of what passed, so noise is strongest in white."""

    quanta_in_white: float  # mean count per pixel of the reference raster

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the film exposed with fewer quanta."""
        attenuation = np.log(_FILM_RANGE)
        generator = draws.start_grain()

        def expose(plane: Brightness) -> Brightness:
            counts = generator.poisson(self.quanta_in_white * np.exp(attenuation * (1 - plane)))
            # a pixel that no quantum reached is as white as half a quantum would leave it: log 0 has no brightness
            return (1 - np.log(np.maximum(counts, 0.5) / self.quanta_in_white) / attenuation).astype(np.float32)

        return _add_to_all_channels(image, expose)


@dataclass(frozen=True, slots=True)
class RicianNoise:
    """Magnitude of a complex signal with Gaussian noise in both parts (Gudbjartsson and Patz, MRM 1995)."""

    sigma: float  # of each part, white being 1

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the slice at a lower signal-to-noise ratio."""
        generator = draws.start_grain()

        def measure(plane: Brightness) -> Brightness:
            real, imaginary = (generator.standard_normal(plane.shape, dtype=np.float32) * self.sigma for _ in range(2))
            return np.hypot(plane + real, imaginary)

        return _add_to_all_channels(image, measure)


@dataclass(frozen=True, slots=True)
class ReconstructionNoise:
    """Gaussian noise of a CT slice; what the window shows as black or white lies beyond it and hides its noise."""

    sigma: float  # of the window's width

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the slice at a lower dose."""
        generator = draws.start_grain()

        def reconstruct(plane: Brightness) -> Brightness:
            inside = np.clip(np.minimum(plane, 1 - plane) / _WINDOW_EDGE, 0, 1)
            return plane + inside * generator.standard_normal(plane.shape, dtype=np.float32) * np.float32(self.sigma)

        return _add_to_all_channels(image, reconstruct)


@dataclass(frozen=True, slots=True)
class SpeckleNoise:
    """Noise in proportion to the echo, as of coherent waves."""

    sigma: float  # of the factor

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the sonogram with stronger speckle."""
        generator = draws.start_grain()

        def insonate(plane: Brightness) -> Brightness:
            return plane * (1 + generator.standard_normal(plane.shape, dtype=np.float32) * np.float32(self.sigma))

        return _add_to_all_channels(image, insonate)


@dataclass(frozen=True, slots=True)
class SensorNoise:
    """Gaussian noise of a camera at a high gain, of its own in each colour."""

    sigma: float  # white being 1

    def apply(self, image: Image.Image, draws: Draws) -> Image.Image:
        """Return the photograph taken with too little light."""
        generator = draws.start_grain()
        shape = read_brightness(shrink_to_reference(image)).shape
        grain = generator.standard_normal(shape, dtype=np.float32) * np.float32(self.sigma)
        if grain.ndim == 2:
            return write_brightness(read_brightness(image) + enlarge(grain, image.size))
        channels = [enlarge(np.ascontiguousarray(grain[..., channel]), image.size) for channel in range(shape[-1])]
        return write_brightness(read_brightness(image) + np.stack(channels, axis=-1))


def _add_to_all_channels(image: Image.Image, spoil: Callable[[Brightness], Brightness]) -> Image.Image:
    """Return the picture with what `spoil` changes in its luminance: what was one signal gets no coloured noise."""
    small = read_brightness(shrink_to_reference(image).convert("L"))
    change = enlarge(np.asarray(spoil(small) - small, dtype=np.float32), image.size)
    return write_brightness(read_brightness(image) + (change if image.mode == "L" else change[..., np.newaxis]))
