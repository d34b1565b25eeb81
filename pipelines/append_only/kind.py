"""What an append-only ledger is made of: its tables, and the triggers that refuse every change of a row.

Example:
    >>> notes = sa.Table("notes", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True), sqlite_strict=True)
    >>> kind = LedgerKind("note ledger", "a writer", "append another note", "notes", (notes,))
    >>> sorted(kind.triggers())
    ['notes_no_delete', 'notes_no_replace', 'notes_no_update']
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

_NO_REPLACE = "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {is_taken})"


class LedgerError(RuntimeError):
    """A ledger that cannot be opened, read or written; the message says which, why and what to do."""


class BrokenLedgerError(LedgerError):
    """The ledger does not hold what was written; `event_id` is the first row that shows it, None for the whole file."""

    def __init__(self, message: str, event_id: int | None) -> None:
        super().__init__(message)
        self.event_id = event_id


@dataclass(frozen=True)
class LedgerKind:
    """What tells one kind of ledger from another: its words and its tables."""

    name: str  # "review ledger"
    writer: str  # who must be able to write the file: "a reviewer"
    instead: str  # what to do instead of changing a row
    rows: str  # what the rows are: "events"
    tables: tuple[sa.Table, ...]
    is_private: bool = False  # the file, and a folder made for it, can be opened by their owner alone

    def triggers(self) -> dict[str, str]:
        """Return the SQL of the triggers that keep the tables append-only, by name."""
        refusal = f"the {self.name} is append-only: {self.instead}"
        moments = {f"{table.name}_{name}": moment for table in self.tables for name, moment in _moments(table)}
        return {
            name: f"CREATE TRIGGER {name} {moment} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            for name, moment in moments.items()
        }


def _moments(table: sa.Table) -> Iterator[tuple[str, str]]:
    yield "no_update", f"BEFORE UPDATE ON {table.name}"
    yield "no_delete", f"BEFORE DELETE ON {table.name}"
    # INSERT OR REPLACE deletes a row without firing the delete trigger.
    unique = [column.name for column in table.columns if column.primary_key or column.unique]
    is_taken = " OR ".join(f"{name} = NEW.{name}" for name in unique)
    yield "no_replace", _NO_REPLACE.format(table=table.name, is_taken=is_taken)
