"""Renders the images of a source: each file as found becomes PNG files under the storage root, or one rejection.

What is already there and whole is kept: a previous row counts when its key is that of this file and recipe (the key hashes
both) and its file still has the hash that the row tells. Previous rows come from the table of the last run and from the
journal of one that was killed.

Example:
    >>> render_images([], Path("downloads"), Path(".medmim")).rows
    ()
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.choices import Rendering
from pipelines.outcome import Count, Outcome
from pipelines.progress import Progress, Say
from pipelines.records import Rejection, RenderedImage
from pipelines.rendering.decode import pillow_warnings
from pipelines.rendering.dicom.render import pydicom_warnings
from pipelines.rendering.found_file import read_found
from pipelines.rendering.journal import Journal
from pipelines.rendering.one_file import SLICE_UNIT, Made, Work, render_file
from pipelines.rendering.plan import IMAGE_UNIT, MASK_UNIT, RenderPlan, RenderTask, plan_rendering
from pipelines.rendering.rows import mark_duplicates
from pipelines.safe_path import Enclosure
from pipelines.source_records import SourceImage
from pipelines.storage import sweep_abandoned
from pipelines.vocabulary import ImageType

# The decoders and the encoder release the interpreter's lock; each thread holds one decoded image.
DEFAULT_THREADS = min(8, os.cpu_count() or 1)
_WAITING_PER_THREAD = 4  # tasks handed out ahead: more would only fill memory


@dataclass(frozen=True)
class RenderOutcome(Outcome[RenderedImage]):
    """Rendered images, what could not be rendered, and the balance by unit: a volume counts once, however many slices."""

    counts: tuple[Count, ...] = ()


def render_images(
    images: Sequence[SourceImage],
    source_root: Path,
    storage_root: Path,
    options: Rendering | None = None,
    threads: int = DEFAULT_THREADS,
    previous: Sequence[RenderedImage] = (),
    say: Say | None = None,
) -> RenderOutcome:
    """Return the rows of what could be rendered of one source and one rejection per file that could not, by path and slice.

    Files go to `<storage_root>/rendered/<source>/<image_id>.png`, each whole or not at all. `duplicate_of` names the first
    image, by path, with equal pixels. A full disk or a folder that cannot be written raises OSError: no image is at fault.
    """
    options = options or Rendering()
    if not images:
        return RenderOutcome((), (), (Count(IMAGE_UNIT, 0, 0, 0),))
    [source] = {image.source for image in images}
    sweep_abandoned(storage_root / "rendered" / source)
    download = Enclosure(source_root)
    with pillow_warnings(), pydicom_warnings(), Journal(storage_root, source) as journal:
        known = {row.image_id: row for row in (*previous, *journal.recover(previous))}
        plan = plan_rendering(images, partial(read_found, download), options, say)
        work = Work(download, storage_root, options, known, journal)
        progress = Progress("rendered", "files", len(plan.tasks), say)
        with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="render") as pool:
            results = list(_map_bounded(pool, partial(_render_and_count, work, progress), plan.tasks, threads))
        made = [one for result in results for one in result]
        rows = [one for one in made if isinstance(one, RenderedImage)]
        journal.settle(rows)
    rejections = [*plan.rejections, *(one for one in made if isinstance(one, Rejection))]
    rejections.sort(key=lambda rejection: (rejection.source, rejection.item))
    return RenderOutcome(tuple(mark_duplicates(rows)), tuple(rejections), _count(images, plan, rows, rejections))


def _render_and_count(work: Work, progress: Progress, task: RenderTask) -> Made:
    try:
        return render_file(work, task)
    finally:
        progress.advance()


def _map_bounded(
    pool: ThreadPoolExecutor, function: Callable[[RenderTask], Made], tasks: Iterable[RenderTask], threads: int
) -> Iterator[Made]:
    """Yield results in the order of the tasks; never more than a few tasks wait, however many there are."""
    waiting: deque[Future[Made]] = deque()
    for task in tasks:
        waiting.append(pool.submit(function, task))
        if len(waiting) >= threads * _WAITING_PER_THREAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _count(
    images: Sequence[SourceImage], plan: RenderPlan, rows: Sequence[RenderedImage], rejections: Iterable[Rejection]
) -> tuple[Count, ...]:
    n_masks = sum(image.image_type is ImageType.SEGMENTATION for image in images)
    n_rendered = len({row.source_image_id for row in rows})
    units = [rejection.unit for rejection in rejections]
    counts = [Count(IMAGE_UNIT, len(images) - n_masks, n_rendered, units.count(IMAGE_UNIT))]
    if n_masks:
        counts.append(Count(MASK_UNIT, n_masks, plan.n_masks_used, units.count(MASK_UNIT)))
        rendered = {row.source_image_id for row in rows}
        n_chosen = sum(len(task.slices or ()) for task in plan.tasks if task.image.source_image_id in rendered)
        n_slices = sum(row.slice_index is not None for row in rows)
        counts.append(Count(SLICE_UNIT, n_chosen, n_slices, units.count(SLICE_UNIT)))
    return tuple(counts)
