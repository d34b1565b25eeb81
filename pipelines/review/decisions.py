"""One decision as a reviewer makes it, and what a decision must hold before it may be written down.

Example:
    >>> check_decision(NewDecision("record-1", "d" * 64, "Ada", Verdict.APPROVE))
    >>> RejectReason("leak") is RejectReason.LEAK
    True
"""

import unicodedata
from dataclasses import dataclass

from pipelines.reasons import RejectReason
from pipelines.vocabulary import Verdict

MAX_REVIEWER_CHARACTERS = 100
MAX_COMMENT_CHARACTERS = 2000
SYNTHETIC_PREFIX = "synthetic-"  # names of demo reviewers; no person may sign with one


class DecisionError(ValueError):
    """A decision that may not be written; the message names the field, what was got and what is expected."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision not yet in the ledger, which adds its event_id and time."""

    item: str  # record_id
    item_digest: str  # Record.digest of what the reviewer was shown
    reviewer: str
    verdict: Verdict
    reason: RejectReason | None = None  # of a reject; None for an approval
    comment: str | None = None
    is_synthetic: bool = False  # made by the demo, not by a person


def reviewer_key(name: str) -> str:
    """Return the form by which two spellings of one reviewer's name are known to be the same: "Ada" and "ada" are."""
    return unicodedata.normalize("NFKC", name).casefold()


def check_decision(decision: NewDecision) -> None:
    """Raise DecisionError where a field does not hold what the ledger keeps."""
    for name, value in (("item", decision.item), ("item_digest", decision.item_digest)):
        if not value or value != value.strip():
            raise DecisionError(f"{name} {value!r}: expected text without space around it")
    _check_reviewer(decision)
    _check_verdict(decision)
    if decision.comment is not None:
        _check_comment(decision.comment)


def parse_reject_reason(text: str) -> RejectReason:
    """Return the reason that a code names; DecisionError lists the codes where it names none."""
    try:
        return RejectReason(text)
    except ValueError:
        raise DecisionError(f"reason {text!r} is not known; choose one of: {', '.join(RejectReason)}") from None


def _check_reviewer(decision: NewDecision) -> None:
    name = decision.reviewer
    if not name or name != name.strip() or len(name) > MAX_REVIEWER_CHARACTERS or not name.isprintable():
        raise DecisionError(
            f"reviewer {name!r}: expected a name of 1 to {MAX_REVIEWER_CHARACTERS} printable characters without space around it"
        )
    if reviewer_key(name).startswith(SYNTHETIC_PREFIX) and not decision.is_synthetic:
        raise DecisionError(f"reviewer {name!r}: names that begin with {SYNTHETIC_PREFIX!r} are the demo's; sign with your own")


def _check_verdict(decision: NewDecision) -> None:
    if decision.verdict is Verdict.APPROVE:
        if decision.reason is not None:
            raise DecisionError(f"reason {str(decision.reason)!r}: an approval has none; leave it out, or reject the item")
    elif decision.reason is None:
        raise DecisionError(f"reason: a reject needs one; choose one of: {', '.join(RejectReason)}")
    else:
        parse_reject_reason(decision.reason)


def _check_comment(comment: str) -> None:
    if not comment.strip():
        raise DecisionError("comment is blank; give words or leave it out")
    if len(comment) > MAX_COMMENT_CHARACTERS:
        raise DecisionError(f"comment has {len(comment):,} characters, at most {MAX_COMMENT_CHARACTERS:,} are kept; shorten it")
    if not comment.replace("\n", " ").replace("\t", " ").isprintable():
        raise DecisionError("comment holds control characters or broken text; only letters, tabs and line ends are kept")
