"""The reviewer's commands: `python -m pipelines review {list,show,approve,reject,decide}`.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["review", "show", "record-74db"]).item
    'record-74db'
"""

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from pipelines.append_only.kind import LedgerError
from pipelines.mendable import Run, guard_command
from pipelines.reasons import RejectReason
from pipelines.records import Record, ReviewDecision
from pipelines.review.agreement import measure_agreement, verdicts_of
from pipelines.review.decisions import DecisionError, NewDecision, check_decision, parse_reject_reason
from pipelines.review.desk import Desk, DeskError, check_digest, find_item, lay_out, write_decisions
from pipelines.review.display import format_item, format_list
from pipelines.review.inspection import InspectedLot, ItemState
from pipelines.review.plan import count_lot
from pipelines.review.sheet import SheetError, read_sheet, write_sheet
from pipelines.review.standing import MixedDecisionsError
from pipelines.settings import SettingsError, load_settings
from pipelines.storage import StorageError, read_table
from pipelines.tables import RENDERED_IMAGES, TableError
from pipelines.vocabulary import Source, Verdict

MENDABLE = (
    DecisionError,
    DeskError,
    LedgerError,
    MixedDecisionsError,
    SettingsError,
    SheetError,
    StorageError,
    TableError,
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `review` and its sub-commands to a command line."""
    review = subparsers.add_parser("review", help="see and decide what waits for review")
    commands = review.add_subparsers(required=True, metavar="COMMAND")
    _register_list(commands.add_parser("list", help="items and lots with what they still need"))
    show = commands.add_parser("show", help="one item in full")
    show.add_argument("item", metavar="ITEM", help="record_id, or an unambiguous beginning of one")
    show.set_defaults(run=_guarded(show_item))
    approve = commands.add_parser("approve", help="approve items")
    approve.add_argument("items", metavar="ITEM", nargs="+")
    _add_signature(approve, approve_items)
    reject = commands.add_parser("reject", help="reject one item")
    reject.add_argument("items", metavar="ITEM", nargs=1)
    reject.add_argument("--reason", required=True, help=", ".join(RejectReason))
    _add_signature(reject, reject_item)
    decide = commands.add_parser("decide", help="take over the decisions of a filled sheet")
    decide.add_argument("--from", dest="sheet", type=Path, required=True, metavar="FILE.csv")
    decide.add_argument("--reviewer", required=True, metavar="NAME")
    decide.add_argument("--synthetic", action="store_true", help="mark as demo decisions (synthetic cohort alone)")
    decide.set_defaults(run=_guarded(decide_from_sheet))


def list_items(args: argparse.Namespace) -> int:
    """Print the items, then one line per lot with its shortfall, then how far reviewers agree."""
    desk = lay_out(load_settings(), None if args.source is None else Source(args.source))
    lots = [lot for lot in desk.lots if args.lot is None or str(lot.lot) == args.lot]
    if not lots and args.lot is not None:
        raise DeskError(f"lot {args.lot!r} is not known; the lots are: {', '.join(str(lot.lot) for lot in desk.lots)}")
    chosen = [(lot, item) for lot in lots for item in lot.items if not args.pending or item.state is ItemState.PENDING]
    shown = list(islice(chosen, args.limit))
    if args.csv is not None:
        n_items = write_sheet(args.csv, [item.record for _, item in shown])
        print(f"{args.csv}: items written: {n_items:,}; fill in verdict and reason")
    elif shown:
        print(format_list(shown, desk.settings.review.benchmark_reviewers), end="\n\n")
    if len(shown) < len(chosen):
        print(f"items not shown: {len(chosen) - len(shown):,} (--limit {args.limit})")
    _print_summary(lots)
    return 0


def show_item(args: argparse.Namespace) -> int:
    """Print one item in full."""
    desk = lay_out(load_settings())
    item = find_item(desk, args.item)
    events = [event for event in desk.decisions if event.item == item.record.record_id]
    print(format_item(item, _locate_images(desk.settings.storage_root, item.record.source), events))
    return 0


def approve_items(args: argparse.Namespace) -> int:
    """Approve the items named, all or none."""
    if args.digest is not None and len(args.items) > 1:
        raise DeskError(f"--digest names the text of one item, but {len(args.items)} items are given; approve them one by one")
    return _decide(args, Verdict.APPROVE, None)


def reject_item(args: argparse.Namespace) -> int:
    """Reject one item for a reason."""
    return _decide(args, Verdict.REJECT, parse_reject_reason(args.reason))


def decide_from_sheet(args: argparse.Namespace) -> int:
    """Take over the decisions of a sheet, all or none."""
    desk = lay_out(load_settings())
    filled = read_sheet(args.sheet, desk, args.reviewer, args.synthetic)
    written = write_decisions(desk, filled.decisions)
    n_rejects = sum(event.verdict is Verdict.REJECT for event in written)
    print(f"{len(written) - n_rejects:,} approved, {n_rejects:,} rejected, {filled.n_undecided:,} without a verdict")
    _print_remaining(desk, written)
    return 0


def _locate_images(storage_root: str, source: Source) -> dict[str, str]:
    """Return where each rendered image can be opened, by image_id."""
    stored = read_table(storage_root, RENDERED_IMAGES.name, source)
    images = [] if stored is None else RENDERED_IMAGES.to_rows(stored)
    if "://" in storage_root:
        return {image.image_id: f"{storage_root.rstrip('/')}/{image.path}" for image in images}
    paths = {image.image_id: Path(storage_root).resolve() / image.path for image in images}
    return {key: str(path) if path.is_file() else f"{path} (file is missing)" for key, path in paths.items()}


def _decide(args: argparse.Namespace, verdict: Verdict, reason: RejectReason | None) -> int:
    desk = lay_out(load_settings())
    records: dict[str, Record] = {}
    for text in args.items:
        record = find_item(desk, text).record
        records[record.record_id] = record
        if args.digest is not None:
            check_digest(record, args.digest)
    decisions = [
        NewDecision(one.record_id, one.digest, args.reviewer, verdict, reason, args.comment, args.synthetic)
        for one in records.values()
    ]
    for decision in decisions:
        check_decision(decision)
    written = write_decisions(desk, decisions)
    for event in written:
        print(f"event {event.event_id}: {event.reviewer} decided {event.verdict} on {event.item} ({event.item_digest[:12]})")
    _print_remaining(desk, written)
    return 0


def _register_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", choices=[source.value for source in Source], help="default: all")
    parser.add_argument("--pending", action="store_true", help="only what a reviewer must decide")
    parser.add_argument("--lot", help="only this lot, as the summary names it")
    parser.add_argument("--limit", type=_positive, metavar="N", help="at most N items")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the items as a sheet for `review decide --from`")
    parser.set_defaults(run=_guarded(list_items))


def _add_signature(parser: argparse.ArgumentParser, run: Run) -> None:
    parser.add_argument("--reviewer", required=True, metavar="NAME", help="who decides")
    parser.add_argument("--digest", help="refuse if this is no longer the item's digest")
    parser.add_argument("--comment", help="at most 2,000 characters")
    parser.add_argument("--synthetic", action="store_true", help="mark as a demo decision (synthetic cohort alone)")
    parser.set_defaults(run=_guarded(run))


def _guarded(run: Run) -> Run:
    return guard_command("review", MENDABLE, run)


def _print_summary(lots: Sequence[InspectedLot]) -> None:
    for lot in lots:
        print(count_lot(lot).describe())
    agreement = measure_agreement(verdicts_of(item.standing for lot in lots for item in lot.items))
    if agreement.raw is not None:
        print(
            f"items with two reviewers: {agreement.n_items:,}; agreement {agreement.raw:.3f}, Gwet AC1 {agreement.gwet_ac1:.3f}"
        )
    print(f"decisions needed in all: {sum(lot.decisions_needed for lot in lots):,}")


def _print_remaining(desk: Desk, written: Sequence[ReviewDecision]) -> None:
    touched = {str(desk.items[event.item][0].lot) for event in written}
    for lot in lay_out(desk.settings).lots:
        if str(lot.lot) in touched:
            print(count_lot(lot).describe())


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)
