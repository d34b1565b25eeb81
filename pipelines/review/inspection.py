"""What the decisions say about every record: approved, rejected, or what it still waits for.

Example:
    >>> from pipelines.review.plan import ReviewPlan
    >>> inspect_lots([], [], ReviewPlan())
    ()
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.records import Record, ReviewDecision
from pipelines.review.lots import Inspection, Lot, divide_into_lots
from pipelines.review.standing import UNDECIDED, Standing, formerly_rejected, latest_versions, standing_decisions

if TYPE_CHECKING:
    from pipelines.review.plan import ReviewPlan  # for annotations alone: plan is built on this module


class ItemState(StrEnum):
    """Where a record stands in the review."""

    APPROVED = "approved"  # by as many reviewers as the plan asks for
    ACCEPTED = "accepted"  # not sampled; its lot's sample is approved
    REJECTED = "rejected"
    PENDING = "pending"  # a reviewer must decide
    WAITING = "waiting"  # not sampled; its lot's sample is not decided yet


@dataclass(frozen=True, slots=True)
class InspectedItem:
    """One record, its state, the decisions that count for it and how many more approvals it needs."""

    record: Record
    state: ItemState
    standing: Standing
    decisions_needed: int


@dataclass(frozen=True, slots=True)
class InspectedLot:
    """One lot and its records in sampling order."""

    lot: Lot
    inspection: Inspection
    items: tuple[InspectedItem, ...]

    @property
    def decisions_needed(self) -> int:
        """How many approvals are missing; 0 where the lot needs no more review."""
        return sum(item.decisions_needed for item in self.items)


def inspect_lots(
    validated: Iterable[Record], decisions: Iterable[ReviewDecision], plan: "ReviewPlan"
) -> tuple[InspectedLot, ...]:
    """Return every lot of the latest versions, in order, with the state of each record."""
    records, decisions = latest_versions(validated), tuple(decisions)
    standing = standing_decisions(records, decisions)
    bad = formerly_rejected(records, decisions) | {item for item, found in standing.items() if found.rejects}
    lots = divide_into_lots(records, plan.seed)
    return tuple(_inspect(lot, lot_records, standing, bad, plan) for lot, lot_records in lots.items())


def _inspect(
    lot: Lot, records: Sequence[Record], standing: dict[str, Standing], bad: frozenset[str], plan: "ReviewPlan"
) -> InspectedLot:
    inspection = _choose_inspection(lot, records, bad, plan)
    needed = plan.benchmark_reviewers if lot.is_benchmark else 1
    n_inspected = plan.train_sample if inspection is Inspection.SAMPLE else len(records)
    sample = [_inspect_item(record, standing, needed) for record in records[:n_inspected]]
    is_open = any(item.state is ItemState.PENDING for item in sample)
    rest = [_inspect_unsampled(record, standing, is_open) for record in records[n_inspected:]]
    return InspectedLot(lot, inspection, tuple(sample + rest))


def _choose_inspection(lot: Lot, records: Sequence[Record], bad: frozenset[str], plan: "ReviewPlan") -> Inspection:
    """A reject in the sample, of whatever version, says that the lot may be worse than the plan bears: all are looked at."""
    if lot.is_benchmark:
        return Inspection.EVERY_ITEM
    sample = records[: plan.train_sample]
    is_bad = any(record.record_id in bad for record in sample)
    return Inspection.SCREENING if is_bad or len(records) <= plan.train_sample else Inspection.SAMPLE


def _inspect_item(record: Record, standing: dict[str, Standing], needed: int) -> InspectedItem:
    found = standing.get(record.record_id, UNDECIDED)
    if found.rejects:
        return InspectedItem(record, ItemState.REJECTED, found, 0)
    missing = max(0, needed - found.n_approvals)
    return InspectedItem(record, ItemState.PENDING if missing else ItemState.APPROVED, found, missing)


def _inspect_unsampled(record: Record, standing: dict[str, Standing], is_open: bool) -> InspectedItem:
    """A record outside the sample needs no decision, but one that was made counts."""
    inspected = _inspect_item(record, standing, needed=1)
    if inspected.state is not ItemState.PENDING:
        return inspected
    return InspectedItem(record, ItemState.WAITING if is_open else ItemState.ACCEPTED, inspected.standing, 0)
