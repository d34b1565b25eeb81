"""The pictures of a prompt as a model's processor takes them: in RGB, one canvas of several where the model takes one image.

Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from pipelines.rendering.png import hash_bytes
    >>> with tempfile.TemporaryDirectory() as name:
    ...     path = Path(name, "film.png")
    ...     Image.new("L", (40, 30), 90).save(path)
    ...     film = ShownImage(path, hash_bytes(path.read_bytes()))
    ...     [len(show_pictures([film, film], use, seed=1)) for use in (ImageUse.MANY, ImageUse.ONE)]
    [2, 1]
"""

from collections.abc import Sequence

from PIL import Image

from evaluation.models.canvas import compose_canvas
from evaluation.models.drawing import load_shown
from evaluation.models.model import ShownImage
from pipelines.rendering.decode import pillow_warnings
from pipelines.score_records import ImageUse


def show_pictures(images: Sequence[ShownImage], use: ImageUse, seed: int) -> list[Image.Image]:
    """Return a prompt's pictures in order, spoilt where the prompt says so; sizes are left to the model's processor.

    Raises:
        ImageProblem: a file is missing, broken or not the one that was hashed.
    """
    with pillow_warnings():
        pictures = [load_shown(image, seed) for image in images]
    shown = [compose_canvas(pictures)] if use is ImageUse.ONE and len(pictures) > 1 else pictures
    return [picture.convert("RGB") for picture in shown]
