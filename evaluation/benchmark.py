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

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.choice_rules.text import normalise_text
from pipelines.formats.closed_question import parse_closed_question, parse_keyed_answer, strip_image_tokens
from pipelines.formats.mantis import MantisRecord, read_mantis
from pipelines.records import DatasetRecord, Turn
from pipelines.score_records import ReleasedRecord
from pipelines.vocabulary import AnswerType, Role

REBUILT = "rebuilt"  # the name of our own benchmark in the score table


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
    keys = unique_keys([record.id for record in records])
    return tuple(
        _build_item(key, position, record.id, record.images, record.turns, None)
        for position, (key, record) in enumerate(zip(keys, records, strict=True))
    )


def items_from_records(rows: Sequence[DatasetRecord]) -> tuple[BenchmarkItem, ...]:
    """Return one item per dataset row; key is its record_id, unit its unit_id."""
    return tuple(
        _build_item(row.record_id, position, row.id, row.images, row.conversation, row.unit_id)
        for position, row in enumerate(rows)
    )


def items_from_released(rows: Sequence[ReleasedRecord]) -> tuple[BenchmarkItem, ...]:
    """Return one item per row of one released benchmark; keys are those of `items_from_mantis`, units the rows' own."""
    keys = unique_keys([row.id for row in rows])
    return tuple(
        _build_item(key, row.position, row.id, row.images, row.conversation, row.unit_id)
        for key, row in zip(keys, rows, strict=True)
    )


def gather_benchmarks(
    released: Sequence[ReleasedRecord], rebuilt: Sequence[DatasetRecord]
) -> dict[str, tuple[BenchmarkItem, ...]]:
    """Return the items of every benchmark by name: the released ones under their own, ours under `REBUILT`."""
    names = dict.fromkeys(row.benchmark for row in released)
    found = {name: items_from_released([row for row in released if row.benchmark == name]) for name in names}
    return found | ({REBUILT: items_from_records(rebuilt)} if rebuilt else {})


def unique_keys(ids: Sequence[str]) -> list[str]:
    """Return a key per id: the id itself where no other record has it, else the id and its 0-based position."""
    counts = Counter(ids)
    return [name if counts[name] == 1 else f"{name}#{position}" for position, name in enumerate(ids)]


def items_of_type(items: Sequence[BenchmarkItem], answer_type: AnswerType) -> tuple[BenchmarkItem, ...]:
    """Return the items of one answer type, in order."""
    return tuple(item for item in items if item.answer_type is answer_type)


def _build_item(
    key: str, position: int, record_id: str, images: tuple[str, ...], turns: tuple[Turn, ...], unit: str | None
) -> BenchmarkItem:
    if [turn.role for turn in turns] != [Role.USER, Role.ASSISTANT]:
        raise BenchmarkError(
            f"record {position} (id {record_id!r}): a benchmark record has one user and one assistant turn, "
            f"got {[str(turn.role) for turn in turns]}; split or remove it"
        )
    _, content = strip_image_tokens(turns[0].content)
    closed = parse_closed_question(content)
    options = dict(closed.options) if closed else {}
    letter, answer = _read_key(turns[1].content, options)
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


def _read_key(answer: str, options: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the keyed letter and text of a reference answer: "B: text", "B", or the text of exactly one option."""
    if not options:
        return None, answer
    keyed = parse_keyed_answer(answer)
    if keyed:
        return keyed
    bare = answer.strip().rstrip(".:)").strip("(")
    if bare in options:
        return bare, options[bare]
    same = [letter for letter, text in options.items() if normalise_text(text) == normalise_text(answer)]
    return (same[0] if len(same) == 1 else None), answer
