"""Request files out, answer files in, by hand: `python -m pipelines calls {write,take}`.

A run with `generation.executor = "file"` does both by itself (`pipelines.calls.handover`); these are for one file at a place of
your choice. A request file holds prompts: it is written for its owner alone, and only if its sources may go to the endpoint.

Example:
    >>> _find_keys(b'{"custom_id":"call-1"}')
    ['call-1']
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pipelines.calls.attempt import Attempt
from pipelines.calls.batch_file import format_requests, read_answers
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.calls.plan import plan_calls
from pipelines.calls.prices import PriceTable, load_prices
from pipelines.calls.private_file import write_private
from pipelines.calls.request import CallRequest
from pipelines.calls.source_requests import CallCommandError, choose_endpoint, plan_source_requests
from pipelines.settings import load_settings
from pipelines.vocabulary import Source


def write_requests(args: argparse.Namespace) -> int:
    """Write the open requests of a source as a Batch file, and print what they need."""
    planned = plan_source_requests(load_settings(), Source(args.source), args.endpoint)
    settings = planned.settings
    with open_call_ledger(settings.call_ledger()) as ledger:
        left = ledger.open_requests(planned.requests)
        plan = plan_calls(
            planned.requests,
            ledger,
            planned.endpoint,
            load_prices(settings.prices),
            planned.today,
            Executor.FILE,
            settings.generation.budget,
        )
        planned.check_egress(Executor.FILE)
        plan.check_budget()
        ledger.add_requests(left)
    write_private(args.out, format_requests(left))
    print(f"{plan.describe()}\n{args.out}: {len(left):,} requests written; take their answers with `calls take`")
    return 0


def take_answers(args: argparse.Namespace) -> int:
    """Record the answers of a file to requests that are still open; a file taken twice changes nothing."""
    settings = load_settings()
    name = choose_endpoint(settings, args.endpoint)
    try:
        content = args.answers.read_bytes()
    except OSError as error:
        raise CallCommandError(f"{args.answers}: cannot be read ({error.strerror}); name the file of answers") from error
    with open_call_ledger(settings.call_ledger()) as ledger:
        known = ledger.requests(_find_keys(content))
        answers = read_answers(content, known, name, Executor.FILE)
        new = _price(_choose_new(ledger, known, answers.attempts), known, load_prices(settings.prices))
        ledger.append(new)
        n_open = len(ledger.open_requests(known.values()))
    n_old = len(answers.attempts) - len(new)
    print(
        f"{args.answers}: {len(new):,} answers taken, {n_old:,} known before; of the requests that it names {n_open:,} are open"
    )
    if answers.problems:
        print(answers.describe_problems())
    return 1 if answers.problems else 0


def _choose_new(ledger: CallLedger, known: Mapping[str, CallRequest], attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return the attempts at open requests, less failures that the same file told before."""
    still_open = {request.key for request in ledger.open_requests(known.values())}
    return [
        one
        for one in attempts
        if one.key in still_open and _name_failure(one) not in map(_name_failure, ledger.attempts(one.key))
    ]


def _name_failure(attempt: Attempt) -> Attempt:
    """Return the attempt without the moment at which its file was read."""
    return replace(attempt, started="", seconds=0.0)


def _price(attempts: Sequence[Attempt], known: Mapping[str, CallRequest], prices: PriceTable) -> list[Attempt]:
    today = datetime.now(UTC).date()
    return [prices.price_attempt(attempt, known[attempt.key].model, today) for attempt in attempts]


def _find_keys(content: bytes) -> list[str]:
    """Return the keys that the lines of an answer file name; what is no such line, `read_answers` tells."""
    return [key for line in content.split(b"\n") if (key := _find_key(line)) is not None]


def _find_key(line: bytes) -> str | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    key = row.get("custom_id") if isinstance(row, dict) else None
    return key if isinstance(key, str) else None
