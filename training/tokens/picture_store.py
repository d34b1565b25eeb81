"""The pictures of examples, packed as the processor wants them kept; each file is read once while it is remembered.

Example:
    >>> from training.models.new import make_processor
    >>> store = PictureStore(Path("."), make_processor("tiny", "tiny", ()))
    >>> store.take(["nowhere.png"])["nowhere.png"].reason
    <RejectionReason.IMAGE_MISSING: 'image_missing'>
"""

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipelines.reasons import Reason
from pipelines.rendering.decode import load, pillow_warnings
from pipelines.rendering.picture import to_8_bit
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import Enclosure, name_file
from training.tokens.encoded import RejectionReason
from training.tokens.picture_form import choose_images_kwargs, find_table, fit
from training.tokens.pictures import pack_picture

REMEMBERED_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    text: str  # what stands for it in the model's input: its image tokens and the signs around them


@dataclass(frozen=True, slots=True)
class PictureProblem:
    """A picture that cannot be kept."""

    reason: RejectionReason
    detail: str


class PictureStore:
    """Packs pictures for one processor, the least lately asked for forgotten first."""

    def __init__(self, root: Path, processor: Any, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        self._root, self._processor, self._room = root, processor, remembered_bytes
        self._enclosure = Enclosure(root)
        self._chosen = choose_images_kwargs(processor)
        self._is_fitted = find_table(processor) is not None
        self._text: str | None = None  # of a fitted picture: always the same
        self._pool = ThreadPoolExecutor(os.cpu_count())  # Pillow lets other threads run while it decodes and resizes
        self._remembered: OrderedDict[str, Picture | PictureProblem] = OrderedDict()

    def take(self, names: Iterable[str]) -> Mapping[str, Picture | PictureProblem]:
        """Return the pictures of files, by their names relative to the root."""
        wanted = dict.fromkeys(names)
        found = {name: self._remembered[name] for name in wanted if name in self._remembered}
        missing = [name for name in wanted if name not in found]
        with pillow_warnings():
            found |= zip(missing, self._pool.map(self._make, missing), strict=True)
        for name, picture in found.items():
            self._remember(name, picture)
        return found

    def _remember(self, name: str, picture: Picture | PictureProblem) -> None:
        if name in self._remembered:
            self._remembered.move_to_end(name)
            return
        self._remembered[name] = picture
        self._room -= _size(picture)
        while self._room < 0:
            self._room += _size(self._remembered.popitem(last=False)[1])

    def _make(self, name: str) -> Picture | PictureProblem:
        try:
            return self._pack(self._open(name))
        except ImageProblem as problem:
            is_missing = problem.reason is Reason.IMAGE_MISSING
            reason = RejectionReason.IMAGE_MISSING if is_missing else RejectionReason.IMAGE_UNREADABLE
            return PictureProblem(reason, f"{name_file(name)}: {problem.detail}")

    def _open(self, name: str) -> Image.Image:
        path = self._root / name
        try:
            if not self._enclosure.holds(path):
                raise ImageProblem(Reason.IMAGE_MISSING, "lies outside of the images folder")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise ImageProblem(Reason.IMAGE_MISSING, f"cannot be opened ({getattr(error, 'strerror', error)})") from error
        picture, _ = to_8_bit(load(content))
        return picture.convert("RGB")

    def _pack(self, picture: Image.Image) -> Picture:
        if not self._is_fitted:
            pixels = np.moveaxis(np.asarray(picture), -1, 0)
            return Picture(pack_picture(pixels), self._write(picture))
        if self._text is None:
            self._text = self._write(picture)
        return Picture(pack_picture(fit(self._processor.image_processor, picture, self._chosen)), self._text)

    def _write(self, picture: Image.Image) -> str:
        inputs = self._processor.image_processor(picture, return_tensors="np", **self._chosen)
        return self._processor.replace_image_token(inputs, 0)


def _size(picture: Picture | PictureProblem) -> int:
    return len(picture.content) if isinstance(picture, Picture) else len(picture.detail)
