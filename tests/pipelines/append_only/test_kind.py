import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.append_only.engine import open_engine
from pipelines.append_only.kind import LedgerError, LedgerKind
from pipelines.append_only.ledger import AppendOnlyLedger, count_issued
from pipelines.calls.ledger_schema import CALL_LEDGER
from pipelines.review.ledger_schema import REVIEW_LEDGER

NOTES = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("name", sa.Text, unique=True),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
NOTE_LEDGER = LedgerKind("note ledger", "a writer", "append another note", "notes", (NOTES,))


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_the_triggers_of_review_ledgers_that_exist_are_those_that_are_expected() -> None:
    refusal = "BEGIN SELECT RAISE(ABORT, 'the review ledger is append-only: to take a decision back, append another one'); END"
    taken = "WHEN EXISTS (SELECT 1 FROM decisions WHERE event_id = NEW.event_id OR hash = NEW.hash)"
    assert REVIEW_LEDGER.triggers() == {
        "decisions_no_update": f"CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions {refusal}",
        "decisions_no_delete": f"CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions {refusal}",
        "decisions_no_replace": f"CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions {taken} {refusal}",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET text = 'b'",
        "DELETE FROM notes",
        "INSERT OR REPLACE INTO notes VALUES (1, 'b', 'other')",
        "INSERT OR REPLACE INTO notes VALUES (9, 'b', 'first')",
        "REPLACE INTO notes VALUES (1, 'b', 'first')",
        "INSERT INTO notes VALUES (1, 'b', 'x') ON CONFLICT DO UPDATE SET text = 'b'",
    ],
)
def test_no_statement_changes_a_row_of_any_ledger(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "notes.sqlite"
    engine = open_engine(path, NOTE_LEDGER)
    change(path, "INSERT INTO notes (text, name) VALUES ('a', 'first')")
    with pytest.raises(sqlite3.IntegrityError, match="the note ledger is append-only: append another note"):
        change(path, statement)
    with engine.connect() as connection:
        assert connection.execute(sa.select(NOTES)).all() == [(1, "a", "first")]
        assert count_issued(connection, NOTES) == 1
    engine.dispose()


@pytest.mark.parametrize(("made", "opened"), [(REVIEW_LEDGER, CALL_LEDGER), (CALL_LEDGER, REVIEW_LEDGER)])
def test_one_kind_of_ledger_is_not_taken_for_another(tmp_path: Path, made: LedgerKind, opened: LedgerKind) -> None:
    path = tmp_path / "ledger.sqlite"
    open_engine(path, made).dispose()
    with pytest.raises(LedgerError, match=f"an SQLite file, but no {opened.name}: got tables .*; give another path"):
        open_engine(path, opened)
    open_engine(path, made).dispose()


def test_a_closed_ledger_leaves_one_file_without_a_log_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    with AppendOnlyLedger(open_engine(path, NOTE_LEDGER), NOTE_LEDGER):
        change(path, "INSERT INTO notes (text) VALUES ('a')")
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.sqlite"]


def test_a_ledger_that_is_not_private_is_made_with_the_common_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    open_engine(tmp_path / "notes.sqlite", NOTE_LEDGER).dispose()
    assert (tmp_path / "notes.sqlite").stat().st_mode == (tmp_path / "plain").stat().st_mode
