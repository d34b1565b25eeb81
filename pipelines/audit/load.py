"""Reads the files of an audit: JSON lists of Mantis or LLaVA records, and Parquet of our own data set.

Example:
    >>> load_files([Path("no_such_file.json")], [])
    Traceback (most recent call last):
    pipelines.formats.problem.FormatError: no_such_file.json: no such file; check the path
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.audit.image_paths import ImageRef
from pipelines.audit.kinds import Kind, Side
from pipelines.audit.record_shape import read_shape
from pipelines.audit.records import AuditedRecord, Origin, build_record
from pipelines.formats.dataset_file import is_parquet, read_dataset_rows
from pipelines.formats.json_file import TOO_DEEP, read_json_values
from pipelines.formats.problem import FormatError
from pipelines.keys import mint_id
from pipelines.records import DatasetRecord
from pipelines.vocabulary import Source


@dataclass(frozen=True, slots=True)
class AuditedFile:
    """One file: as what it was given, how many records it holds and how many of them are malformed."""

    path: str
    side: Side
    records: int
    malformed: int
    is_dataset: bool  # Parquet of our own data set, which names subjects and units itself


@dataclass(frozen=True)
class Loaded:
    """All files and all their records, the files in the order given, benchmarks first."""

    files: tuple[AuditedFile, ...]
    records: tuple[AuditedRecord, ...]

    def side_of(self, record: AuditedRecord) -> Side:
        """Return as what the record's file was given."""
        return self.files[record.origin.file].side


def load_files(benchmarks: Sequence[Path], trains: Sequence[Path]) -> Loaded:
    """Return the records of all files; records of a wrong shape are kept as far as they can be read.

    Raises:
        FormatError: a file cannot be read at all, or is given twice on one side.
    """
    files: list[AuditedFile] = []
    records: list[AuditedRecord] = []
    for side, paths in ((Side.BENCHMARK, benchmarks), (Side.TRAIN, trains)):
        _refuse_repeats(side, paths)
        for path in paths:
            is_dataset = is_parquet(path)
            found = (_read_dataset if is_dataset else _read_json)(path, len(files))
            malformed = sum(any(kind is Kind.MALFORMED_RECORD for kind, _ in record.faults) for record in found)
            files.append(AuditedFile(str(path), side, len(found), malformed, is_dataset))
            records += found
    return Loaded(tuple(files), _share_subjects(records))


def _refuse_repeats(side: Side, paths: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise FormatError(f"{path}: is given twice as {side}; each of its records would count twice: name it once")
        seen.add(path.resolve())


def _read_json(path: Path, file: int) -> list[AuditedRecord]:
    values = read_json_values(path)
    try:
        return [build_record(read_shape(value, index), Origin(file, index)) for index, value in enumerate(values)]
    except RecursionError as error:
        raise FormatError(TOO_DEEP.format(path)) from error


def _read_dataset(path: Path, file: int) -> list[AuditedRecord]:
    return [_build_row(row, Origin(file, index)) for index, row in enumerate(read_dataset_rows(path))]


def _build_row(row: DatasetRecord, origin: Origin) -> AuditedRecord:
    talk = [{"role": turn.role.value, "content": turn.content} for turn in row.conversation]
    document = {"id": row.id, "images": list(row.images), "conversation": talk, "source": row.source}
    source = next((source for source in Source if row.source.startswith(source)), "other")
    subjects = [f"{source}:{subject}" for subject in row.subject_ids]
    return build_record(read_shape(document, origin.place), origin, subjects, row.unit_id, row.ability.value)


def _share_subjects(records: Sequence[AuditedRecord]) -> tuple[AuditedRecord, ...]:
    """Return the records with subjects that another file tells: of the same image, or under our data set's key of a subject."""
    named = {image.subject for record in records for image in record.images if image.subject is not None}
    minted = {_mint(subject): subject for subject in named}
    names = {subject: minted[key] for subject in named if (key := subject.partition(":")[2]) in minted}
    known = {image.key: image.subject for record in records for image in record.images if image.subject is not None}
    return tuple(_complete(record, known, names) for record in records)


def _mint(subject: str) -> str:
    source, _, name = subject.partition(":")
    return mint_id("subject", source, name)


def _complete(record: AuditedRecord, known: Mapping[str, str], names: Mapping[str, str]) -> AuditedRecord:
    images = tuple(_complete_image(image, known, names) for image in record.images)
    if images == record.images:
        return record
    told = {names.get(subject, subject) for subject in record.subjects}
    return replace(record, images=images, subjects=frozenset(told | {image.subject for image in images if image.subject}))


def _complete_image(image: ImageRef, known: Mapping[str, str], names: Mapping[str, str]) -> ImageRef:
    subject = image.subject or known.get(image.key)
    if subject is None or (subject == image.subject and subject not in names):
        return image
    return replace(image, subject=names.get(subject, subject))
