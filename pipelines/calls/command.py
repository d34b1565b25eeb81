"""Calls of language models from the command line: `python -m pipelines calls {plan,write,take,ledger,verify}`.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["calls", "plan", "--source", "odir"]).source
    'odir'
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pipelines.append_only.kind import LedgerError
from pipelines.calls.attempt import BudgetSpentError
from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.file_commands import take_answers, write_requests
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.plan import plan_calls
from pipelines.calls.prices import PriceError, load_prices
from pipelines.calls.source_requests import CallCommandError, plan_source_requests
from pipelines.calls.spending import CallTotal
from pipelines.governance.egress import EgressError
from pipelines.governance.policy_file import PolicyError
from pipelines.mendable import Run, guard_command
from pipelines.settings import SettingsError, load_settings
from pipelines.storage import StorageError, write_bytes
from pipelines.tables import TableError
from pipelines.vocabulary import Source

MENDABLE = (
    BatchFileError,
    BudgetSpentError,
    CallCommandError,
    EgressError,
    LedgerError,
    PolicyError,
    PriceError,
    SettingsError,
    StorageError,
    TableError,
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `calls` and its sub-commands to a command line."""
    calls = subparsers.add_parser("calls", help="plan calls of language models, hand them over, see what was used")
    commands = calls.add_subparsers(required=True, metavar="COMMAND")
    plan = commands.add_parser("plan", help="calls, tokens and money that a source needs; nothing is sent")
    _add_source(plan)
    plan.set_defaults(run=_guarded(plan_source))
    write = commands.add_parser("write", help="write the open requests of a source as a Batch file, to be answered elsewhere")
    _add_source(write)
    write.add_argument("--out", type=Path, required=True, metavar="REQUESTS.jsonl", help="it holds prompts, and is yours alone")
    write.set_defaults(run=_guarded(write_requests))
    take = commands.add_parser("take", help="take the answers of a file that `calls write` handed over")
    take.add_argument("answers", type=Path, metavar="ANSWERS.jsonl")
    take.add_argument("--endpoint", metavar="NAME", help="that answered; default: generation.endpoint")
    take.set_defaults(run=_guarded(take_answers))
    ledger = commands.add_parser("ledger", help="attempts, tokens and money per endpoint, model, purpose and outcome")
    ledger.add_argument("--json", type=Path, metavar="OUT", help="write the sums as JSON")
    ledger.set_defaults(run=_guarded(show_ledger))
    verify = commands.add_parser("verify", help="check that the ledger holds what was written")
    verify.set_defaults(run=_guarded(verify_ledger))


def plan_source(args: argparse.Namespace) -> int:
    """Print what the calls of a source need, then whether they may be made at all."""
    planned = plan_source_requests(load_settings(), Source(args.source), args.endpoint)
    generation = planned.settings.generation
    with open_call_ledger(planned.settings.call_ledger()) as ledger:
        plan = plan_calls(
            planned.requests,
            ledger,
            planned.endpoint,
            load_prices(planned.settings.prices),
            planned.today,
            generation.executor,
            generation.budget,
        )
    print(f"{args.source} to {planned.name} by {generation.executor}\n{plan.describe()}", flush=True)
    planned.check_egress(generation.executor)
    plan.check_budget()
    return 0


def show_ledger(args: argparse.Namespace) -> int:
    """Print what all attempts used up, per endpoint, model, purpose and outcome."""
    settings = load_settings()
    path = settings.call_ledger()
    if not path.exists():  # opening would make one
        print(f"{path}: not there; no call was made")
        return 0
    with open_call_ledger(path) as ledger:
        totals, spent = ledger.totals(), ledger.spent()
    if args.json is not None:
        document = {"ledger": str(path), "spent": asdict(spent), "totals": [asdict(total) for total in totals]}
        write_bytes(str(args.json), (json.dumps(document, indent=2) + "\n").encode())
    print("\n".join(_tabulate(totals)))
    print(f"in all: {sum(total.n_attempts for total in totals):,} attempts, {spent.describe()}")
    return 0


def verify_ledger(args: argparse.Namespace) -> int:
    """Check every row of the ledger."""
    settings = load_settings()
    path = settings.call_ledger()
    if not path.exists():
        raise CallCommandError(f"{path}: not there, so there is nothing to verify; check storage_root, or put back a backup")
    with open_call_ledger(path) as ledger:
        print(f"{path}: {ledger.verify():,} attempts, each as it was written")
    return 0


def _tabulate(totals: Iterable[CallTotal]) -> list[str]:
    head = ("endpoint", "model", "purpose", "outcome", "attempts", "tokens in", "tokens out", "USD", "unpriced")
    rows = [
        (
            total.endpoint,
            total.model,
            total.purpose,
            total.outcome,
            f"{total.n_attempts:,}",
            f"{total.prompt_tokens:,}",
            f"{total.completion_tokens:,}",
            "not known" if total.usd is None else f"{total.usd:,.4f}",
            f"{total.n_unpriced:,}",
        )
        for total in totals
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column < 4 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", required=True, choices=[source.value for source in Source])
    parser.add_argument("--endpoint", metavar="NAME", help="of the settings' endpoints; default: generation.endpoint")


def _guarded(run: Run) -> Run:
    return guard_command("calls", MENDABLE, run)
