"""A rejected version of a record, and what its next version must mend.

Example:
    >>> str(Objection(Reason.LENGTH_CUE, "the key is longest")), str(Objection(RejectReason.WORDING))
    ('length_cue: the key is longest', 'reviewer: wording')
"""

from dataclasses import dataclass

from pipelines.reasons import Reason, RejectReason
from pipelines.records import Record


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is wrong with a version: a check that it failed, or why a reviewer rejected it."""

    reason: Reason | RejectReason
    detail: str = ""  # of a failed check: what was found

    def __str__(self) -> str:
        """Return it as a model is told."""
        return f"reviewer: {self.reason}" if isinstance(self.reason, RejectReason) else f"{self.reason}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rejected version, the latest of its record, and why it was rejected."""

    record: Record
    objections: tuple[Objection, ...]
    comment: str | None = None  # the reviewer's words
