"""Which decisions of the ledger count: the latest of each reviewer about an item, if it was made about what is there now.

Example:
    >>> standing_decisions([], [])
    {}
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.records import Record, ReviewDecision
from pipelines.review.decisions import reviewer_key
from pipelines.review.rejects import standing_rejects
from pipelines.vocabulary import Verdict


class MixedDecisionsError(ValueError):
    """Demo decisions and real ones about one source; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that count for one item, one per reviewer, in the order in which they were made."""

    decisions: tuple[ReviewDecision, ...] = ()

    @property
    def n_approvals(self) -> int:
        """How many distinct reviewers approve the item."""
        return sum(decision.verdict is Verdict.APPROVE for decision in self.decisions)

    @property
    def rejects(self) -> tuple[ReviewDecision, ...]:
        """The rejects that stand; one is enough to reject the item."""
        return tuple(decision for decision in self.decisions if decision.verdict is Verdict.REJECT)


UNDECIDED = Standing()


def standing_decisions(records: Iterable[Record], decisions: Iterable[ReviewDecision]) -> dict[str, Standing]:
    """Return the standing of every record that has one, by record_id.

    A decision counts only if its digest is the record's present one: a record that was generated anew has lost its
    approvals. The decision with the highest event_id wins per reviewer and item, so that another event takes one back.
    """
    digests = {record.record_id: record.digest for record in records}
    latest: dict[str, dict[str, ReviewDecision]] = {}
    for decision in sorted(decisions, key=lambda decision: decision.event_id):
        if digests.get(decision.item) == decision.item_digest:
            by_reviewer = latest.setdefault(decision.item, {})
            by_reviewer.pop(reviewer_key(decision.reviewer), None)  # so that a later event also stands later
            by_reviewer[reviewer_key(decision.reviewer)] = decision
    return {item: Standing(tuple(by_reviewer.values())) for item, by_reviewer in latest.items()}


def formerly_rejected(records: Iterable[Record], decisions: Iterable[ReviewDecision]) -> frozenset[str]:
    """Return the record_ids of which a former version was rejected, and not taken back by its reviewer.

    A version that was written anew is unreviewed, but the reject still tells of the process that made its lot.
    """
    digests = {record.record_id: record.digest for record in records}
    rejects = standing_rejects(decision for decision in decisions if decision.item in digests)
    return frozenset(decision.item for decision in rejects if digests[decision.item] != decision.item_digest)


def latest_versions(records: Iterable[Record]) -> list[Record]:
    """Return the highest version of each record_id, ordered by record_id."""
    latest: dict[str, Record] = {}
    for record in records:
        known = latest.get(record.record_id)
        if known is None or record.version > known.version:
            latest[record.record_id] = record
    return [latest[record_id] for record_id in sorted(latest)]


def refuse_mixed_decisions(records: Sequence[Record], decisions: Iterable[ReviewDecision], source_is_synthetic: bool) -> None:
    """Raise MixedDecisionsError where demo decisions could pass for real ones; decisions about other items are no matter.

    On a real source every demo decision about one of its items is one too many. On a synthetic source all decisions must
    be of one kind.
    """
    items = {record.record_id: record.source for record in records}
    about = sorted((one for one in decisions if one.item in items), key=lambda one: one.event_id)
    demo = [decision for decision in about if decision.is_synthetic]
    real = [decision for decision in about if not decision.is_synthetic]
    if demo and not source_is_synthetic:
        raise MixedDecisionsError(_explain(demo, "synthetic", f"{items[demo[0].item]} is a real source"))
    if demo and real:
        problem = f"others about the same source, the synthetic cohort of {items[demo[0].item]}, are synthetic: {len(demo):,}"
        raise MixedDecisionsError(_explain(real, "real", problem))


def _explain(unwanted: Sequence[ReviewDecision], kind: str, problem: str) -> str:
    first = unwanted[0]
    return (
        f"review ledger: {kind} decisions: {len(unwanted):,} (the first is event {first.event_id}, {first.verdict} of "
        f"{first.item} by {first.reviewer!r}), but {problem}; demo approvals never count for patients' data. Events are never "
        "deleted: move the ledger file away, or set another storage_root, and review again"
    )
