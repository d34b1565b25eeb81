"""Ledgers: where there is one, is every row of it what was written?

Example:
    >>> [finding.got for finding in examine_ledgers(Settings(storage_root="no/such/folder"))]
    ['not there yet', 'not there yet']
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.append_only.kind import LedgerError
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.doctor.finding import Area, Finding, Level, catch, explain_error
from pipelines.review.ledger import ReviewLedger, open_ledger
from pipelines.settings import Settings

_OTHERS = 0o077  # permissions of group and others
Open = Callable[[Path], ReviewLedger | CallLedger]


def examine_ledgers(settings: Settings) -> Iterator[Finding]:
    """Yield the state of the reviewers' ledger and of the ledger of model calls; a ledger is never made."""
    kinds: tuple[tuple[str, Path, Open, str], ...] = (
        ("review ledger", settings.review_ledger(), open_ledger, "event(s)"),
        ("call ledger", settings.call_ledger(), open_call_ledger, "attempt(s)"),
    )
    for what, path, open_it, rows in kinds:
        yield from catch(Area.LEDGERS, what, str(path), lambda found=(what, path, open_it, rows): _examine(*found))


def _examine(what: str, path: Path, open_it: Open, rows: str) -> Iterator[Finding]:
    if not path.exists():
        yield Finding(Area.LEDGERS, Level.OK, what, str(path), "not there yet", "none, or one that verifies")
        return
    if path.is_file() and path.stat().st_size == 0:
        advice = "put back the last backup; where there never was one, remove the file"
        yield Finding(Area.LEDGERS, Level.WARNING, what, str(path), "an empty file", "a ledger", advice)
        return
    if open_it is open_call_ledger and path.stat().st_mode & _OTHERS:  # opening takes these permissions away
        advice = "it holds prompts, and is private again now; see who could read it, and how it was copied"
        yield Finding(Area.LEDGERS, Level.WARNING, what, str(path), "others could read it", "mode 600", advice)
    try:
        with open_it(path) as ledger:
            n_rows = ledger.verify()
    except LedgerError as error:
        yield explain_error(Area.LEDGERS, what, str(path), error, expected="one that verifies")
        return
    yield Finding(Area.LEDGERS, Level.OK, what, str(path), f"{n_rows:,} {rows}, each as it was written", "one that verifies")
