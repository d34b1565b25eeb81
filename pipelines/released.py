"""Benchmarks that others released, as rows: images found in a folder of the settings, else among a source's rendered images.

A record whose images are not at hand stays: its text can be asked without them. It names what is missing.

Example:
    >>> name_images([])
    {}
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pipelines.formats.mantis import MantisFile, MantisRecord, read_mantis
from pipelines.formats.released_rad import RowCheck, check_rows
from pipelines.governance.exports import classify_source_tag
from pipelines.outcome import Count
from pipelines.records import DatasetRecord, RenderedImage
from pipelines.safe_path import Enclosure
from pipelines.score_records import ReleasedRecord
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Source


class ReleasedError(ValueError):
    """Settings of released benchmarks that do not fit each other; says which key and what to do."""


@dataclass(frozen=True)
class ImportedReleases:
    """Every released benchmark together, and how many of its images stand at the row that a record's id names."""

    rows: tuple[ReleasedRecord, ...]
    n_images: int
    n_images_at_row: int
    count: Count

    @property
    def n_without_images(self) -> int:
        """How many records lack an image: they can be asked blind only."""
        return sum(bool(row.missing_images) for row in self.rows)


@dataclass(frozen=True)
class ImagesAtHand:
    """Where the images of one released file may be: a folder of the settings, and the rendered images of each source."""

    folder: Path | None
    rendered: Mapping[Source, Mapping[str, RenderedImage]]  # by file name in the source

    def find(self, name: str, source: Source | None) -> tuple[str, str | None] | None:
        """Return the path of an image and its subject where that is known; None where there is no such image."""
        if (path := self._find_in_folder(name)) is not None:
            return str(path), None
        known = {} if source is None else self.rendered.get(source, {})
        image = known.get(PurePosixPath(name).name)
        return None if image is None else (image.path, image.subject_id)

    def _find_in_folder(self, name: str) -> Path | None:
        """Return the file of a name; a name is somebody's, so it must stay in the folder."""
        if self._enclosure is None or PurePosixPath(name).is_absolute():
            return None
        try:
            path = self._enclosure.root / name
            return path if path.is_file() and self._enclosure.holds(path) else None
        except (OSError, ValueError):  # a name that no file can have
            return None

    @cached_property
    def _enclosure(self) -> Enclosure | None:
        return None if self.folder is None else Enclosure(self.folder.expanduser().absolute())


def import_every_release(
    files: Mapping[str, Path],
    folders: Mapping[str, Path],
    rendered: Mapping[Source, Sequence[RenderedImage]],
    questions: Sequence[SourceQuestion],
) -> ImportedReleases:
    """Return all released benchmarks, by name in the settings.

    Args:
        files: of Mantis form, by name.
        folders: that hold the images of some of them, under the names that their records give.
        rendered: images of each source.
        questions: of VQA-RAD, against whose rows the ids of its released benchmark are checked.

    Raises:
        FormatError: a file that is not of Mantis form.
        ReleasedError: a folder of a name that no file has.
    """
    if strangers := sorted(set(folders) - set(files)):
        raise ReleasedError(
            f"evaluation.released_images.{strangers[0]}: names no file of evaluation.released "
            f"({', '.join(files) or 'it has none'}); use the name of the file whose images these are"
        )
    named = {source: name_images(images) for source, images in rendered.items()}
    read = {name: read_mantis(path) for name, path in files.items()}
    rows = tuple(
        row for name, file in read.items() for row in import_released(name, file, ImagesAtHand(folders.get(name), named))
    )
    positions = [check_positions(file, questions) for file in read.values() if _is_of(Source.VQA_RAD, file)]
    return ImportedReleases(
        rows=rows,
        n_images=sum(check.n_pairs for check in positions),
        n_images_at_row=sum(check.n_matching for check in positions),
        count=Count("record", sum(len(file.records) for file in read.values()), len(rows), 0),
    )


def count_trained_on(rows: Iterable[ReleasedRecord], training: Iterable[DatasetRecord]) -> int:
    """Return how many released records show a subject of the training records: a model trained on those has seen it."""
    seen = {subject for record in training for subject in record.subject_ids}
    return sum(not seen.isdisjoint(row.subject_ids) for row in rows)


def name_images(rendered: Iterable[RenderedImage]) -> dict[str, RenderedImage]:
    """Return rendered images by their file name in the source, but for names that several files have: those name none."""
    images = list(rendered)
    counts = Counter(PurePosixPath(image.source_path).name for image in images)
    named = ((PurePosixPath(image.source_path).name, image) for image in images)
    return {name: image for name, image in named if counts[name] == 1}


def import_released(benchmark: str, file: MantisFile, images: ImagesAtHand) -> list[ReleasedRecord]:
    """Return one row per record. The independent unit is the first image's subject: one image stands in many records."""
    return [_describe(benchmark, position, record, images) for position, record in file.numbered()]


def check_positions(file: MantisFile, questions: Iterable[SourceQuestion]) -> RowCheck:
    """Return how many images stand at the source row that a record's id names."""
    return check_rows(file, {question.row: PurePosixPath(question.image_path).name for question in questions})


def _is_of(source: Source, file: MantisFile) -> bool:
    return any(classify_source_tag(record.source or "") is source for record in file.records)


def _describe(benchmark: str, position: int, record: MantisRecord, images: ImagesAtHand) -> ReleasedRecord:
    source = classify_source_tag(record.source or "")
    found = [images.find(name, source) for name in record.images]
    missing = tuple(name for name, image in zip(record.images, found, strict=True) if image is None)
    subjects = tuple(image[1] for image in found if image is not None and image[1] is not None)
    first = record.images[0] if record.images else record.id
    is_known = not missing and len(subjects) == len(record.images)
    return ReleasedRecord(
        benchmark=benchmark,
        position=position,
        id=record.id,
        images=record.images if missing else tuple(image[0] for image in found if image is not None),
        conversation=record.turns,
        source=record.source,
        unit_id=subjects[0] if is_known and subjects else first,
        subject_ids=subjects if is_known else (),
        missing_images=missing,
    )
