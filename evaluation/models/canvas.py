"""Several images on one canvas, numbered, for models that take a single image in a question.

Example:
    >>> canvas = compose_canvas([Image.new("L", (400, 300), 200), Image.new("L", (200, 300), 90)])
    >>> canvas.mode, canvas.size
    ('L', (618, 336))
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

CANVAS_FORM = "canvas_v1"  # a change of anything here is another form, and makes other answers
MOST_PIXELS = 2048  # of the longest side
_FEWEST_PIXELS = 224  # of the images' common side, so that the number above them can be read
_GROUND, _INK = 112, 255  # gray, so that neither a film's black border nor a white page runs into it
_GUTTER_SHARE, _LABEL_SHARE, _INK_SHARE = 0.06, 0.12, 0.9  # of the common side; of the label
_WIDE = 1.3  # width by height
_MOST_UNEQUAL = 16  # sides; a longer strip would leave the others no room, and is squeezed


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the images stand: sizes and upper left corners in pixels, below a label each."""

    sizes: tuple[tuple[int, int], ...]
    corners: tuple[tuple[int, int], ...]
    canvas: tuple[int, int]
    label: int  # height


def compose_canvas(images: Sequence[Image.Image]) -> Image.Image:
    """Return the images on one canvas, each under its number, 1 first; equal images give equal pixels with one Pillow.

    They stand side by side, as high as the highest; three or more that are wide stand one above another, as wide as the widest.
    The canvas is gray ("L") where all images are, else RGB, and its longest side has at most `MOST_PIXELS`.

    Args:
        images: at least one, in order, each "L" or RGB.

    Raises:
        ValueError: no image, or one of another mode.
    """
    if not images or any(image.mode not in ("L", "RGB") for image in images):
        raise ValueError(f"a canvas takes images of mode L or RGB, got {[image.mode for image in images]}; convert them first")
    layout = _lay_out_within(images)
    canvas = Image.new("L" if all(image.mode == "L" for image in images) else "RGB", layout.canvas, _gray(images, _GROUND))
    brush = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(layout.label * _INK_SHARE)
    for number, (image, size, corner) in enumerate(zip(images, layout.sizes, layout.corners, strict=True), start=1):
        canvas.paste(image.resize(size, Image.Resampling.LANCZOS), corner)
        middle = (corner[0] + size[0] / 2, corner[1] - layout.label / 2)
        brush.text(middle, str(number), _gray(images, _INK), font, anchor="mm")
    return canvas


def _lay_out_within(images: Sequence[Image.Image]) -> _Layout:
    """Return the largest layout within the bound whose images are not beyond the largest of them."""
    is_column = len(images) > 2 and sum(image.width / image.height for image in images) > _WIDE * len(images)
    side = max(_FEWEST_PIXELS, *(image.width if is_column else image.height for image in images))
    layout = _lay_out(images, side, is_column)
    while max(layout.canvas) > MOST_PIXELS and side > 1:
        side = max(1, min(side - 1, side * MOST_PIXELS // max(layout.canvas)))
        layout = _lay_out(images, side, is_column)
    return layout


def _lay_out(images: Sequence[Image.Image], side: int, is_column: bool) -> _Layout:
    gutter, label = max(1, round(side * _GUTTER_SHARE)), max(1, round(side * _LABEL_SHARE))
    sizes: list[tuple[int, int]] = []
    corners: list[tuple[int, int]] = []
    along = 0  # the direction in which they follow each other
    for image in images:
        size = _scale(image, side, is_column)
        sizes.append(size)
        corners.append((0, along + label) if is_column else (along, label))
        along += (size[1] + label if is_column else size[0]) + gutter
    along -= gutter
    return _Layout(tuple(sizes), tuple(corners), (side, along) if is_column else (along, side + label), label)


def _scale(image: Image.Image, side: int, is_column: bool) -> tuple[int, int]:
    ratio = image.height / image.width if is_column else image.width / image.height
    other = max(1, round(side * min(max(ratio, 1 / _MOST_UNEQUAL), _MOST_UNEQUAL)))
    return (side, other) if is_column else (other, side)


def _gray(images: Sequence[Image.Image], value: int) -> int | tuple[int, int, int]:
    return value if all(image.mode == "L" for image in images) else (value, value, value)
