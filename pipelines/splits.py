"""Draws for every subject where it may be used, and finds what two data sets share although they must not.

A subject's draw is a hash, so it depends on that subject, the source and the seed alone: a larger download moves nobody.

Example:
    >>> shares = {Split.TRAIN: 0.5, Split.HELD_OUT: 0.5}
    >>> [row.split.value for row in split_subjects(Source.VQA_RAD, ["subject-a", "subject-b"], shares, seed=1)]
    ['held_out', 'train']
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.keys import digest
from pipelines.linkage import join_linked
from pipelines.records import DatasetRecord, RenderedImage, SubjectSplit
from pipelines.vocabulary import Source, Split

_STRICTNESS = {split: place for place, split in enumerate(Split)}  # Split is declared from the mildest to the strictest
_DRAW_HEX_DIGITS = 13  # 52 bits: exact as a float


def split_subjects(
    source: Source,
    subject_ids: Iterable[str],
    shares: Mapping[Split, float],
    seed: int,
    same_person: Iterable[tuple[str, str]] = (),
) -> list[SubjectSplit]:
    """Return one row per distinct subject, ordered by subject_id.

    `same_person` joins subjects that are one person in truth; those take the strictest of their own draws, so that a link
    can only ever take a subject out of training. `shares` are expected shares and sum to 1.

    Raises:
        ValueError: a share below 0, or shares that do not sum to 1.
    """
    _check_shares(shares)
    subjects = sorted(set(subject_ids))
    person_of = join_linked(subjects, same_person)
    strictest: dict[str, Split] = {}
    for subject, person in person_of.items():
        drawn = _split_at(_draw(seed, source, subject), shares)
        strictest[person] = max(strictest.get(person, drawn), drawn, key=_STRICTNESS.__getitem__)
    return [SubjectSplit(source, subject, strictest[person_of[subject]], seed) for subject in subjects]


def linked_subjects(images: Sequence[RenderedImage]) -> list[tuple[str, str]]:
    """Return the pairs of different subjects that hold an image with equal pixels, sorted."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for image in images:
        holders[image.pixel_sha256].add(image.subject_id)
    pairs: set[tuple[str, str]] = set()
    for subjects in holders.values():
        first, *others = sorted(subjects)
        pairs.update((first, other) for other in others)
    return sorted(pairs)


@dataclass(frozen=True)
class Leaks:
    """What training and benchmark records share, each sorted; all empty where nothing leaks."""

    shared_subjects: tuple[str, ...]
    shared_images: tuple[str, ...]
    shared_pixels: tuple[str, ...]  # pixel_sha256 of images that look the same, under one key or under two

    @property
    def is_clean(self) -> bool:
        """True where nothing is shared."""
        return not (self.shared_subjects or self.shared_images or self.shared_pixels)


def find_leaks(train: Sequence[DatasetRecord], benchmark: Sequence[DatasetRecord], images: Sequence[RenderedImage]) -> Leaks:
    """Return the subjects, images and pixels that records of both sides use.

    Raises:
        ValueError: a record uses an image that is not among `images`, so that its pixels cannot be compared.
    """
    pixels = {image.image_id: image.pixel_sha256 for image in images}
    return Leaks(
        shared_subjects=_shared(_subjects(train), _subjects(benchmark)),
        shared_images=_shared(_images(train), _images(benchmark)),
        shared_pixels=_shared(_pixels(train, pixels), _pixels(benchmark, pixels)),
    )


def _check_shares(shares: Mapping[Split, float]) -> None:
    told = ", ".join(f"{split}={share:g}" for split, share in shares.items())
    if any(share < 0 for share in shares.values()):
        raise ValueError(f"shares of the splits: got {told}, expected none below 0")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"shares of the splits: got {told or 'none'}, expected that they sum to 1")


def _draw(seed: int, source: Source, subject_id: str) -> float:
    """Return a number in [0, 1) that looks uniform over subjects."""
    return int(digest(["split", seed, source, subject_id])[:_DRAW_HEX_DIGITS], 16) / 16**_DRAW_HEX_DIGITS


def _split_at(draw: float, shares: Mapping[Split, float]) -> Split:
    """Return the split whose stretch of [0, 1) holds the draw; stretches lie in order of strictness."""
    usable = [split for split in Split if shares.get(split, 0) > 0]
    upper = 0.0
    for split in usable:
        upper += shares[split]
        if draw < upper:
            return split
    return usable[-1]  # the shares' sum may fall short of 1 by a rounding error


def _shared(left: set[str], right: set[str]) -> tuple[str, ...]:
    return tuple(sorted(left & right))


def _subjects(records: Iterable[DatasetRecord]) -> set[str]:
    return {subject for record in records for subject in record.subject_ids}


def _images(records: Iterable[DatasetRecord]) -> set[str]:
    return {image for record in records for image in record.image_ids}


def _pixels(records: Sequence[DatasetRecord], pixels: Mapping[str, str]) -> set[str]:
    used = _images(records)
    unknown = sorted(used - set(pixels))
    if unknown:
        raise ValueError(
            f"{len(unknown)} images of the records are not among the rendered images (first: {unknown[0]}), so their pixels "
            "cannot be compared; pass the rendered images of every source that the records come from"
        )
    return {pixels[image] for image in used}
