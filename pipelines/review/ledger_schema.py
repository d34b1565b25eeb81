"""The ledger's one table, the triggers that keep it append-only, and how its SQLite file is opened.

Example:
    >>> [column.name for column in DECISIONS.primary_key]
    ['event_id']
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

GENESIS = "0" * 64  # prev_hash of the first event
BUSY_TIMEOUT_SECONDS = 30.0

DECISIONS = sa.Table(
    "decisions",
    sa.MetaData(),
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("item_digest", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, sa.CheckConstraint("verdict IN ('approve', 'reject')"), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("comment", sa.Text),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("is_synthetic", sa.Integer, sa.CheckConstraint("is_synthetic IN (0, 1)"), nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.CheckConstraint("(verdict = 'reject') = (reason IS NOT NULL)"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

# The third is needed because INSERT OR REPLACE deletes a row without firing the delete trigger.
_TRIGGERS = {
    "decisions_no_update": "BEFORE UPDATE ON decisions",
    "decisions_no_delete": "BEFORE DELETE ON decisions",
    "decisions_no_replace": (
        "BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE event_id = NEW.event_id OR hash = NEW.hash)"
    ),
}
_REFUSAL = "the review ledger is append-only: to take a decision back, append another one"


class LedgerError(RuntimeError):
    """A ledger that cannot be opened, read or written; the message says which, why and what to do."""


def open_engine(url_or_path: str | Path) -> sa.Engine:
    """Return an engine on a ledger file, made with its folder, table and triggers where it is not there yet.

    Raises:
        LedgerError: the URL is no SQLite URL, the path cannot be used, or what lies there is no review ledger.
    """
    url = _parse_url(url_or_path)
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{path}: its folder cannot be made: {error}; choose another place for the ledger") from error
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        _create(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise LedgerError(
            f"{path}: cannot be opened as a review ledger: {cause}; expected an SQLite file that a reviewer may write; "
            "if it is damaged, keep it aside for inspection and put back the last backup"
        ) from error
    except LedgerError:
        engine.dispose()
        raise
    return engine


def schema_faults(connection: sa.Connection) -> Iterator[str]:
    """Yield what is wrong with the file, the table or its triggers, worst first."""
    report = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if report != "ok":
        yield f"SQLite finds the file damaged ({report})"
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    made = {row.name: row.sql for row in rows}
    for name, moment in _TRIGGERS.items():
        if made.get(name) != _trigger(name, moment):
            yield f"trigger {name} is missing or was changed, so that events can be altered"


def _parse_url(url_or_path: str | Path) -> sa.URL:
    text = str(url_or_path)
    try:
        url = sa.make_url(text) if "://" in text else sa.URL.create("sqlite", database=text)
    except ArgumentError as error:
        raise LedgerError(f"{text}: not a ledger URL ({error}); expected a path or sqlite:///PATH") from error
    is_remote = re.match(r"[a-z][a-z0-9+]+:/", url.database or "")  # Path("s3://bucket") has become "s3:/bucket"
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"} or is_remote:
        raise LedgerError(f"{url.render_as_string()}: the review ledger is a local SQLite file; give a path or sqlite:///PATH")
    return url


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    """Set what SQLite keeps per connection; transactions are begun by `_begin` alone."""
    connection.isolation_level = None
    mode = _switch_to_wal(connection)
    if mode != "wal":
        raise sqlite3.OperationalError(f"write-ahead log refused (journal mode {mode}); put the ledger on a local disk")
    connection.execute("PRAGMA synchronous=FULL")


def _switch_to_wal(connection: sqlite3.Connection) -> str:
    """Return the journal mode after asking for WAL. While another one switches SQLite refuses at once, whatever the timeout."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            return connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: sa.Connection) -> None:
    """Take the write lock at the start: a writer that read the last hash first must not find it outdated."""
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _create(engine: sa.Engine) -> None:
    with engine.connect() as connection, connection.begin():
        if _is_ledger(connection):
            return
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        if _is_ledger(connection):  # another process was first
            return
        DECISIONS.create(connection)
        for name, moment in _TRIGGERS.items():
            connection.exec_driver_sql(_trigger(name, moment))


def _is_ledger(connection: sa.Connection) -> bool:
    """Tell a ledger from an empty file; LedgerError for a database of another kind."""
    inspector = sa.inspect(connection)
    tables = inspector.get_table_names()
    if not tables:
        return False
    expected = [column.name for column in DECISIONS.columns]
    found = [column["name"] for column in inspector.get_columns(DECISIONS.name)] if DECISIONS.name in tables else []
    if found != expected:
        raise LedgerError(
            f"{connection.engine.url.database}: an SQLite file, but no review ledger: got tables {tables} with columns "
            f"{found}, expected table 'decisions' with {expected}; give another path"
        )
    return True


def _trigger(name: str, moment: str) -> str:
    return f"CREATE TRIGGER {name} {moment} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
