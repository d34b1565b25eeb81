r"""One item as it is shown under one condition, with the way back from what was printed to what was published.

`pose.pose_items` and `corrupted.pose_corrupted` make them. The shown item keeps key, position, id, unit and answer type; its
letter is the key as printed, so that it is judged like any other. Printed letters that mean the same published one stand for
the same text: whether a model keeps to its answer is asked of what it meant. What each condition can and cannot show is told in
docs/controls.md.

Example:
    >>> from evaluation.benchmark import items_from_mantis
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> from pipelines.vocabulary import Role
    >>> turns = (Turn(Role.USER, "<image>Which?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right"))
    >>> item = items_from_mantis([build_record("r1", ("a.jpg",), turns, None)])[0]
    >>> show_as_is(item).meant
    {'A': 'A', 'B': 'B'}
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.meant import merge_meant
from pipelines.score_records import Condition


@dataclass(frozen=True, slots=True)
class PosedItem:
    """One item, shown in one way."""

    item: BenchmarkItem  # as published
    condition: Condition
    variant: str  # of the condition, "" where it has one form only
    shown: BenchmarkItem  # what the model is given: its images, question and options; its letter is the key as printed
    meant: Mapping[str, str]  # printed letter -> published letter; empty where open


@dataclass(frozen=True)
class Posing:
    """All that is shown under one condition, and how many items cannot be shown so, by reason."""

    posed: tuple[PosedItem, ...]
    left_out: Mapping[str, int]


def show_as_is(item: BenchmarkItem) -> PosedItem:
    """Return an item as published; a letter that repeats another's text means the first letter with that text."""
    return PosedItem(item, Condition.SIGHTED, "", item, merge_meant(item.options))
