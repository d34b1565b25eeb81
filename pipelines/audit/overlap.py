"""What train and benchmark share: subjects, images, and sets of images, in whatever order they stand.

Example:
    >>> find_overlap([], []).subjects
    0
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.audit.image_paths import OTHER
from pipelines.audit.records import AuditedRecord
from pipelines.audit.tags import read_ability

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Shared:
    """How many benchmark records of one kind stand beside a train record, and by what."""

    name: str
    records: int
    unknown_subject: int  # records of which at least one image tells no subject: they may share one unseen
    sharing_a_subject: int
    sharing_an_image: int
    sharing_an_image_group: int


@dataclass(frozen=True, slots=True)
class SharedSource:
    """What one source's benchmark holds and how much of it train holds too."""

    source: str
    benchmark_subjects: int
    benchmark_images: int
    subjects: int
    images: int
    image_groups: int


@dataclass(frozen=True)
class Overlap:
    """What train and benchmark share. Without train files all is 0 and `is_measured` is false."""

    is_measured: bool
    subjects: int
    images: int
    image_groups: int
    total: Shared
    by_tag: tuple[Shared, ...]
    by_ability: tuple[Shared, ...]
    by_source: tuple[SharedSource, ...]
    examples: tuple[tuple[str, int, int], ...]  # subject, its train records, its benchmark records


def find_overlap(benchmark: Sequence[AuditedRecord], train: Sequence[AuditedRecord]) -> Overlap:
    """Return what both sides share; a subject that no path tells is counted as unknown, never guessed."""
    subjects = _subjects(train)
    images = _images(train)
    shown, shown_in_train = _groups(benchmark), _groups(train)
    groups = set(shown_in_train) - {frozenset()}
    flags = [
        (record, not subjects.isdisjoint(record.subjects), not images.isdisjoint(group), group in groups)
        for record, group in zip(benchmark, shown, strict=True)
    ]
    return Overlap(
        is_measured=bool(train),
        subjects=len(subjects & _subjects(benchmark)),
        images=len(images & _images(benchmark)),
        image_groups=len(groups.intersection(shown)),
        total=_count("all", flags),
        by_tag=_count_by(flags, lambda record: record.tag),
        by_ability=_count_by(flags, lambda record: record.ability or read_ability(record.tag) or "unknown"),
        by_source=tuple(_compare_sources((benchmark, shown), (train, shown_in_train))),
        examples=tuple(_most_shared(benchmark, train, subjects)),
    )


def _subjects(records: Iterable[AuditedRecord]) -> set[str]:
    return {subject for record in records for subject in record.subjects}


def _images(records: Iterable[AuditedRecord]) -> set[str]:
    return {key for record in records for key in record.image_keys}


def _groups(records: Iterable[AuditedRecord]) -> list[frozenset[str]]:
    return [frozenset(record.image_keys) for record in records]


_Flags = tuple[AuditedRecord, bool, bool, bool]


def _count(name: str, flags: Sequence[_Flags]) -> Shared:
    return Shared(
        name=name,
        records=len(flags),
        unknown_subject=sum(record.has_unknown_subject for record, *_ in flags),
        sharing_a_subject=sum(subject for _, subject, _, _ in flags),
        sharing_an_image=sum(image for _, _, image, _ in flags),
        sharing_an_image_group=sum(group for _, _, _, group in flags),
    )


def _count_by(flags: Sequence[_Flags], name: Callable[[AuditedRecord], str]) -> tuple[Shared, ...]:
    groups: dict[str, list[_Flags]] = {}
    for flag in flags:
        groups.setdefault(name(flag[0]), []).append(flag)
    return tuple(_count(key, groups[key]) for key in sorted(groups))


_Side = tuple[Sequence[AuditedRecord], Sequence[frozenset[str]]]


def _compare_sources(*sides: _Side) -> Iterable[SharedSource]:
    compared = [
        (_by_source(_subjects(records)), _by_source(_images(records)), _groups_by_source(groups)) for records, groups in sides
    ]
    (subjects, images, groups), (train_subjects, train_images, train_groups) = compared
    for source in sorted(set(subjects) | set(images)):
        yield SharedSource(
            source=source,
            benchmark_subjects=len(subjects.get(source, set())),
            benchmark_images=len(images.get(source, set())),
            subjects=len(subjects.get(source, set()) & train_subjects.get(source, set())),
            images=len(images.get(source, set()) & train_images.get(source, set())),
            image_groups=len(groups.get(source, set()) & train_groups.get(source, set())),
        )


def _source_of(key: str) -> str:
    return key.split(":", 1)[0] if ":" in key else OTHER


def _by_source(keys: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key in keys:
        found.setdefault(_source_of(key), set()).add(key)
    return found


def _groups_by_source(groups: Iterable[frozenset[str]]) -> dict[str, set[frozenset[str]]]:
    """Image sets by source; a set of several sources is counted with each."""
    found: dict[str, set[frozenset[str]]] = {}
    for group in set(groups):
        for source in {_source_of(key) for key in group}:
            found.setdefault(source, set()).add(group)
    return found


def _most_shared(
    benchmark: Sequence[AuditedRecord], train: Sequence[AuditedRecord], train_subjects: set[str]
) -> Iterable[tuple[str, int, int]]:
    in_benchmark = Counter(subject for record in benchmark for subject in record.subjects & train_subjects)
    in_train = Counter(subject for record in train for subject in record.subjects if subject in in_benchmark)
    for subject in sorted(in_benchmark, key=lambda one: (-in_benchmark[one], one))[:_EXAMPLES]:
        yield subject, in_train[subject], in_benchmark[subject]
