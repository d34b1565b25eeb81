"""Approved records to conversations: the last step before a data set is written.

Example:
    >>> assemble([], [])
    []
"""

from collections.abc import Iterable

from pipelines.formats.closed_question import IMAGE_MARK, format_closed_question
from pipelines.records import DatasetRecord, Record, RenderedImage, Turn
from pipelines.vocabulary import AnswerType, Role


class AssemblyError(ValueError):
    """Approved records that cannot become one data set."""


def assemble(records: Iterable[Record], images: Iterable[RenderedImage]) -> list[DatasetRecord]:
    """Return one data-set record per approved record, ordered by record_id.

    Raises:
        AssemblyError: synthetic and real records together, or a record whose image is not among the rendered ones.
    """
    chosen = sorted(records, key=lambda record: record.record_id)
    synthetic = sorted({str(record.source) for record in chosen if record.is_synthetic})
    real = sorted({str(record.source) for record in chosen if not record.is_synthetic})
    if synthetic and real:
        raise AssemblyError(
            f"synthetic records ({', '.join(synthetic)}) and real ones ({', '.join(real)}) would stand in one data set; "
            "set a root for every source you use and a storage root of its own, then materialize again"
        )
    paths = {image.image_id: image.path for image in images}
    missing = sorted({image_id for record in chosen for image_id in record.image_ids} - set(paths))
    if missing:
        raise AssemblyError(
            f"{len(missing)} images of approved records are not in rendered/images (first: {missing[0]}); "
            "the tables are of different runs: materialize group:corpus of every source again, then review what changed"
        )
    return [_assemble_one(record, paths) for record in chosen]


def _assemble_one(record: Record, paths: dict[str, str]) -> DatasetRecord:
    tokens = IMAGE_MARK * len(record.image_ids)
    return DatasetRecord(
        id=record.record_id,
        images=tuple(paths[image_id] for image_id in record.image_ids),
        conversation=(Turn(Role.USER, tokens + asked_text(record)), Turn(Role.ASSISTANT, answer_text(record))),
        source=f"{record.source}_{record.subtask}_{record.answer_type}",
        record_id=record.record_id,
        digest=record.digest,
        split=record.split,
        ability=record.ability,
        subtask=record.subtask,
        answer_type=record.answer_type,
        origin=record.origin,
        unit_id=record.unit_id,
        subject_ids=record.subject_ids,
        image_ids=record.image_ids,
        answer_class=record.answer_class,
        evidence=record.evidence,
        data_class=record.data_class,
        is_synthetic=record.is_synthetic,
    )


def asked_text(record: Record) -> str:
    """Return the question as a model reads it: with its lettered options where it is closed."""
    if record.answer_type is AnswerType.OPEN:
        return record.question
    return format_closed_question(record.question, record.options)


def answer_text(record: Record) -> str:
    """Return the answer as a model should give it: "B: text" where the question is closed."""
    return record.answer if record.letter is None else f"{record.letter}: {record.answer}"
