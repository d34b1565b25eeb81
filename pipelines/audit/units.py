"""How many independent units a file's questions rest on: many questions about one pair of visits are no many measurements.

A unit is what `records.name_unit` names: the visits shown, whatever slice or sequence (EMBED, LUMIERE, MS-CXR-T), else the
set of images; of our own data set the unit that the row states.

Example:
    >>> count_units([])
    ()
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.audit.kinds import Side
from pipelines.audit.records import AuditedRecord

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class UnitCount:
    """Questions per independent unit, of one source tag on one side."""

    side: Side
    tag: str
    questions: int
    units: int
    subjects: int
    mean: float
    largest: int
    examples: tuple[tuple[str, int], ...]  # the units with most questions


def count_units(sides: Iterable[tuple[Side, AuditedRecord]]) -> tuple[UnitCount, ...]:
    """Return the counts by side and source tag; records without images have no unit and are left out."""
    items: dict[tuple[Side, str], Counter[str]] = {}
    subjects: dict[tuple[Side, str], set[str]] = {}
    for side, record in sides:
        if record.unit:
            items.setdefault((side, record.tag), Counter())[record.unit] += len(record.questions)
            subjects.setdefault((side, record.tag), set()).update(record.subjects)
    return tuple(_describe(side, tag, items[side, tag], len(subjects[side, tag])) for side, tag in sorted(items))


def _describe(side: Side, tag: str, counts: Counter[str], n_subjects: int) -> UnitCount:
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_EXAMPLES]
    total = sum(counts.values())
    return UnitCount(side, tag, total, len(counts), n_subjects, total / len(counts), top[0][1], tuple(top))
