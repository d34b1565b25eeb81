"""What lies on a reviewer's desk: the validated records of the sources, the ledger's decisions, and what is still open.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     lay_out(Settings(storage_root=folder), Source.VQA_RAD)
    Traceback (most recent call last):
    pipelines.review.desk.DeskError: no validated records of vqa_rad under ...
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.records import Record, ReviewDecision
from pipelines.review.decisions import NewDecision
from pipelines.review.inspection import InspectedItem, InspectedLot, inspect_lots
from pipelines.review.ledger import ReviewLedger, open_ledger
from pipelines.review.plan import ReviewPlan
from pipelines.review.standing import refuse_mixed_decisions
from pipelines.settings import Settings
from pipelines.storage import read_table
from pipelines.tables import VALIDATED
from pipelines.vocabulary import Source

MIN_DIGEST_PREFIX = 12  # 48 bits: enough to tell two versions of one record apart


class DeskError(ValueError):
    """What a reviewer asked for cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Desk:
    """The review of one or more sources at one moment."""

    settings: Settings
    lots: tuple[InspectedLot, ...]
    decisions: tuple[ReviewDecision, ...]

    @cached_property
    def items(self) -> dict[str, tuple[InspectedLot, InspectedItem]]:
        """Every record with its lot, by record_id."""
        return {item.record.record_id: (lot, item) for lot in self.lots for item in lot.items}


def lay_out(settings: Settings, source: Source | None = None) -> Desk:
    """Return the desk of one source, or of all that have validated records.

    Raises:
        DeskError: there are no validated records yet.
        LedgerError: the ledger cannot be read, or is broken.
        MixedDecisionsError: demo decisions stand among real ones.
        StorageError, TableError: a stored table cannot be read.
    """
    records = {wanted: _read_validated(settings, wanted) for wanted in ([source] if source else Source)}
    found = {source: rows for source, rows in records.items() if rows is not None}
    if not found:
        raise DeskError(_explain_missing(settings, source))
    with open_ledger(settings.review_ledger()) as ledger:
        decisions = _read_verified(ledger)
    plan = ReviewPlan.from_settings(settings.review)
    for rows in found.values():
        refuse_mixed_decisions(rows, decisions, _is_synthetic(rows))
    lots = tuple(lot for rows in found.values() for lot in inspect_lots(rows, decisions, plan))
    return Desk(settings, lots, tuple(decisions))


def find_item(desk: Desk, text: str) -> InspectedItem:
    """Return the item that a record_id or an unambiguous beginning of one names, with or without `record-`.

    Raises:
        DeskError: it names none, or several.
    """
    if text in desk.items:
        return desk.items[text][1]
    matching = [key for key in desk.items if text and (key.startswith(text) or key.partition("-")[2].startswith(text))]
    if not matching:
        raise DeskError(f"item {text!r}: no validated record has this id; `review list` shows them all")
    if len(matching) > 1:
        shown = ", ".join(sorted(matching)[:3]) + (", ..." if len(matching) > 3 else "")
        raise DeskError(f"item {text!r}: {len(matching):,} records begin so ({shown}); give more characters")
    return desk.items[matching[0]][1]


def check_digest(record: Record, seen: str) -> None:
    """Raise DeskError unless `seen` is the record's digest or its first 12 or more characters."""
    if len(seen) < MIN_DIGEST_PREFIX:
        raise DeskError(f"digest {seen!r}: expected at least its first {MIN_DIGEST_PREFIX} characters, as `review list` shows")
    if not record.digest.startswith(seen):
        raise DeskError(
            f"{record.record_id}: the record changed since you saw it: its digest is {record.digest[:MIN_DIGEST_PREFIX]}..., "
            f"you gave {seen[:MIN_DIGEST_PREFIX]}...; look again: python -m pipelines review show {record.record_id}"
        )


def write_decisions(desk: Desk, decisions: Sequence[NewDecision]) -> list[ReviewDecision]:
    """Append decisions about items on this desk, all or none, and return them as events.

    Raises:
        DeskError: the decisions would mix demo and real ones, which the ledger could never undo.
        DecisionError, LedgerError: as `ReviewLedger.append`.
    """
    for source, is_synthetic in sorted({(desk.items[one.item][1].record.source, one.is_synthetic) for one in decisions}):
        _refuse_mixing(desk, source, is_synthetic)
    with open_ledger(desk.settings.review_ledger()) as ledger:
        return ledger.append(decisions)


def _read_verified(ledger: ReviewLedger) -> list[ReviewDecision]:
    ledger.verify()
    return ledger.read()


def _read_validated(settings: Settings, source: Source) -> list[Record] | None:
    stored = read_table(settings.storage_root, VALIDATED.name, source)
    return None if stored is None else VALIDATED.to_rows(stored)


def _explain_missing(settings: Settings, source: Source | None) -> str:
    whose = f" of {source}" if source else ""
    return (
        f"no validated records{whose} under {settings.storage_root}, so that there is nothing to review; make them with: "
        f"dagster asset materialize -m assets.definitions --select 'group:corpus' --partition {source or 'SOURCE'} "
        "(`make demo` makes synthetic ones)"
    )


def _is_synthetic(records: Sequence[Record]) -> bool:
    """One record of a real source among synthetic ones is enough to keep demo decisions out."""
    return bool(records) and all(record.is_synthetic for record in records)


def _refuse_mixing(desk: Desk, source: Source, is_synthetic: bool) -> None:
    records = [item.record for _, item in desk.items.values() if item.record.source is source]
    if not _is_synthetic(records):
        if is_synthetic:
            raise DeskError(f"--synthetic: {source} is a real source, where demo decisions never count; leave it out")
        return
    about = {record.record_id for record in records}
    kinds = {known.is_synthetic for known in desk.decisions if known.item in about}
    if (not is_synthetic) in kinds:
        held, advice = ("real", "leave --synthetic out") if is_synthetic else ("synthetic", "add --synthetic")
        raise DeskError(
            f"{source} is the synthetic cohort and the ledger holds {held} decisions about it, which never mix with others; "
            f"{advice} to decide by hand here"
        )
