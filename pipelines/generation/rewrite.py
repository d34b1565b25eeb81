"""A rejected version of a record, and what its next version must mend.

Example:
    >>> from dataclasses import fields
    >>> [field.name for field in fields(Rewrite)]
    ['record', 'failures', 'comment']
"""

from dataclasses import dataclass

from pipelines.records import Record


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rejected version, the latest of its record, and why it was rejected."""

    record: Record
    failures: tuple[str, ...]  # "label_mismatch: ...": the failed check or the reviewer's reason code, with its detail
    comment: str | None = None  # the reviewer's words
