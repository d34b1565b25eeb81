"""Benchmarks that others released, as rows: images resolved against a source's rendered images by file name.

Example:
    >>> name_images([])
    {}
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.formats.mantis import MantisFile, read_mantis
from pipelines.formats.released_rad import ResolvedRecord, RowCheck, check_rows, resolve_images
from pipelines.outcome import Count, Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import DatasetRecord, Rejection, RenderedImage
from pipelines.score_records import ReleasedRecord
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Source


@dataclass(frozen=True)
class ImportedReleases:
    """Every released benchmark together, and how many of its images stand at the row that a record's id names."""

    rows: tuple[ReleasedRecord, ...]
    rejections: tuple[Rejection, ...]
    n_images: int
    n_images_at_row: int
    count: Count


def import_every_release(
    paths: Mapping[str, Path],
    source: Source,
    rendered: Sequence[RenderedImage],
    questions: Sequence[SourceQuestion],
) -> ImportedReleases:
    """Return all released benchmarks, by name in the settings, resolved against the images and rows of one source.

    Raises:
        FormatError: a file that is not of Mantis form.
    """
    files = {name: read_mantis(path) for name, path in paths.items()}
    images = name_images(rendered)
    outcomes = [import_released(name, source, file, images) for name, file in files.items()]
    positions = [check_positions(file, questions) for file in files.values()]
    rows = tuple(row for outcome in outcomes for row in outcome.rows)
    rejections = tuple(rejection for outcome in outcomes for rejection in outcome.rejections)
    return ImportedReleases(
        rows=rows,
        rejections=rejections,
        n_images=sum(check.n_pairs for check in positions),
        n_images_at_row=sum(check.n_matching for check in positions),
        count=Count("record", sum(len(file.records) for file in files.values()), len(rows), len(rejections)),
    )


def count_trained_on(rows: Iterable[ReleasedRecord], training: Iterable[DatasetRecord]) -> int:
    """Return how many released records show a subject of the training records: a model trained on those has seen it."""
    seen = {subject for record in training for subject in record.subject_ids}
    return sum(not seen.isdisjoint(row.subject_ids) for row in rows)


def name_images(rendered: Iterable[RenderedImage]) -> dict[str, RenderedImage]:
    """Return rendered images by their file name in the source."""
    return {PurePosixPath(image.source_path).name: image for image in rendered}


def import_released(
    benchmark: str, source: Source, file: MantisFile, images: Mapping[str, RenderedImage]
) -> Outcome[ReleasedRecord]:
    """Return one row per record whose images were all found, and one rejection for each other record.

    The independent unit is the first image's subject: one image stands in many records.
    """
    resolution = resolve_images(file, {name: image.path for name, image in images.items()})
    subjects = {image.path: image.subject_id for image in images.values()}
    missing: defaultdict[int, list[str]] = defaultdict(list)
    for problem in resolution.problems:
        missing[problem.record].append(problem.expected)
    rejections = [
        Rejection(source, Stage.READ, f"{benchmark} record {position}", Reason.IMAGE_MISSING, f"expected {', '.join(names)}")
        for position, names in sorted(missing.items())
    ]
    return Outcome(tuple(_describe(benchmark, record, subjects) for record in resolution.records), tuple(rejections))


def check_positions(file: MantisFile, questions: Iterable[SourceQuestion]) -> RowCheck:
    """Return how many images stand at the source row that a record's id names."""
    return check_rows(file, {question.row: PurePosixPath(question.image_path).name for question in questions})


def _describe(benchmark: str, resolved: ResolvedRecord, subjects: Mapping[str, str]) -> ReleasedRecord:
    subject_ids = tuple(subjects[path] for path in resolved.image_paths)
    return ReleasedRecord(
        benchmark=benchmark,
        position=resolved.position,
        id=resolved.record.id,
        images=resolved.image_paths,
        conversation=resolved.record.turns,
        source=resolved.record.source,
        unit_id=subject_ids[0] if subject_ids else resolved.record.id,
        subject_ids=subject_ids,
    )
