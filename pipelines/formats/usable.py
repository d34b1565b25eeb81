"""Which records of a file a vision-language trainer can take: as many image marks as images, and something to learn.

Example:
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> from pipelines.vocabulary import Role
    >>> turns = (Turn(Role.USER, "<image>Normal?"), Turn(Role.ASSISTANT, "Yes"))
    >>> print(check_trainable(build_record("r1", ("a.jpg", "b.jpg"), turns, None), 0))
    record 0 at r1: expected 2 <image> marks, one per image, got 1; add or remove marks
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.formats.mantis import MantisFile, MantisRecord
from pipelines.formats.problem import FormatError, Problem, list_problems
from pipelines.vocabulary import Role

Check = Callable[[MantisRecord, int], Problem | None]
"""Returns what keeps a record, by its place in the file, from a format; None where nothing does."""


@dataclass(frozen=True)
class Usable:
    """The records that can be used and one problem for each that cannot."""

    records: tuple[MantisRecord, ...]
    problems: tuple[Problem, ...]


def select_usable(file: MantisFile, *checks: Check) -> Usable:
    """Return the records that pass `check_trainable` and the further checks; a record's first problem counts.

    Raises:
        FormatError: there are records, but none can be used.
    """
    kept: list[MantisRecord] = []
    problems = list(file.problems)
    for index, record in file.numbered():
        found = (check(record, index) for check in (check_trainable, *checks))
        problem = next((problem for problem in found if problem is not None), None)
        if problem is None:
            kept.append(record)
        else:
            problems.append(problem)
    if problems and not kept:
        raise FormatError(f"none of the {len(problems):,} records can be used:\n{list_problems(tuple(problems))}")
    return Usable(tuple(kept), tuple(problems))


def check_trainable(record: MantisRecord, index: int) -> Problem | None:
    """Return why no trainer can take a record: marks and images differ in number, or turns do not alternate."""
    n_marks = sum(turn.content.count(IMAGE_MARK) for turn in record.turns)
    if n_marks != len(record.images):
        expected = f"{len(record.images)} {IMAGE_MARK} marks, one per image"
        return Problem(index, record.id, expected, str(n_marks), "add or remove marks")
    roles = [turn.role for turn in record.turns]
    if not roles or len(roles) % 2 or roles != [Role.USER, Role.ASSISTANT] * (len(roles) // 2):
        got = ", ".join(roles) or "no turns"
        return Problem(index, record.id, "turns user, assistant, user, assistant, ...", got, "mend the order of turns")
    return None


def check_encodable(record: MantisRecord, index: int) -> Problem | None:
    """Return why a record cannot be written as UTF-8: JSON escapes can hold half of a surrogate pair, UTF-8 cannot."""
    texts = (record.id, record.source or "", *record.images, *(turn.content for turn in record.turns))
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return Problem(index, "text", "text that UTF-8 can hold", "half of a surrogate pair", "mend that character")
    return None
