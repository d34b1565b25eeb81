"""What every open append-only ledger can do: begin a transaction, check its file, say what is broken, close.

Example:
    >>> utc_now().tzinfo
    datetime.timezone.utc
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from pipelines.append_only.kind import BrokenLedgerError, LedgerError, LedgerKind


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class AppendOnlyLedger:
    """An open ledger. Several processes may hold the same one; close it, or use it in a `with` statement."""

    def __init__(self, engine: sa.Engine, kind: LedgerKind) -> None:
        self._engine = engine
        self._kind = kind

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _broken(self, problem: str, event_id: int | None = None) -> BrokenLedgerError:
        return BrokenLedgerError(
            f"{self._engine.url.database}: the {self._kind.name} is broken: {problem}; "
            "keep this file aside for inspection and put back the last backup of it",
            event_id,
        )

    def _check_file(self, connection: sa.Connection) -> None:
        """Raise BrokenLedgerError where SQLite finds the file damaged or a trigger is missing."""
        report = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if report != "ok":
            raise self._broken(f"SQLite finds the file damaged ({' '.join(str(report).split())})")
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        made = {row.name: row.sql for row in rows}
        for name, sql in self._kind.triggers().items():
            if made.get(name) != sql:
                raise self._broken(f"trigger {name} is missing or was changed, so that {self._kind.rows} can be altered")

    @contextmanager
    def _connect(self, is_writing: bool = False) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect().execution_options(is_writing=is_writing) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise LedgerError(
                f"{self._engine.url.database}: the {self._kind.name} cannot be {'written' if is_writing else 'read'}: {cause}; "
                "check its disk, its permissions and whether another program holds it, else put back the last backup"
            ) from error


def count_issued(connection: sa.Connection, table: sa.Table) -> int:
    """Return how many rows an autoincrement table was ever given; the counter outlives rows that were removed."""
    statement = sa.text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :name")
    return int(connection.scalar(statement, {"name": table.name}) or 0)
