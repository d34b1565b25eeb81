"""Renders plain raster files (JPEG, PNG, TIFF, BMP, GIF, WebP): upright 8-bit gray or RGB, and the names of what was done.

The rules, one each: the EXIF orientation is applied; 16- and 32-bit values are scaled from the image's own range (its minimum
becomes 0, its maximum 255); transparent pixels are laid over black, the colour of air in radiology; palette and CMYK become
RGB as Pillow defines it; of several frames the first is taken. Colour profiles are ignored.

Example:
    >>> image, steps = to_8_bit(Image.new("CMYK", (2, 2), (0, 0, 0, 255)))
    >>> image.getpixel((0, 0)), steps
    ((0, 0, 0), ('cmyk_to_rgb',))
"""

import numpy as np
from PIL import Image, ImageOps

from pipelines.reasons import Reason
from pipelines.rendering.decode import count_frames, load
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster, refuse_constant

EXIF_ORIENTATION = 0x0112
_UPRIGHT = (None, 1)
_WIDE_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
_STEP_OF_MODE = {"P": "palette_to_rgb", "CMYK": "cmyk_to_rgb"}


def render_picture(content: bytes) -> Raster:
    """Return the raster of a file's bytes; call it inside `decode.pillow_warnings()`.

    Raises:
        ImageProblem: what `decode.load` and `to_8_bit` raise, or a constant image.
    """
    image, steps = to_8_bit(load(content))
    if count_frames(content) > 1:
        steps = ("first_frame", *steps)
    raster = Raster(np.asarray(image), steps)
    refuse_constant(raster)
    return raster


def to_8_bit(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image upright in mode L or RGB and the steps that were taken, in order; none for an upright L or RGB image.

    Raises:
        ImageProblem: values that are not finite.
    """
    steps: list[str] = []
    image = _turn_upright(image, steps)
    if image.mode in _WIDE_MODES:
        image = _scale_to_8_bit(image)
        steps.append("range_to_8_bit")
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        image = _lay_over_black(image)
        steps.append("alpha_over_black")
    if image.mode == "1":
        steps.append("bilevel_to_gray")
        image = image.convert("L")
    if image.mode not in ("L", "RGB"):
        steps.append(_STEP_OF_MODE.get(image.mode, f"{image.mode.casefold()}_to_rgb"))
        image = image.convert("RGB")
    return image, tuple(steps)


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
