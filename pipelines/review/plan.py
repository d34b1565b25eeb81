"""The review gate: which records may be used, which may not and why, and what is still to be decided.

Example:
    >>> apply_plan([], [], ReviewPlan(), source_is_synthetic=True).is_complete
    True
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pipelines.choices import Review
from pipelines.reasons import Reason, Stage
from pipelines.records import Record, Rejection, ReviewDecision
from pipelines.review.inspection import InspectedItem, InspectedLot, ItemState, inspect_lots
from pipelines.review.lots import Inspection, Lot
from pipelines.review.standing import latest_versions, refuse_mixed_decisions

USABLE = frozenset({ItemState.APPROVED, ItemState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """How much review is enough. The seed draws the samples; change it before the review, never after."""

    train_sample: int = 59
    benchmark_reviewers: int = 2
    seed: int = 20250519

    @classmethod
    def from_settings(cls, settings: Review) -> Self:
        """Return the plan of the section `review` of the settings."""
        return cls(train_sample=settings.train_sample, benchmark_reviewers=settings.benchmark_reviewers, seed=settings.seed)


@dataclass(frozen=True, slots=True)
class LotStatus:
    """The state of one lot in numbers: n_items = n_usable + n_rejected + n_open."""

    lot: Lot
    inspection: Inspection
    n_items: int
    n_usable: int
    n_rejected: int
    n_open: int
    decisions_needed: int

    @property
    def is_accepted(self) -> bool:
        """True where the lot needs no more review."""
        return self.decisions_needed == 0

    def describe(self) -> str:
        """Return one line: how the lot is inspected and what it lacks. Counts alone, so that it may be logged."""
        missing = "complete" if self.is_accepted else f"decisions needed: {self.decisions_needed:,}"
        return (
            f"{self.lot}: {missing} ({self.inspection}; {self.n_items:,} records: {self.n_usable:,} usable, "
            f"{self.n_rejected:,} rejected, {self.n_open:,} open)"
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """What the gate lets through and what it does not: every validated record is in one of the two, by record_id."""

    approved: tuple[Record, ...]
    rejections: tuple[Rejection, ...]
    lots: tuple[LotStatus, ...]

    @property
    def is_complete(self) -> bool:
        """True where no lot needs more decisions."""
        return all(lot.is_accepted for lot in self.lots)

    def shortfall_message(self) -> str:
        """Return which lots lack how many decisions and what to type, "" where none does. No text of any record."""
        short = [status for status in self.lots if not status.is_accepted]
        if not short:
            return ""
        needed = sum(status.decisions_needed for status in short)
        source = short[0].lot.source
        lines = [
            f"review of {source} is not complete; lots that are short: {len(short)} of {len(self.lots)}; "
            f"decisions needed: {needed:,}",
            *(f"  {status.describe()}" for status in short),
            f"see them:    python -m pipelines review list --source {source} --pending",
            "decide one:  python -m pipelines review approve ITEM --reviewer NAME",
        ]
        return "\n".join(lines)


def apply_plan(
    validated: Sequence[Record], decisions: Sequence[ReviewDecision], plan: ReviewPlan, source_is_synthetic: bool
) -> Approval:
    """Return what the decisions let through under a plan.

    A decision counts only for the digest that its reviewer was shown, and a standing reject rejects the record whoever
    else approved it. Benchmark records need `plan.benchmark_reviewers` approvals each. A training lot is accepted when
    its sample of `plan.train_sample` records is approved; a reject in the sample, or a lot no larger than it, means that
    each record needs one approval. Of several versions of a record the latest is judged.

    Args:
        validated: the validated records of one source, in any order.
        decisions: the ledger's events; those about other records are ignored.
        plan: how much review is enough.
        source_is_synthetic: whether the records come from the synthetic cohort, where demo decisions are honoured.

    Raises:
        MixedDecisionsError: demo decisions about a real source, or demo and real decisions about one source.
    """
    refuse_mixed_decisions(validated, decisions, source_is_synthetic)
    lots = inspect_lots(validated, decisions, plan)
    items = [(item, lot) for lot in lots for item in lot.items]
    approved = sorted((item.record for item, _ in items if item.state in USABLE), key=lambda record: record.record_id)
    rejections = [_reject(item, lot) for item, lot in items if item.state not in USABLE] + _reject_superseded(validated)
    rejections.sort(key=lambda rejection: (rejection.item, rejection.reason, rejection.detail))
    return Approval(tuple(approved), tuple(rejections), tuple(count_lot(lot) for lot in lots))


def sample_for_review(validated: Sequence[Record], decisions: Sequence[ReviewDecision], plan: ReviewPlan) -> list[Record]:
    """Return the records that still need decisions, lot by lot, each lot in its sampling order."""
    lots = inspect_lots(validated, decisions, plan)
    return [item.record for lot in lots for item in lot.items if item.state is ItemState.PENDING]


def count_lot(lot: InspectedLot) -> LotStatus:
    """Return the state of a lot in numbers."""
    states = Counter(item.state for item in lot.items)
    return LotStatus(
        lot=lot.lot,
        inspection=lot.inspection,
        n_items=len(lot.items),
        n_usable=sum(states[state] for state in USABLE),
        n_rejected=states[ItemState.REJECTED],
        n_open=states[ItemState.PENDING] + states[ItemState.WAITING],
        decisions_needed=lot.decisions_needed,
    )


def _reject(item: InspectedItem, lot: InspectedLot) -> Rejection:
    if item.state is ItemState.REJECTED:
        reason, detail = Reason.REJECTED_BY_REVIEWER, "; ".join(map(_quote, item.standing.rejects))
    elif item.state is ItemState.PENDING:
        reason, detail = Reason.LOT_NOT_ACCEPTED, f"approvals needed: {item.decisions_needed}, in lot {lot.lot}"
    else:
        reason, detail = Reason.LOT_NOT_ACCEPTED, f"not sampled; the sample of lot {lot.lot} is not decided yet"
    return Rejection(item.record.source, Stage.APPROVE, item.record.record_id, reason, detail)


def _quote(decision: ReviewDecision) -> str:
    words = f": {decision.comment}" if decision.comment else ""
    return f"{decision.reason} by {decision.reviewer} (event {decision.event_id}){words}"


def _reject_superseded(validated: Sequence[Record]) -> list[Rejection]:
    latest = {record.record_id: record.version for record in latest_versions(validated)}
    return [
        Rejection(
            record.source,
            Stage.APPROVE,
            record.record_id,
            Reason.SUPERSEDED_VERSION,
            f"version {record.version}; version {latest[record.record_id]} is reviewed in its place",
        )
        for record in validated
        if record.version != latest[record.record_id]
    ]
