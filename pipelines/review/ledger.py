"""The review ledger: decisions in the order in which they were made, appended and never changed.

An SQLite file as `pipelines.append_only` keeps it, so that reviewers on one machine may write at once. Each row's hash
covers its content and the hash before it, so a change made behind the triggers is found by `verify`; only somebody who
rewrites the whole file from the changed row on can hide it, which a copy of `digest` kept elsewhere shows.

Example:
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_ledger(Path(folder) / "decisions.sqlite") as ledger:
    ...     made = ledger.append([NewDecision("record-1", "d" * 64, "Ada", Verdict.APPROVE)])
    ...     [decision.event_id for decision in ledger.read()], ledger.verify()
    ([1], 1)
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipelines.append_only.engine import open_engine
from pipelines.append_only.ledger import AppendOnlyLedger, count_issued, utc_now
from pipelines.keys import digest
from pipelines.records import ReviewDecision
from pipelines.review.decisions import DecisionError, NewDecision, check_decision
from pipelines.review.ledger_schema import DECISIONS, GENESIS, REVIEW_LEDGER
from pipelines.vocabulary import Verdict

_CONTENT = tuple(column for column in DECISIONS.columns if column.name not in {"prev_hash", "hash"})


def open_ledger(url_or_path: str | Path, clock: Callable[[], datetime] = utc_now) -> "ReviewLedger":
    """Open a ledger, made with its folder where it is not there yet.

    Args:
        url_or_path: a file path or a `sqlite:///` URL.
        clock: tells the time of new events; an aware datetime.

    Raises:
        LedgerError: the path cannot be used, or what lies there is no review ledger.
    """
    return ReviewLedger(open_engine(url_or_path, REVIEW_LEDGER), clock)


class ReviewLedger(AppendOnlyLedger):
    """An open ledger. Several processes may hold the same one; close it, or use it in a `with` statement."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        super().__init__(engine, REVIEW_LEDGER)
        self._clock = clock

    def append(self, decisions: Sequence[NewDecision]) -> list[ReviewDecision]:
        """Write decisions in one transaction, all or none, and return them as events.

        Raises:
            DecisionError: a decision may not be written; the message names its place, and none is written.
            LedgerError: the ledger cannot be written, or stays locked for 30 s.
        """
        for place, decision in enumerate(decisions, start=1):
            try:
                check_decision(decision)
            except DecisionError as error:
                raise DecisionError(f"decision {place} of {len(decisions)}: {error}; nothing was written") from None
        time = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        with self._connect(is_writing=True) as connection:
            rows = _chain(decisions, time, *_last(connection))
            if rows:
                connection.execute(sa.insert(DECISIONS), rows)
        return [_as_decision(row) for row in rows]

    def read(self, since: int = 0) -> list[ReviewDecision]:
        """Return the events whose event_id is greater than `since`, in the order in which they were written."""
        statement = sa.select(*_CONTENT).where(DECISIONS.c.event_id > since).order_by(DECISIONS.c.event_id)
        with self._connect() as connection:
            return [_as_decision(dict(row)) for row in connection.execute(statement).mappings()]

    def digest(self) -> str:
        """Return the sha256 (64 hex digits) of all events: the ledger's data version, equal only for equal content."""
        with self._connect() as connection:
            return digest([list(row) for row in connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.event_id))])

    def verify(self) -> int:
        """Check the file, its triggers and the hash of every event; return how many events there are.

        Raises:
            BrokenLedgerError: names the first event that is not what was written.
        """
        with self._connect() as connection:
            self._check_file(connection)
            previous, n_events = GENESIS, 0
            for row in connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.event_id)).mappings():
                n_events += 1
                if problem := _problem(dict(row), n_events, previous):
                    raise self._broken(f"event {row['event_id']}: {problem}", row["event_id"])
                previous = row["hash"]
            issued = count_issued(connection, DECISIONS)
            if issued != n_events:
                problem = f"{issued} events were written, {n_events} are left; the last ones were removed"
                raise self._broken(f"event {n_events + 1}: {problem}", n_events + 1)
        return n_events


def _last(connection: sa.Connection) -> tuple[int, str]:
    """Return the number and hash of the last event. The number comes from the counter: it outlives removed rows."""
    last = connection.scalar(sa.select(DECISIONS.c.hash).order_by(DECISIONS.c.event_id.desc()).limit(1))
    return count_issued(connection, DECISIONS), last or GENESIS


def _chain(decisions: Sequence[NewDecision], time: str, last_id: int, last_hash: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for event_id, decision in enumerate(decisions, start=last_id + 1):
        row: dict[str, Any] = {
            "event_id": event_id,
            "item": decision.item,
            "item_digest": decision.item_digest,
            "reviewer": decision.reviewer,
            "verdict": str(decision.verdict),
            "reason": None if decision.reason is None else str(decision.reason),
            "comment": decision.comment,
            "time": time,
            "is_synthetic": int(decision.is_synthetic),
            "prev_hash": last_hash,
        }
        last_hash = row["hash"] = digest(row)
        rows.append(row)
    return rows


def _problem(row: dict[str, Any], expected_id: int, previous: str) -> str | None:
    if row["event_id"] != expected_id:
        return f"event {expected_id} should stand here; events were removed"
    if row["prev_hash"] != previous:
        return "it does not follow the event before it; that one was exchanged or removed"
    kept = row.pop("hash")
    return None if digest(row) == kept else "its content is not what was written"


def _as_decision(row: dict[str, Any]) -> ReviewDecision:
    content = {column.name: row[column.name] for column in _CONTENT}
    return ReviewDecision(**content | {"verdict": Verdict(content["verdict"]), "is_synthetic": bool(content["is_synthetic"])})
