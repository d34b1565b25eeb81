"""A DuckDB in memory that goes to disk beyond a limit, and leaves nothing there: for relational work over tables.

DuckDB is imported here, when it is first needed: a module that the code location loads must not hold it, or the interpreter
reports its types as leaked when a process that also holds torch ends.

Example:
    >>> with open_database(memory_mb=256) as database:
    ...     database.sql("SELECT 1 + 1").fetchall()
    [(2,)]
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_database(memory_mb: int) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Yield a connection to an empty database of its own; beyond `memory_mb` it writes to a temporary folder."""
    import duckdb

    with (
        tempfile.TemporaryDirectory(prefix="medmim-") as spill,
        duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": spill,
                "checkpoint_threshold": "1TB",  # nothing outlives the connection: what checkpoints would do is work for nothing
            }
        ) as database,
    ):
        yield database
