r"""A benchmark as items to answer: from any file of Mantis form, or from the rows of our own dataset.

Example:
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> from pipelines.vocabulary import Role
    >>> turns = (Turn(Role.USER, "<image><image>Which?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right"))
    >>> item = items_from_mantis([build_record("r1", ("a.jpg", "b.jpg"), turns, None)])[0]
    >>> item.key, item.question, dict(item.options), item.letter, item.unit
    ('r1', 'Which?', {'A': 'left', 'B': 'right'}, 'B', 'a.jpg')
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.formats.closed_question import parse_closed_question, strip_image_tokens
from pipelines.formats.mantis import MantisRecord, read_mantis
from pipelines.formats.reference import read_reference, unique_keys
from pipelines.governance.exports import classify_source_tag
from pipelines.records import DatasetRecord, Turn
from pipelines.score_records import ReleasedRecord
from pipelines.vocabulary import Ability, AnswerType, Role, Source, Split, SubTask

# Our own benchmarks, in the order of the paper's columns.
OUR_BENCHMARKS = (
    *(f"{Split.HELD_IN}_{ability}" for ability in Ability),
    *(f"{Split.HELD_OUT}_{source}" for source in Source),
)


class BenchmarkError(ValueError):
    """A benchmark that cannot be scored; says which record, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class BenchmarkItem:
    """One question to answer. `options` has letter -> text in printed order, letters may have gaps; empty where open."""

    key: str  # unique in a benchmark: the id where it is, else "<id>#<position>"
    position: int  # 0-based place in the file
    id: str
    images: tuple[str, ...]
    question: str  # without image tokens and without options
    options: Mapping[str, str]
    letter: str | None  # keyed letter as published; None where open, or where a closed answer names none
    answer: str  # reference text; of a closed item without its letter
    answer_type: AnswerType
    unit: str  # independent unit: statistics resample and fold by it
    ability: Ability | None = None  # None where a file does not tell
    sources: tuple[Source, ...] | None = None  # whose data it is: none for synthetic records, None where nobody knows
    subtask: SubTask | None = None  # None where a file does not tell


def load_benchmark(path: Path) -> tuple[BenchmarkItem, ...]:
    """Return the items of a Mantis-form benchmark file.

    The independent unit is the first image's path, as the form names no subjects.

    Raises:
        FormatError: the file is not of Mantis form.
        BenchmarkError: it has no records, or one is no question with one answer.
    """
    records = read_mantis(path).records
    try:
        items = items_from_mantis(records)
    except BenchmarkError as error:
        raise BenchmarkError(f"{path}: {error}") from error
    if not items:
        raise BenchmarkError(f"{path}: holds no records; expected at least one question")
    return items


def items_from_mantis(records: Sequence[MantisRecord]) -> tuple[BenchmarkItem, ...]:
    """Return one item per record, in the order of the file."""
    keys = unique_keys(enumerate(record.id for record in records))
    return tuple(
        replace(
            _build_item(key, position, record.id, record.images, record.turns, None),
            sources=_sources_of(record.source or ""),
        )
        for position, (key, record) in enumerate(zip(keys, records, strict=True))
    )


def items_from_records(rows: Sequence[DatasetRecord]) -> tuple[BenchmarkItem, ...]:
    """Return one item per dataset row; key is its record_id, unit its unit_id."""
    return tuple(
        replace(
            _build_item(row.record_id, position, row.id, row.images, row.conversation, row.unit_id),
            ability=row.ability,
            sources=() if row.is_synthetic else _sources_of(row.source),
            subtask=row.subtask,
        )
        for position, row in enumerate(rows)
    )


def items_from_released(rows: Sequence[ReleasedRecord]) -> tuple[BenchmarkItem, ...]:
    """Return one item per row of one released benchmark; keys are those of `items_from_mantis`, units the rows' own."""
    keys = unique_keys((row.position, row.id) for row in rows)
    return tuple(
        replace(
            _build_item(key, row.position, row.id, row.images, row.conversation, row.unit_id),
            sources=_sources_of(row.source or ""),
        )
        for key, row in zip(keys, rows, strict=True)
    )


def gather_benchmarks(
    released: Sequence[ReleasedRecord], rebuilt: Sequence[DatasetRecord]
) -> dict[str, tuple[BenchmarkItem, ...]]:
    """Return the items of every benchmark by name, in the order of the paper's columns.

    Ours are parted as there: the held-in set by ability (`held_in_temporal`), the held-out one by source (`held_out_odir`).
    Released ones follow under their names in the settings.
    """
    parts: dict[str, list[DatasetRecord]] = {name: [] for name in OUR_BENCHMARKS}
    for row in rebuilt:
        parts[name_part(row)].append(row)
    ours = {name: items_from_records(rows) for name, rows in parts.items() if rows}
    names = dict.fromkeys(row.benchmark for row in released)
    return ours | {name: items_from_released([row for row in released if row.benchmark == name]) for name in names}


def name_part(row: DatasetRecord) -> str:
    """Return the name of the benchmark that one of our records belongs to; BenchmarkError where it names no source."""
    if row.split is Split.HELD_IN:
        return f"{Split.HELD_IN}_{row.ability}"
    source = classify_source_tag(row.source)
    if source is None:
        raise BenchmarkError(f"record {row.record_id}: source tag {row.source!r} names no source; materialize dataset again")
    return f"{Split.HELD_OUT}_{source}"


def _sources_of(tag: str) -> tuple[Source, ...] | None:
    source = classify_source_tag(tag)
    return None if source is None else (source,)


def merge_sources(*several: tuple[Source, ...] | None) -> tuple[Source, ...] | None:
    """Return whose data something made of several parts is; None where nobody knows of one of them.

    >>> merge_sources((Source.ODIR,), (), (Source.EMBED,)), merge_sources((Source.ODIR,), None)
    ((<Source.EMBED: 'embed'>, <Source.ODIR: 'odir'>), None)
    """
    known = [sources for sources in several if sources is not None]
    return tuple(sorted({source for sources in known for source in sources})) if len(known) == len(several) else None


def name_images_at_hand(released: Sequence[ReleasedRecord], rebuilt: Sequence[DatasetRecord]) -> frozenset[str]:
    """Return the names of images that we found ourselves; those of a released record that lacks one are somebody's words."""
    ours = (name for row in rebuilt for name in row.images)
    return frozenset(ours).union(*(row.images for row in released if not row.missing_images))


def items_of_type(items: Sequence[BenchmarkItem], answer_type: AnswerType) -> tuple[BenchmarkItem, ...]:
    """Return the items of one answer type, in order."""
    return tuple(item for item in items if item.answer_type is answer_type)


def _build_item(
    key: str, position: int, record_id: str, images: tuple[str, ...], turns: tuple[Turn, ...], unit: str | None
) -> BenchmarkItem:
    if [turn.role for turn in turns] != [Role.USER, Role.ASSISTANT]:
        raise BenchmarkError(
            f"record {position}: a benchmark record has one user and one assistant turn, "
            f"got {[str(turn.role) for turn in turns]}; split or remove it"
        )
    _, content = strip_image_tokens(turns[0].content)
    closed = parse_closed_question(content)
    options = dict(closed.options) if closed else {}
    letter, answer = read_reference(turns[1].content, options)
    return BenchmarkItem(
        key=key,
        position=position,
        id=record_id,
        images=images,
        question=closed.stem if closed else content,
        options=options,
        letter=letter,
        answer=answer,
        answer_type=AnswerType.CLOSED if closed else AnswerType.OPEN,
        unit=unit or (images[0] if images else key),
    )
