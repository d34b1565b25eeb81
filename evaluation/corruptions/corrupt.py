"""Corrupts one picture: the same picture, corruption, level and seed give the same pixels, in whatever order they are made.

Example:
    >>> film = Image.new("L", (64, 48), 90)
    >>> noisy = corrupt(film, Corruption.NOISE, 3, Modality.XRAY, seed=7)
    >>> noisy.mode, noisy.size, noisy == corrupt(film, Corruption.NOISE, 3, Modality.XRAY, seed=7)
    ('L', (64, 48), True)
    >>> corrupt(film, Corruption.NOISE, 0, Modality.XRAY, seed=7) == film
    True
"""

import numpy as np
from PIL import Image

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.grades import find_ladder
from evaluation.corruptions.kinds import CLEAN_LEVEL, LEVELS, Corruption
from pipelines.rendering.png import hash_pixels
from pipelines.vocabulary import Modality


def corrupt(image: Image.Image, corruption: Corruption, level: int, modality: Modality | None, seed: int) -> Image.Image:
    """Return a picture corrupted at a level: 0 is the picture itself, 1 is mild, 5 is as bad as is still seen in practice.

    A colour file whose three channels are equal is corrupted as the gray picture that it is. The seed makes another, equally
    likely, corruption; pixels are equal on one version of NumPy, SciPy and Pillow.

    Args:
        image: 8-bit gray ("L") or RGB, at least one pixel; it is not changed.
        corruption: what goes wrong.
        level: 0-5.
        modality: how the picture was acquired; None where unknown, which gets the grades of photographs.
        seed: of all draws.

    Raises:
        ValueError: another mode or level.
    """
    if image.mode not in ("L", "RGB") or not all(image.size):
        raise ValueError(
            f"a picture to corrupt is 8-bit gray (L) or RGB and has pixels, "
            f"got mode {image.mode} of {image.width} x {image.height}; "
            'convert it first, e.g. image.convert("RGB")'
        )
    if level not in (CLEAN_LEVEL, *LEVELS):
        raise ValueError(f"a corruption's level is {CLEAN_LEVEL} (clean) to {LEVELS[-1]}, got {level!r}")
    pixels = np.array(image)
    if level == CLEAN_LEVEL:
        return Image.fromarray(pixels)
    is_gray = pixels.ndim == 2 or bool((pixels == pixels[..., :1]).all())
    plain = Image.fromarray(pixels if pixels.ndim == 2 or not is_gray else np.ascontiguousarray(pixels[..., 0]))
    effect = find_ladder(corruption, modality).rungs[level - 1]
    return effect.apply(plain, Draws(hash_pixels(pixels), corruption, level, seed)).convert(image.mode)
