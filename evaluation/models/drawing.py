"""What a model sees as one image: a file of a prompt, or several on a canvas; checked, spoilt, scaled down, and pixels alone.

Example:
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "film.png"
    ...     Image.new("RGB", (400, 200), (9, 9, 9)).save(path)
    ...     film = load_shown(ShownImage(path, hash_bytes(path.read_bytes())), seed=1)
    ...     scale_down(film, 100).size, film.mode
    ((100, 50), 'L')
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.kinds import parse_variant
from evaluation.models.canvas import compose_canvas
from evaluation.models.model import ShownImage
from pipelines.reasons import Reason
from pipelines.rendering.decode import load
from pipelines.rendering.picture import to_8_bit
from pipelines.rendering.png import encode_png, hash_bytes
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import name_file


@dataclass(frozen=True, slots=True)
class Drawing:
    """One image as it is sent; several files make one canvas."""

    images: tuple[ShownImage, ...]
    longest_side: int  # px
    seed: int  # of corruptions

    def encode(self) -> bytes:
        """Return it as a PNG of pixels alone, without profile, text or time; call it inside `decode.pillow_warnings()`.

        Raises:
            ImageProblem: a file cannot be read; the detail names it.
        """
        loaded = [load_shown(image, self.seed) for image in self.images]
        return encode_png(np.asarray(scale_down(_join(loaded), self.longest_side)))


def load_shown(image: ShownImage, seed: int) -> Image.Image:
    """Return an image as it is shown: upright, 8-bit gray ("L") where its channels are equal, else RGB, spoilt as is asked.

    Raises:
        ImageProblem: the file is missing, broken or not the one that was hashed; the detail names it without its folder.
    """
    name = name_file(image.path.name)
    try:
        content = image.path.read_bytes()
        if hash_bytes(content) != image.sha256:
            raise ImageProblem(Reason.IMAGE_CHANGED, "its sha256 is not the one that it had when the run began; run again")
        picture, _ = to_8_bit(load(content))
    except OSError as error:
        raise ImageProblem(Reason.IMAGE_MISSING, f"{name}: {error.strerror or type(error).__name__}") from error
    except ImageProblem as problem:
        raise ImageProblem(problem.reason, f"{name}: {problem.detail}") from problem
    if image.corruption:
        corruption, level = parse_variant(image.corruption)
        picture = corrupt(picture, corruption, level, image.modality, seed)
    return _drop_equal_channels(picture)


def scale_down(image: Image.Image, longest_side: int) -> Image.Image:
    """Return an image whose longest side has at most so many pixels, by Lanczos; the same one where it has."""
    width, height = image.size
    if max(width, height) <= longest_side:
        return image
    share = longest_side / max(width, height)
    return image.resize((max(1, round(width * share)), max(1, round(height * share))), Image.Resampling.LANCZOS)


def _join(images: Sequence[Image.Image]) -> Image.Image:
    return images[0] if len(images) == 1 else compose_canvas(images)


def _drop_equal_channels(image: Image.Image) -> Image.Image:
    """Return a colour image that looks gray as the gray one it is: a third of the bytes."""
    pixels = np.asarray(image)
    if pixels.ndim == 3 and bool((pixels == pixels[..., :1]).all()):
        return image.getchannel(0)
    return image
