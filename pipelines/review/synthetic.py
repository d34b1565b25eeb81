"""Decisions that no person made, so that the demo can pass the gate; they are marked and count for synthetic records alone.

Example:
    >>> from pipelines.review.plan import ReviewPlan
    >>> decide_synthetically([], ReviewPlan(), seed=1)
    []
"""

from collections.abc import Sequence

from pipelines.reasons import RejectReason
from pipelines.records import Record
from pipelines.review.decisions import SYNTHETIC_PREFIX, NewDecision
from pipelines.review.lots import lot_of, sampling_key
from pipelines.review.plan import ReviewPlan
from pipelines.vocabulary import Verdict

COMMENT = "Demo: rejected so that a rejection is seen; no person read this record."


def decide_synthetically(records: Sequence[Record], plan: ReviewPlan, seed: int) -> list[NewDecision]:
    """Return demo decisions for what `sample_for_review` returned, in its order.

    All is approved, but for one benchmark record that the first reviewer rejects and the others approve, which also
    shows how disagreement is told. Where fewer than two benchmark records are there none is rejected. Training records
    are approved without exception, for a reject in a sample would turn the demo into a screening of the whole lot.
    """
    benchmark = [record for record in records if lot_of(record).is_benchmark]
    rejected = min(benchmark, key=lambda record: sampling_key(seed, record)).record_id if len(benchmark) > 1 else None
    return [
        _decide(record, number, is_reject=number == 1 and record.record_id == rejected)
        for record in records
        for number in range(1, (plan.benchmark_reviewers if lot_of(record).is_benchmark else 1) + 1)
    ]


def _decide(record: Record, reviewer: int, is_reject: bool) -> NewDecision:
    return NewDecision(
        item=record.record_id,
        item_digest=record.digest,
        reviewer=f"{SYNTHETIC_PREFIX}{reviewer}",
        verdict=Verdict.REJECT if is_reject else Verdict.APPROVE,
        reason=RejectReason.WORDING if is_reject else None,
        comment=COMMENT if is_reject else None,
        is_synthetic=True,
    )
