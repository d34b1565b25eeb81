"""The rejects that stand in the ledger: what the next version of a record must mend.

Example:
    >>> from pathlib import Path
    >>> read_rejects(Path("none") / "decisions.sqlite")
    []
"""

from collections.abc import Iterable
from pathlib import Path

from pipelines.records import ReviewDecision
from pipelines.review.decisions import reviewer_key
from pipelines.review.ledger import open_ledger
from pipelines.vocabulary import Verdict


def read_rejects(path: Path) -> list[ReviewDecision]:
    """Return the standing rejects of a ledger, in the order in which they were made; none where there is no ledger yet."""
    if not path.is_file():
        return []
    with open_ledger(path) as ledger:
        return standing_rejects(ledger.read())


def standing_rejects(decisions: Iterable[ReviewDecision]) -> list[ReviewDecision]:
    """Return the rejects that their reviewer has not taken back by a later decision about the very same version."""
    latest: dict[tuple[str, str, str], ReviewDecision] = {}
    for decision in sorted(decisions, key=lambda one: one.event_id):
        latest[decision.item, decision.item_digest, reviewer_key(decision.reviewer)] = decision
    rejects = (decision for decision in latest.values() if decision.verdict is Verdict.REJECT)
    return sorted(rejects, key=lambda decision: decision.event_id)
