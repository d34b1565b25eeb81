"""What somebody with access to a ledger's file may do to it behind its back."""

import sqlite3
from contextlib import closing
from pathlib import Path


def alter(path: Path, *statements: str, without_triggers: bool = True) -> None:
    """Run statements on the file, by default with its triggers taken away and put back."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers if without_triggers else []:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers if without_triggers else []:
            connection.execute(sql)
        connection.commit()
