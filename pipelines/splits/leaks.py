"""Finds what training and benchmark records share although they must not: subjects, images, pixels, images that look the same.

Example:
    >>> from pipelines.splits.contents import tabulate_contents
    >>> find_leaks([], [], tabulate_contents([])).is_clean
    True
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.records import DatasetRecord, SubjectSplit
from pipelines.splits.contents import CONTENT_COLUMNS
from pipelines.splits.twins import Twin, find_twins
from pipelines.vocabulary import LinkKind, Split


@dataclass(frozen=True)
class Leaks:
    """What training and benchmark records share, over all sources and abilities, each sorted; all empty where nothing leaks."""

    shared_subjects: tuple[str, ...]
    shared_images: tuple[str, ...]
    shared_pixels: tuple[str, ...]  # pixel_sha256 of images that are the same, under one key or under two
    near_duplicates: tuple[Twin, ...]  # of each training image without equal pixels in the benchmark, the nearest

    @property
    def is_clean(self) -> bool:
        """True where nothing is shared."""
        return not (self.shared_subjects or self.shared_images or self.shared_pixels or self.near_duplicates)


def find_leaks(train: Sequence[DatasetRecord], benchmark: Sequence[DatasetRecord], images: pa.Table) -> Leaks:
    """Return the subjects, images, pixels and near-duplicate images that records of both sides use.

    Args:
        train: Records that a model learns from, of every source.
        benchmark: Records that a model is judged by, of every source.
        images: Columns image_id, pixel_sha256 and perceptual_hash of every image that they use, such as rendered/images of all
            sources, one below the other.

    Raises:
        ValueError: a record uses an image that is not among `images`, so that it cannot be compared, or a perceptual hash is
            none.
    """
    return _compare(list_images(train), list_images(benchmark), _list_subjects(train) & _list_subjects(benchmark), images)


def find_leaks_between_splits(splits: Iterable[SubjectSplit], images: pa.Table) -> Leaks:
    """Return what the training subjects of one source share with its others; a person in both counts as a shared subject.

    Args:
        splits: Where each subject may be used.
        images: Columns image_id, subject_id, pixel_sha256 and perceptual_hash of every image of the source.
    """
    rows = list(splits)
    split_of = {row.subject_id: row.split for row in rows}
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for image, subject in zip(*(images.column(name).to_pylist() for name in ("image_id", "subject_id")), strict=True):
        if subject in split_of:
            sides[split_of[subject] is Split.TRAIN].add(image)
    people = {is_train: {row.person_id for row in rows if (row.split is Split.TRAIN) is is_train} for is_train in sides}
    return _compare(sides[True], sides[False], people[True] & people[False], images)


def _compare(shown: set[str], kept_back: set[str], shared_subjects: set[str], images: pa.Table) -> Leaks:
    used = select_images(shown | kept_back, images)
    pixels = dict(zip(*(used.column(name).to_pylist() for name in ("image_id", "pixel_sha256")), strict=True))
    twins = find_twins(shown, kept_back, used)
    return Leaks(
        shared_subjects=tuple(sorted(shared_subjects)),
        shared_images=tuple(sorted(shown & kept_back)),
        shared_pixels=tuple(sorted({pixels[image] for image in shown} & {pixels[image] for image in kept_back})),
        near_duplicates=tuple(twin for twin in twins if twin.kind is LinkKind.NEAR_DUPLICATE),
    )


def list_images(records: Iterable[DatasetRecord]) -> set[str]:
    """Return the image_ids that records use."""
    return {image for record in records for image in record.image_ids}


def select_images(used: set[str], images: pa.Table) -> pa.Table:
    """Return the content columns of the images that records use.

    Raises:
        ValueError: an image that is not among `images`.
    """
    contents = images.select([name for name in CONTENT_COLUMNS if name in images.column_names])
    found = contents.join(pa.table({"image_id": pa.array(sorted(used), pa.string())}), "image_id", join_type="inner")
    unknown = sorted(used - set(found.column("image_id").to_pylist()))
    if unknown:
        raise ValueError(
            f"{len(unknown)} images of the records are not among the rendered images (first: {unknown[0]}), so they cannot be "
            "compared; pass the rendered images of every source that the records come from"
        )
    return found


def _list_subjects(records: Iterable[DatasetRecord]) -> set[str]:
    return {subject for record in records for subject in record.subject_ids}
