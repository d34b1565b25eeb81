"""How an append-only ledger is opened: made where there is none, recognised where there is one, refused where it is another.

Kept through SQLAlchemy Core: write-ahead log (readers never wait for a writer), synchronous=FULL (what was acknowledged
survives a power cut), and BEGIN IMMEDIATE, so that several processes of one machine may write at once. A network file
system has no working write-ahead log; keep the file on a local disk.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> notes = sa.Table("notes", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True), sqlite_strict=True)
    >>> kind = LedgerKind("note ledger", "a writer", "append another note", "notes", (notes,))
    >>> with TemporaryDirectory() as folder:
    ...     engine = open_engine(Path(folder) / "notes.sqlite", kind)
    ...     sa.inspect(engine).get_table_names(), engine.dispose()
    (['notes'], None)
"""

import os
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pipelines.append_only.kind import LedgerError, LedgerKind

BUSY_TIMEOUT_SECONDS = 30.0


def open_engine(url_or_path: str | Path, kind: LedgerKind) -> sa.Engine:
    """Return an engine on a ledger file, made with its folder, tables and triggers where it is not there yet.

    Raises:
        LedgerError: the URL is no SQLite URL, the path cannot be used, or what lies there is no ledger of this kind.
    """
    url = _parse_url(url_or_path, kind)
    path = Path(url.database or "")
    _make_place(path, kind)
    # A traceback shows the rows of a statement that failed, and those hold prompts and comments.
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        _create(engine, kind)
    except SQLAlchemyError as error:
        engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise LedgerError(
            f"{path}: cannot be opened as a {kind.name}: {cause}; expected an SQLite file that {kind.writer} may write; "
            "if it is damaged, keep it aside for inspection and put back the last backup"
        ) from error
    except LedgerError:
        engine.dispose()
        raise
    if kind.is_private:
        _keep_private(path)
    return engine


def _parse_url(url_or_path: str | Path, kind: LedgerKind) -> sa.URL:
    text = str(url_or_path)
    try:
        url = sa.make_url(text) if "://" in text else sa.URL.create("sqlite", database=text)
    except ArgumentError as error:
        raise LedgerError(f"{text}: not a ledger URL ({error}); expected a path or sqlite:///PATH") from error
    is_remote = re.match(r"[a-z][a-z0-9+]+:/", url.database or "")  # Path("s3://bucket") has become "s3:/bucket"
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"} or is_remote:
        raise LedgerError(f"{url.render_as_string()}: the {kind.name} is a local SQLite file; give a path or sqlite:///PATH")
    return url


def _make_place(path: Path, kind: LedgerKind) -> None:
    """Make the folder; of a private ledger also the file, since SQLite would make it with the common permissions."""
    try:
        path.parent.mkdir(mode=0o700 if kind.is_private else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{path}: its folder cannot be made: {error}; choose another place for the ledger") from error
    if not kind.is_private or path.is_dir():
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerError(
            f"{path}: cannot be opened as a {kind.name}: {error.strerror}; expected an SQLite file that {kind.writer} may "
            "write; mend the permissions of the file and its folder, or choose another place"
        ) from error


def _keep_private(path: Path) -> None:
    """Take the permissions of others from a ledger that was copied or put back with common ones, and from its log."""
    try:
        for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if one.exists() and one.stat().st_mode & 0o077:
                one.chmod(0o600)
    except OSError as error:
        raise LedgerError(
            f"{path}: others can read it, and that cannot be changed: {error}; run chmod 600 as its owner"
        ) from error


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
    """Take the write lock at the start: a writer that read the last row first must not find it outdated."""
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _create(engine: sa.Engine, kind: LedgerKind) -> None:
    with engine.connect() as connection, connection.begin():
        if _is_ledger(connection, kind):
            return
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        if _is_ledger(connection, kind):  # another process was first
            return
        for table in kind.tables:
            table.create(connection)
        for sql in kind.triggers().values():
            connection.exec_driver_sql(sql)


def _is_ledger(connection: sa.Connection, kind: LedgerKind) -> bool:
    """Tell a ledger from an empty file; LedgerError for a database of another kind."""
    inspector = sa.inspect(connection)
    tables = inspector.get_table_names()
    if not tables:
        return False
    for table in kind.tables:
        expected = [column.name for column in table.columns]
        found = [column["name"] for column in inspector.get_columns(table.name)] if table.name in tables else []
        if found != expected:
            raise LedgerError(
                f"{connection.engine.url.database}: an SQLite file, but no {kind.name}: got tables {tables} with columns "
                f"{found}, expected table '{table.name}' with {expected}; give another path"
            )
    return True
