"""The call ledger: every request that was planned, and one row for every attempt at it, whatever came of it.

A run asks what the ledger has no final attempt of, so that a run that was killed goes on where it stopped, an answer is
never paid for twice, and what was spent is the sum over all attempts, however many runs made them. The file is private
(mode 0600, a folder made for it 0700): prompts hold text of patients. See `pipelines.append_only` for how it is kept.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> from pipelines.calls.kinds import Executor
    >>> request = CallRequest((), Purpose.WRITE, "group-1", "0" * 64, '{"messages":[],"model":"m"}')
    >>> attempt = Attempt(request.key, "local", Executor.LIVE, Outcome.ANSWERED, "2026-11-22T09:00:00+00:00", 0.2, cost_usd=0.5)
    >>> with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
    ...     added, written = ledger.add_requests([request]), ledger.append([attempt])
    ...     ledger.open_requests([request]), ledger.spent().usd
    ([], 0.5)
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from pipelines.append_only.engine import open_engine
from pipelines.append_only.ledger import AppendOnlyLedger, count_issued, utc_now
from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.ledger_rows import as_attempt, as_request, attempt_problem, attempt_row, request_problem, request_row
from pipelines.calls.ledger_schema import ATTEMPTS, CALL_LEDGER, REQUESTS
from pipelines.calls.request import CallRequest, Purpose
from pipelines.calls.spending import AnswerSize, CallTotal, Spent, Used, measure_answers, sum_after, sum_all, sum_by_kind

# The statements take any number of keys as one JSON list; CROSS JOIN keeps SQLite at looking each key up in the index.
_FINISHED = sa.text(
    "SELECT attempts.key FROM json_each(:keys) AS wanted CROSS JOIN attempts ON attempts.key = wanted.value "
    "WHERE attempts.outcome IN (SELECT value FROM json_each(:outcomes)) GROUP BY attempts.key"
)
_LAST_FINAL = sa.text(
    "SELECT * FROM attempts WHERE id IN ("
    "SELECT max(attempts.id) FROM json_each(:keys) AS wanted CROSS JOIN attempts ON attempts.key = wanted.value "
    "WHERE attempts.outcome IN (SELECT value FROM json_each(:outcomes)) GROUP BY attempts.key)"
)
_KNOWN = sa.text("SELECT requests.key FROM json_each(:keys) AS wanted CROSS JOIN requests ON requests.key = wanted.value")
_REQUESTS_OF = sa.text("SELECT requests.* FROM json_each(:keys) AS wanted CROSS JOIN requests ON requests.key = wanted.value")
_ADD = sa.text(
    "INSERT INTO requests SELECT :key, :purpose, :item, :sources, :prompt_hash, :model, :body, :sample_index, :added "
    "WHERE NOT EXISTS (SELECT 1 FROM requests WHERE key = :key)"
)
_STRAY = sa.text(
    "SELECT min(attempts.id) FROM attempts WHERE NOT EXISTS (SELECT 1 FROM requests WHERE requests.key = attempts.key)"
)
_REQUESTS_AT_ONCE = 1_000  # in one transaction: attempts of another writer come in between


def open_call_ledger(path: str | Path, clock: Callable[[], datetime] = utc_now) -> "CallLedger":
    """Open a call ledger, made with its folder where it is not there yet.

    Args:
        path: a file path or a `sqlite:///` URL.
        clock: tells when a request was added; an aware datetime.

    Raises:
        LedgerError: the path cannot be used, or what lies there is no call ledger.
    """
    return CallLedger(open_engine(path, CALL_LEDGER), clock)


class CallLedger(AppendOnlyLedger):
    """An open call ledger. Threads may share it, and several processes may hold the same file; close it after use."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        super().__init__(engine, CALL_LEDGER)
        self._clock = clock

    def add_requests(self, requests: Iterable[CallRequest]) -> int:
        """Write the requests that are not there yet, before anything is sent; return how many those were."""
        added = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        wanted = {request.key: request for request in requests}
        with self._connect() as connection:  # without the write lock: a resumed run, which adds none, holds up no other one
            known = set(connection.execute(_KNOWN, {"keys": json.dumps(list(wanted))}).scalars())
        new = [request for key, request in wanted.items() if key not in known]
        n_added = 0
        for start in range(0, len(new), _REQUESTS_AT_ONCE):
            rows = [request_row(request, added) for request in new[start : start + _REQUESTS_AT_ONCE]]
            with self._connect(is_writing=True) as connection:
                n_added += connection.execute(_ADD, rows).rowcount
        return n_added

    def append(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Write attempts in one transaction, all or none, and return them as they are kept (see `whole_text`).

        They are safe when this returns. One transaction waits for the disk once: write many together.

        Raises:
            LedgerError: the ledger cannot be written, or stays locked for 30 s.
        """
        rows = [attempt_row(attempt) for attempt in attempts]
        if rows:
            with self._connect(is_writing=True) as connection:
                connection.execute(sa.insert(ATTEMPTS), rows)
        return [as_attempt(row) for row in rows]

    def attempts(self, key: str) -> list[Attempt]:
        """Return all attempts at one request, in the order in which they were written."""
        statement = sa.select(ATTEMPTS).where(ATTEMPTS.c.key == key).order_by(ATTEMPTS.c.id)
        with self._connect() as connection:
            return [as_attempt(dict(row)) for row in connection.execute(statement).mappings()]

    def final_attempts(self, keys: Iterable[str]) -> dict[str, Attempt]:
        """Return the last final attempt of each request that has one, by key, in the order of the keys."""
        wanted = list(dict.fromkeys(keys))
        with self._connect() as connection:
            rows = connection.execute(_LAST_FINAL, _ask_finals(wanted)).mappings()
            found = {row["key"]: as_attempt(dict(row)) for row in rows}
        return {key: found[key] for key in wanted if key in found}

    def open_requests(self, requests: Iterable[CallRequest]) -> list[CallRequest]:
        """Return the requests that have no final attempt, each once, in their order: what is left to ask."""
        wanted: dict[str, CallRequest] = {}
        for request in requests:
            wanted.setdefault(request.key, request)
        with self._connect() as connection:
            finished = set(connection.execute(_FINISHED, _ask_finals(list(wanted))).scalars())
        return [request for key, request in wanted.items() if key not in finished]

    def requests(self, keys: Iterable[str]) -> dict[str, CallRequest]:
        """Return the requests that were added, by key: a file of answers names no more than those."""
        with self._connect() as connection:
            rows = connection.execute(_REQUESTS_OF, {"keys": json.dumps(list(dict.fromkeys(keys)))}).mappings()
            return {row["key"]: as_request(dict(row)) for row in rows}

    def spent(self) -> Spent:
        """Return what all attempts of all runs have used up."""
        with self._connect() as connection:
            return sum_all(connection)

    def use_after(self, last_id: int) -> Used:
        """Return what the attempts after the one of this number have used up; 0 for all."""
        with self._connect() as connection:
            return sum_after(connection, last_id)

    def totals(self) -> list[CallTotal]:
        """Return what was used up per endpoint, model, purpose and outcome, in that order."""
        with self._connect() as connection:
            return sum_by_kind(connection)

    def answer_sizes(self) -> dict[tuple[str, Purpose], AnswerSize]:
        """Return how long answers were, by model and purpose, of those whose tokens are known."""
        with self._connect() as connection:
            return measure_answers(connection)

    def verify(self) -> int:
        """Check the file, its triggers, every request and every attempt; return how many attempts there are.

        Raises:
            BrokenLedgerError: names the first row that is not what was written.
        """
        with self._connect() as connection:
            self._check_file(connection)
            for row in connection.execute(sa.select(REQUESTS)).mappings():
                if problem := request_problem(dict(row)):
                    raise self._broken(f"request {row['key']}: {problem}")
            n_attempts = 0
            for row in connection.execute(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.id)).mappings():
                n_attempts += 1
                if problem := attempt_problem(dict(row), n_attempts):
                    raise self._broken(f"attempt {row['id']}: {problem}", row["id"])
            if (issued := count_issued(connection, ATTEMPTS)) != n_attempts:
                problem = f"{issued} attempts were written, {n_attempts} are left; the last ones were removed"
                raise self._broken(f"attempt {n_attempts + 1}: {problem}", n_attempts + 1)
            if (stray := connection.scalar(_STRAY)) is not None:
                raise self._broken(f"attempt {stray}: the request that it answers is missing", stray)
        return n_attempts


def _ask_finals(keys: Sequence[str]) -> dict[str, str]:
    outcomes = [str(outcome) for outcome in Outcome if outcome.is_final]
    return {"keys": json.dumps(keys), "outcomes": json.dumps(outcomes)}
