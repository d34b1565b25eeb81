r"""Runs DuckDB over a file of delimited text, however it is packed, its lines end and its quotes are left open.

DuckDB's strict parser, which tells damaged lines, takes one kind of line ends alone, and a quote that nothing closes swallows
the lines below it. Such a file is copied first, with equal line ends and without the open quotes: one damaged line costs one.

Example:
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "table.csv"
    >>> path.write_text('a,b\n1,"2\n3,4\n')
    13
    >>> query = "SELECT a FROM read_csv($path, auto_detect=false, header=true, columns={a: 'VARCHAR', b: 'VARCHAR'}, " + (
    ...     "delim=',', quote='\"', escape='\"', ignore_errors=true, store_rejects=true, compression=$compression)")
    >>> table, damaged = query_text(query, path, is_packed=False, delimiter=",", n_columns=2)
    >>> table.to_pylist(), damaged
    ([{'a': '3'}], [(2, 'opens a quote that it does not close')])
"""

import glob
import gzip
import io
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.sources.open_quote import find_open_quotes

_MIXED_LINE_ENDS = "state machine reached an invalid state"  # DuckDB's words for lines that end now in CRLF, now in LF
_OPEN_QUOTE = "opens a quote that it does not close"
# Of several errors of one line the first; of a line with an open quote what stands in its place.
_DAMAGED = f"""
SELECT line, CASE WHEN contains(csv_line, '{_OPEN_QUOTE}') THEN '{_OPEN_QUOTE}' ELSE error_message END
FROM reject_errors ORDER BY line
"""  # noqa: S608  (only names of our own and quoted ones go in)

Answer = tuple[pa.Table, list[tuple[int, str]]]
"""The rows of a query, and the damaged lines of the file as (number, the header's is 1; what is wrong)."""


def query_text(query: str, path: Path, is_packed: bool, delimiter: str, n_columns: int) -> Answer:
    """Return the answer to a query that reads `$path` packed as `$compression` tells, and stores its rejects.

    Raises:
        duckdb.Error: the file is no such text.
    """
    table, damaged = _query(query, path, is_packed)
    if not damaged:
        return table, damaged
    with _open_text(path, is_packed) as source:
        open_lines = find_open_quotes(source, delimiter, n_columns) - {0}  # the header was read already
    if not open_lines:
        return table, damaged
    instead = delimiter.join([_OPEN_QUOTE] * (n_columns + 1))  # too many columns: told as damaged, in its place
    return _query_copy(query, path, is_packed, open_lines, instead)


def _query(query: str, path: Path, is_packed: bool) -> Answer:
    with duckdb.connect() as connection:
        parameters = {"path": glob.escape(str(path)), "compression": "gzip" if is_packed else "none"}
        try:
            table = connection.sql(query, params=parameters).to_arrow_table()
        except duckdb.InvalidInputException as error:
            if _MIXED_LINE_ENDS not in str(error):
                raise
            return _query_copy(query, path, is_packed)
        return table, connection.execute(_DAMAGED).fetchall()


def _query_copy(query: str, path: Path, is_packed: bool, replaced: Collection[int] = (), instead: str = "") -> Answer:
    """Return the answer from a copy whose lines end alike, the lines of these numbers, from 0, replaced by another."""
    with tempfile.TemporaryDirectory(prefix="medmim-") as folder:
        copy = Path(folder) / "table.csv"
        with (
            _open_text(path, is_packed) as source,
            copy.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as sink,
        ):
            sink.writelines(f"{instead}\n" if number in replaced else line for number, line in enumerate(source))
        return _query(query, copy, is_packed=False)


@contextmanager
def _open_text(path: Path, is_packed: bool) -> Iterator[io.TextIOWrapper]:
    with (
        gzip.open(path) if is_packed else path.open("rb") as content,
        io.TextIOWrapper(content, "utf-8", "surrogateescape", newline=None) as source,
    ):
        yield source
