"""What is read in the texts of one sub-task: the class of an answer, and what else a text may not get wrong.

Example:
    >>> find_first(lambda text, item: None, lambda text, item: "names another finding")("", None)
    'names another finding'
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.records import ImageGroup, Record
from pipelines.validation.labels.scene import Scene


@dataclass(frozen=True, slots=True)
class Item:
    """A record with what its group says and shows."""

    record: Record
    group: ImageGroup
    scene: Scene


Read = Callable[[str, Item], str | None]
"""Gives the class that an option or an open answer states, None where none can be read."""
Check = Callable[[str, Item], str | None]
"""Gives what is wrong with a text, None where nothing is."""


def find_first(*checks: Check) -> Check:
    """Return the check that says what the first of several finds wrong."""

    def check(text: str, item: Item) -> str | None:
        return next((detail for one in checks if (detail := one(text, item)) is not None), None)

    return check


def find_nothing(text: str, item: Item) -> str | None:
    """Find nothing wrong."""
    return None


def have_none(item: Item) -> frozenset[str]:
    """Return that no class but the key's own is true."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Task:
    """How the texts of one sub-task are read and checked.

    An answer is the key of a closed or the reference of an open record; wrong options are not checked, for they may be false.
    """

    read: Read
    check_question: Check
    check_answer: Check = find_nothing
    true_as_well: Callable[[Item], frozenset[str]] = have_none  # classes that may be true beside the key's
