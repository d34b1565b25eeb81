"""Renders the images of a source: each file as found becomes one PNG under the storage root, or one rejection.

What is already there and whole is kept: a previous row counts when it was made from the same bytes (`source_image_id` hashes
them) and its file still has the hash that the row tells.

Example:
    >>> render_images([], Path("downloads"), Path(".medmim"))
    Outcome(rows=(), rejections=())
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipelines.keys import mint_id
from pipelines.outcome import Outcome
from pipelines.records import Rejection, RenderedImage, SourceImage
from pipelines.rendering.decode import count_frames, load, pillow_warnings
from pipelines.rendering.png import encode_png, hash_bytes, hash_pixels
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.to_rgb import refuse_constant, to_rgb
from pipelines.safe_path import is_inside
from pipelines.storage import sweep_abandoned, write_bytes
from pipelines.vocabulary import Reason, Stage

# Pillow releases the interpreter's lock while it decodes and compresses; each thread holds one decoded image.
DEFAULT_THREADS = min(8, os.cpu_count() or 1)


def render_images(
    images: Sequence[SourceImage],
    source_root: Path,
    storage_root: Path,
    threads: int = DEFAULT_THREADS,
    previous: Sequence[RenderedImage] = (),
) -> Outcome[RenderedImage]:
    """Return one row per image that could be rendered and one rejection per image that could not, ordered by path.

    Files go to `<storage_root>/rendered/<source>/<image_id>.png`, each whole or not at all. `duplicate_of` names the first
    image, by path, with equal pixels. A full disk or a folder that cannot be written raises OSError: no image is at fault.
    """
    known = {row.image_id: row for row in previous}
    for source in {image.source for image in images}:
        sweep_abandoned(storage_root / "rendered" / source)
    ordered = sorted(images, key=lambda image: (image.source, image.path))
    with pillow_warnings(), ThreadPoolExecutor(max_workers=threads, thread_name_prefix="render") as pool:
        results = list(pool.map(lambda image: _render_or_reject(image, source_root, storage_root, known), ordered))
    rows = [result for result in results if isinstance(result, RenderedImage)]
    rejections = tuple(result for result in results if isinstance(result, Rejection))
    return Outcome(rows=tuple(_mark_duplicates(rows)), rejections=rejections)


def _render_or_reject(
    image: SourceImage, source_root: Path, storage_root: Path, known: Mapping[str, RenderedImage]
) -> RenderedImage | Rejection:
    image_id = mint_id("image", image.source_image_id, 0)
    former = known.get(image_id)
    try:
        if former is not None and _is_current(former, image, storage_root):
            return _describe(image, former)
        return _render(image, image_id, source_root, storage_root)
    except ImageProblem as problem:
        return problem.as_rejection(image.source, Stage.RENDER, image.path)


def _is_current(former: RenderedImage, image: SourceImage, storage_root: Path) -> bool:
    if former.source_image_id != image.source_image_id or former.path != _relative_path(image, former.image_id):
        return False
    try:
        return hash_bytes((storage_root / former.path).read_bytes()) == former.sha256
    except OSError:
        return False


def _render(image: SourceImage, image_id: str, source_root: Path, storage_root: Path) -> RenderedImage:
    content = _read_source(source_root, image.path)
    raster, steps = to_rgb(load(content))
    refuse_constant(raster)
    if count_frames(content) > 1:
        steps = ("first_frame", *steps)
    png = encode_png(raster)
    path = _relative_path(image, image_id)
    write_bytes(str(storage_root / path), png)
    return RenderedImage(
        source=image.source,
        image_id=image_id,
        source_image_id=image.source_image_id,
        source_path=image.path,
        subject_id=image.subject_id,
        study_id=image.study_id,
        modality=image.modality,
        organ=image.organ,
        slice_index=None,
        path=path,
        width=raster.width,
        height=raster.height,
        sha256=hash_bytes(png),
        pixel_sha256=hash_pixels(raster),
        duplicate_of=None,
        steps=steps,
    )


def _read_source(source_root: Path, relative: str) -> bytes:
    path = source_root / relative
    if not is_inside(source_root, path):
        raise ImageProblem(Reason.UNSAFE_PATH, "leads out of the source's folder; copy the file into it")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageProblem(Reason.IMAGE_MISSING, "was there when the source was read and is gone; read it again") from error
    except OSError as error:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"cannot be opened: {error.strerror}; check its permissions") from error


def _relative_path(image: SourceImage, image_id: str) -> str:
    return f"rendered/{image.source}/{image_id}.png"


def _describe(image: SourceImage, former: RenderedImage) -> RenderedImage:
    """Take what the reader says now; only what follows from the bytes is kept from the former run."""
    return replace(former, subject_id=image.subject_id, study_id=image.study_id, modality=image.modality, organ=image.organ)


def _mark_duplicates(rows: Iterable[RenderedImage]) -> Iterable[RenderedImage]:
    first: dict[str, str] = {}
    for row in rows:
        original = first.setdefault(row.pixel_sha256, row.image_id)
        yield replace(row, duplicate_of=None if original == row.image_id else original)
