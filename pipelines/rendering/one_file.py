"""Renders one file of a download: its views are kept where they are whole, made where they are not, or it is rejected.

Example:
    >>> from pipelines.records import Rejection
    >>> SLICE_UNIT, Made == Sequence[RenderedImage | Rejection]
    ('slice', True)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.choices import Rendering
from pipelines.reasons import Stage
from pipelines.records import Rejection, RenderedImage
from pipelines.rendering.dicom.render import render_dicom
from pipelines.rendering.file_kind import FileKind, kind_of
from pipelines.rendering.found_file import may_be_newer, read_found
from pipelines.rendering.journal import Journal
from pipelines.rendering.nifti.render import render_slices
from pipelines.rendering.picture import render_picture
from pipelines.rendering.plan import IMAGE_UNIT, RenderTask
from pipelines.rendering.png import encode_png, hash_bytes
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster
from pipelines.rendering.recipe import mint_image_id, recipe_of
from pipelines.rendering.resize import resize
from pipelines.rendering.rows import describe_again, describe_image, place_image
from pipelines.safe_path import Enclosure
from pipelines.source_records import SourceImage
from pipelines.storage import write_bytes

SLICE_UNIT = "slice"
Made = Sequence[RenderedImage | Rejection]
"""What became of one file: a row or rejection per slice in their order, one row of a picture, or one rejection of the whole."""


@dataclass(frozen=True)
class Work:
    """What the rendering of every file of a source shares."""

    download: Enclosure
    storage_root: Path
    options: Rendering
    known: Mapping[str, RenderedImage]  # former rows by image_id
    journal: Journal


def render_file(work: Work, task: RenderTask) -> Made:
    """Return what became of one file; call it inside `pillow_warnings()` and `pydicom_warnings()`.

    Raises:
        StorageError: a view cannot be written.
    """
    image = task.image
    recipe = recipe_of(kind_of(image.path), work.options)
    keys = {index: mint_image_id(image.source_image_id, index, recipe) for index in task.slices or (None,)}
    try:
        kept = {index: row for index, key in keys.items() if (row := _keep(work, image, key)) is not None}
        made = _render(work, task, {index: key for index, key in keys.items() if index not in kept})
    except ImageProblem as problem:
        return [problem.as_rejection(image.source, Stage.RENDER, image.path, IMAGE_UNIT)]
    return [kept.get(index) or made[index] for index in keys]


def _keep(work: Work, image: SourceImage, image_id: str) -> RenderedImage | None:
    """Return the former row, described as the reader says now, where the file of it is whole."""
    former = work.known.get(image_id)
    if former is None or former.path != place_image(image, image_id):
        return None
    written = work.storage_root / former.path
    try:
        if may_be_newer(work.download, image, written) or hash_bytes(written.read_bytes()) != former.sha256:
            return None
    except OSError:
        return None
    return describe_again(image, former)


def _render(work: Work, task: RenderTask, keys: Mapping[int | None, str]) -> dict[int | None, RenderedImage | Rejection]:
    """Render the slices that have a key (None: the file); one without anything to see is told, unless all are."""
    if not keys:
        return {}
    found = _decode(read_found(work.download, task.image), task, tuple(keys), work.options)
    problems = [one for one in found.values() if isinstance(one, ImageProblem)]
    if len(problems) == len(task.slices or (None,)):
        raise problems[0]
    made = {
        index: _reject_slice(task.image, index, one)
        if isinstance(one, ImageProblem)
        else _write(work, task.image, keys[index], index, resize(one, work.options))
        for index, one in found.items()
    }
    work.journal.add([one for one in made.values() if isinstance(one, RenderedImage)])
    return made


def _decode(
    content: bytes, task: RenderTask, wanted: Iterable[int | None], options: Rendering
) -> dict[int | None, Raster | ImageProblem]:
    kind = kind_of(task.image.path)
    if kind is not FileKind.VOLUME:
        return {None: render_dicom(content, options) if kind is FileKind.DICOM else render_picture(content)}
    indices = [index for index in wanted if index is not None]
    return dict(zip(indices, render_slices(content, options.plane, indices, task.shape), strict=True))


def _reject_slice(image: SourceImage, index: int | None, problem: ImageProblem) -> Rejection:
    return problem.as_rejection(image.source, Stage.RENDER, f"{image.path} slice {index}", SLICE_UNIT)


def _write(work: Work, image: SourceImage, image_id: str, slice_index: int | None, raster: Raster) -> RenderedImage:
    png = encode_png(raster.pixels)
    path = place_image(image, image_id)
    # No fsync per image: what a power cut tears is noticed by its hash and made again.
    write_bytes(str(work.storage_root / path), png, is_synced=False)
    return describe_image(image, image_id, slice_index, work.options.plane, raster, png)
