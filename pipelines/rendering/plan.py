"""Decides what is rendered of each file: the whole of a picture or DICOM file, the chosen slices of a volume.

The slices of a subject are chosen from the tumour masks of all its visits, so that one anatomical slice is shown of every
sequence and visit. That holds on the atlas grid, which all of them share; native volumes have a mask each and are chosen alone.

Example:
    >>> plan_rendering([], lambda image: b"", Rendering()).tasks
    ()
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.choices import Rendering
from pipelines.compartments import tumour_labels
from pipelines.progress import Progress, Say
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.rendering.nifti.render import TumourArea, measure_tumour
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.slice_choice import choose_slices
from pipelines.source_records import SourceImage
from pipelines.vocabulary import ImageType, SegmentationTool

IMAGE_UNIT = "image"
MASK_UNIT = "segmentation"

Shape = tuple[int, int, int]
Scope = tuple[str, ...]
"""What one choice of slices holds for: a subject, or one volume of one study."""


@dataclass(frozen=True)
class RenderTask:
    """One file to render; of a volume these slices, which a volume of this shape has."""

    image: SourceImage
    slices: tuple[int, ...] | None = None
    shape: Shape | None = None


@dataclass(frozen=True)
class RenderPlan:
    """Tasks in order of path, and what can be told without rendering: volumes with no slice, masks that cannot be used."""

    tasks: tuple[RenderTask, ...]
    rejections: tuple[Rejection, ...]
    n_masks_used: int


@dataclass(frozen=True)
class _Choice:
    slices: tuple[int, ...]
    shape: Shape


def plan_rendering(
    images: Sequence[SourceImage], read: Callable[[SourceImage], bytes], options: Rendering, say: Say | None = None
) -> RenderPlan:
    """Return the plan for images in order of source and path; `read` returns a mask's bytes or raises ImageProblem."""
    ordered = sorted(images, key=lambda image: (image.source, image.path))
    masks: defaultdict[Scope, list[SourceImage]] = defaultdict(list)
    for image in ordered:
        if image.image_type is ImageType.SEGMENTATION:
            masks[_scope_of(image)].append(image)
    rejections: list[Rejection] = []
    n_masks = sum(len(found) for found in masks.values())
    progress = Progress("measured", "tumour masks", n_masks, say)
    choices = {scope: _choose(found, read, options, rejections, progress) for scope, found in masks.items()}
    n_masks_used = n_masks - len(rejections)
    tasks: list[RenderTask] = []
    for image in ordered:
        try:
            if image.image_type is ImageType.VOLUME:
                choice = _find_choice(image, choices)
                tasks.append(RenderTask(image, choice.slices, choice.shape))
            elif image.image_type is not ImageType.SEGMENTATION:
                tasks.append(RenderTask(image))
        except ImageProblem as problem:
            rejections.append(problem.as_rejection(image.source, Stage.RENDER, image.path, IMAGE_UNIT))
    return RenderPlan(tuple(tasks), tuple(rejections), n_masks_used)


def _scope_of(image: SourceImage) -> Scope:
    """Return what a mask is drawn for: one volume where it names its sequence, else the subject."""
    return (image.subject_id,) if image.sequence is None else (image.study_id, image.sequence)


def _find_choice(volume: SourceImage, choices: dict[Scope, "_Choice | ImageProblem"]) -> "_Choice":
    own, shared = _scope_of(volume), (volume.subject_id,)
    found = choices.get(own) or choices.get(shared)
    if found is None:
        detail = f"neither a mask of this {volume.sequence} volume nor one shared by the subject's volumes: no slice is chosen"
        raise ImageProblem(Reason.MASK_MISSING, detail)
    if isinstance(found, ImageProblem):
        raise found
    return found


def _choose(
    masks: Sequence[SourceImage],
    read: Callable[[SourceImage], bytes],
    options: Rendering,
    rejections: list[Rejection],
    progress: Progress,
) -> "_Choice | ImageProblem":
    """Return the slices for one scope; masks that cannot be used are rejected, the others decide."""
    measured: list[tuple[SourceImage, TumourArea]] = []
    for mask in masks:
        try:
            measured.append((mask, _measure(mask, read, options)))
        except ImageProblem as problem:
            rejections.append(problem.as_rejection(mask.source, Stage.RENDER, mask.path, MASK_UNIT))
        progress.advance()
    if not measured:
        return ImageProblem(Reason.MASK_MISSING, f"none of the {len(masks)} tumour masks for it can be read")
    shape = _commonest(area.shape for _, area in measured)
    for mask, area in measured:
        if area.shape != shape:
            detail = f"is {area.shape} voxels, the subject's other masks are {shape}; slices are chosen without it"
            rejections.append(
                ImageProblem(Reason.GRID_MISMATCH, detail).as_rejection(mask.source, Stage.RENDER, mask.path, MASK_UNIT)
            )
    areas = [area for _, area in measured if area.shape == shape]
    slices = choose_slices(areas, options.min_tumour_area_mm2, options.slice_step)
    if slices:
        return _Choice(slices, shape)
    largest = max(max(area.area_mm2, default=0.0) for area in areas)
    detail = (
        f"the tumour's largest {options.plane} area over {len(areas)} visits is {largest:.0f} mm2, at or below "
        f"{options.min_tumour_area_mm2:g} mm2; lower rendering.min_tumour_area_mm2 to take it"
    )
    return ImageProblem(Reason.NO_TUMOUR_SLICE, detail)


def _measure(mask: SourceImage, read: Callable[[SourceImage], bytes], options: Rendering) -> TumourArea:
    labels = tumour_labels(SegmentationTool(mask.series_id))
    return measure_tumour(read(mask), options.plane, labels)


def _commonest(shapes: Iterable[Shape]) -> Shape:
    return Counter(shapes).most_common(1)[0][0]
