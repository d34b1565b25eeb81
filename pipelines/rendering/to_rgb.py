"""Turns a decoded image of any mode into upright 8-bit RGB, and names what it did.

The rules, one each: the EXIF orientation is applied; 16- and 32-bit values are scaled
from the image's own range (its minimum becomes 0, its maximum 255); transparent pixels are laid over black, the colour
of air in radiology; gray, palette and CMYK become RGB as Pillow defines it. Colour profiles are ignored.

Example:
    >>> image, steps = to_rgb(Image.new("L", (2, 2), 7))
    >>> image.getpixel((0, 0)), steps
    ((7, 7, 7), ('gray_to_rgb',))
"""

import numpy as np
from PIL import Image, ImageOps

from pipelines.rendering.problem import ImageProblem
from pipelines.vocabulary import Reason

EXIF_ORIENTATION = 0x0112
_UPRIGHT = (None, 1)
_WIDE_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
_STEP_OF_MODE = {"1": "bilevel_to_rgb", "L": "gray_to_rgb", "P": "palette_to_rgb", "CMYK": "cmyk_to_rgb"}


def to_rgb(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image as upright 8-bit RGB and the steps that were taken, in order; none for upright RGB.

    Raises:
        ImageProblem: values that are not finite, or a constant image, which shows nothing.
    """
    steps: list[str] = []
    image = _turn_upright(image, steps)
    if image.mode in _WIDE_MODES:
        image = _scale_to_8_bit(image)
        steps.append("range_to_8_bit")
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        image = _lay_over_black(image)
        steps.append("alpha_over_black")
    if image.mode != "RGB":
        steps.append(_STEP_OF_MODE.get(image.mode, f"{image.mode.casefold()}_to_rgb"))
        image = image.convert("RGB")
    return image, tuple(steps)


def refuse_constant(image: Image.Image) -> None:
    """Raise ImageProblem where all pixels of an RGB image are equal."""
    extrema = image.getextrema()
    if all(low == high for low, high in extrema):  # pyright: ignore[reportGeneralTypeIssues]  # RGB: a pair per channel
        colour = tuple(low for low, _ in extrema)  # pyright: ignore[reportGeneralTypeIssues]
        raise ImageProblem(Reason.IMAGE_CONSTANT, f"all {image.width} x {image.height} pixels are {colour}; nothing to see")


def _turn_upright(image: Image.Image, steps: list[str]) -> Image.Image:
    try:
        orientation = image.getexif().get(EXIF_ORIENTATION)
    except Exception:  # metadata that cannot be parsed say nothing about the pixels
        steps.append("broken_exif_ignored")
        return image
    if orientation in _UPRIGHT or orientation not in range(1, 9):
        return image
    steps.append("exif_orientation")
    return ImageOps.exif_transpose(image)


def _scale_to_8_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"mode {image.mode}: holds values that are not finite; export it again")
    low, high = values.min(), values.max()
    span = (high - low) or 1.0  # a constant image is refused later, with its own reason
    return Image.fromarray(np.rint((values - low) * (255 / span)).astype(np.uint8))


def _lay_over_black(image: Image.Image) -> Image.Image:
    if image.mode in ("La", "RGBa"):  # premultiplied: Pillow converts only to the same colours with plain alpha
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    front = image.convert("RGBA")
    black = Image.new("RGBA", front.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, front).convert("RGB")
