"""The sets of records that gates look at: all, and each ability and each sub-task that is large enough to tell.

Example:
    >>> list(split_into_scopes([]))
    []
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from evaluation.benchmark import BenchmarkItem
from pipelines.generation.letters import LETTERS
from pipelines.records import Record
from pipelines.vocabulary import Origin

MIN_RECORDS = 100  # closed, of an ability or a sub-task; below, one of many small scopes would fail by chance too often
ALL = "all"


def split_into_scopes(closed: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Yield name and records of every scope; a scope that holds the same records as one before is not told twice."""
    seen: set[frozenset[str]] = set()
    of_ability = Counter(record.ability for record in closed)
    of_subtask = Counter(record.subtask for record in closed)
    named = [(ALL, list(closed))]
    for ability in sorted(name for name, n in of_ability.items() if n >= MIN_RECORDS):
        named.append((str(ability), [record for record in closed if record.ability is ability]))
    for subtask in sorted(name for name, n in of_subtask.items() if n >= MIN_RECORDS):
        named.append((str(subtask), [record for record in closed if record.subtask is subtask]))
    for name, members in named:
        keys = frozenset(record.record_id for record in members)
        if members and keys not in seen:
            seen.add(keys)
            yield name, members


def independent_subject(record: Record) -> str:
    """Return what folds are drawn by: the subject of an inherent record; of a composed one its independent unit."""
    return record.unit_id if record.origin is Origin.COMPOSED else record.subject_ids[0]


def as_item(position: int, record: Record) -> BenchmarkItem:
    """Return a closed record as an item to answer, its unit being what folds are drawn by."""
    return BenchmarkItem(
        key=record.record_id,
        position=position,
        id=record.record_id,
        images=record.image_ids,
        question=record.question,
        options=dict(zip(LETTERS, record.options, strict=False)),
        letter=record.letter,
        answer=record.answer,
        answer_type=record.answer_type,
        unit=independent_subject(record),
    )
