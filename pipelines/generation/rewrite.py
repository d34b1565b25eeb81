"""A rejected version of a record, and what its next version must mend.

Example:
    >>> str(Objection(Reason.LENGTH_CUE, "the key is longest")), str(Objection(RejectReason.WORDING))
    ('length_cue: the key is longest', 'reviewer: wording')
    >>> is_mendable((Objection(RejectReason.WORDING),)), is_mendable((Objection(RejectReason.WRONG_LABEL),))
    (True, False)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reasons import Reason, RejectReason
from pipelines.records import Record

MENDABLE = frozenset(
    {
        *(Reason.SCHEMA, Reason.DUPLICATE_OPTIONS, Reason.ORDINAL_BEYOND_IMAGES, Reason.IMAGE_NOT_ASKED_ABOUT),
        *(Reason.LENGTH_CUE, Reason.TEMPLATE_RESIDUE, Reason.ANSWER_IN_QUESTION, Reason.ABSENT_IMAGE, Reason.HIDDEN_TEXT),
        *(Reason.DUPLICATE_RECORD, Reason.NEAR_DUPLICATE),
        *(RejectReason.WORDING, RejectReason.LEAK, RejectReason.ABSENT_PRIOR, RejectReason.NOT_IN_SOURCE),
    }
)
"""What a validator or a reviewer may find that another wording of the same content can mend."""


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


def is_mendable(objections: Sequence[Objection]) -> bool:
    """Return whether there are objections and another wording can mend all of them."""
    return bool(objections) and all(objection.reason in MENDABLE for objection in objections)
