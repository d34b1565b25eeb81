r"""Reads chosen columns of a table file (.csv, .csv.gz, .xlsx) as text, by name: wide files are never read whole.

Delimited text goes through DuckDB, which reads the named columns alone; a line that does not fit is told, never lost in
silence, and the lines beside it stay.

Example:
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ratings.csv"
    >>> path.write_text("Patient,Rating (according to RANO)\nPatient-001,PD\n")
    50
    >>> read_sheet(path, [Column("Patient"), Column("rating", starts_with="Rating (")]).rows()
    [{'row': 0, 'Patient': 'Patient-001', 'rating': 'PD'}]
"""

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.sources.corpus import SourceError, name_row
from pipelines.sources.delimited_text import query_text
from pipelines.sources.json_list import LFS_HEADER
from pipelines.sources.workbook import read_workbook
from pipelines.vocabulary import Source

_DELIMITERS = (",", ";", "\t")
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_VALUE = ("", "nan", "NaN")  # what pandas and spreadsheets write for "no value"


SheetRow = Mapping[str, str | int | None]
"""One row by our names of the columns; None for "no value"; `row` is its place below the header, from 0."""


@dataclass(frozen=True)
class Column:
    """One column that is wanted: the name that we give it and how it may be headed in the file."""

    name: str
    aliases: tuple[str, ...] = ()
    starts_with: str | None = None  # headers that are sentences are found by their beginning
    is_required: bool = True

    def fits(self, header: str) -> bool:
        """Return whether a header is this column's, whatever its case and outer spaces."""
        folded = header.strip().casefold()
        named = folded in {name.casefold() for name in (self.name, *self.aliases)}
        return named or (self.starts_with is not None and folded.startswith(self.starts_with.casefold()))


@dataclass(frozen=True)
class DamagedLine:
    """A line that is no row of the table: its number in the file (the header's is 1) and what is wrong."""

    number: int
    detail: str


@dataclass(frozen=True)
class Sheet:
    """Chosen columns of a table file: `table` has one text column per wanted name, nulls for "no value", and `row` from 0."""

    path: Path
    table: pa.Table
    damaged: tuple[DamagedLine, ...]
    absent: tuple[str, ...]  # optional columns that the file lacks; they are all null

    @property
    def n_found(self) -> int:
        """How many lines below the header the file holds, damaged ones included."""
        return self.table.num_rows + len(self.damaged)

    def reject_row(self, source: Source, unit: str, row: int, reason: Reason, detail: str) -> Rejection:
        """Return the rejection of one row, named by the file and its place below the header (from 0)."""
        return Rejection(source, Stage.READ, f"{self.path.name} {name_row(row)}", reason, detail, unit)

    def reject_damaged(self, source: Source, unit: str) -> list[Rejection]:
        """Return a rejection for each damaged line."""
        return [
            Rejection(source, Stage.READ, f"{self.path.name} line {line.number}", Reason.ROW_DAMAGED, line.detail, unit)
            for line in self.damaged
        ]

    def rows(self) -> list[SheetRow]:
        """Return the rows one by one: for tables of some ten thousand rows, not for EMBED's."""
        return self.table.to_pylist()


def place_of(row: SheetRow) -> int:
    """Return a row's place below the header, from 0."""
    return int(row["row"] or 0)


def read_sheet(path: Path, columns: Sequence[Column]) -> Sheet:
    """Return the wanted columns of a table file, in file order.

    Raises:
        SourceError: the file cannot be opened, is a git-LFS pointer, empty, a damaged gzip, not UTF-8, or lacks a column.
    """
    beginning = _read_beginning(path)
    if path.suffix.casefold() == ".xlsx":
        return _from_workbook(path, columns)
    header, delimiter = _read_header(path, beginning, columns)
    headers = _match(path, header, columns)
    names = _unique(header)
    wanted = ", ".join(f"{_name(names[place])} AS {_name(name)}" for name, place in headers.items())
    spec = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in names)
    query = f"""SELECT {wanted} FROM read_csv($path, auto_detect=false, header=true, delim='{delimiter}',
        quote='"', escape='"', columns={{{spec}}}, nullstr={list(_NO_VALUE)},
        ignore_errors=true, store_rejects=true, compression=$compression)"""  # noqa: S608  (only names of our own and quoted ones go in)
    is_packed = beginning.startswith(_GZIP_MAGIC)
    try:
        table, damaged = query_text(query, path, is_packed, delimiter, len(names))
    except duckdb.Error as error:
        raise SourceError(f"{path}: cannot be read as a table ({_first_line(error)}); download it again") from error
    told = {int(line): _advise(text) for line, text in reversed(damaged)}  # of several errors the first
    return _finish(path, table, columns, tuple(DamagedLine(line, told[line]) for line in sorted(told)))


def _finish(path: Path, table: pa.Table, columns: Sequence[Column], damaged: tuple[DamagedLine, ...]) -> Sheet:
    absent = tuple(column.name for column in columns if column.name not in table.column_names)
    for name in absent:
        table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    ordered = table.select([column.name for column in columns])
    return Sheet(path, ordered.add_column(0, "row", pa.array(_number(table.num_rows, damaged), pa.int64())), damaged, absent)


def _number(n_rows: int, damaged: Sequence[DamagedLine]) -> list[int]:
    """Return each row's place among all of the file, damaged ones too; exact where no cell breaks a line and none is blank."""
    holes = {line.number - 2 for line in damaged}
    return [place for place in range(n_rows + len(holes)) if place not in holes][:n_rows]


def _from_workbook(path: Path, columns: Sequence[Column]) -> Sheet:
    header, rows = read_workbook(path)
    headers = _match(path, header, columns)
    arrays = {
        name: pa.array([None if row[place] in _NO_VALUE else row[place] for row in rows], pa.string())
        for name, place in headers.items()
    }
    return _finish(path, pa.table(arrays), columns, ())


def _match(path: Path, header: Sequence[str], columns: Sequence[Column]) -> Mapping[str, int]:
    """Return the place of each wanted column in the header; the first that fits, exact names before looser ones."""
    places: dict[str, int] = {}
    for column in columns:
        exact = [place for place, name in enumerate(header) if name.strip() == column.name]
        fitting = exact or [place for place, name in enumerate(header) if column.fits(name)]
        if fitting:
            places[column.name] = fitting[0]
    missing = [column.starts_with or column.name for column in columns if column.is_required and column.name not in places]
    if missing:
        told = ", ".join(ascii(name[:40]) for name in header[:12]) + (", ..." if len(header) > 12 else "")
        raise SourceError(f"{path}: lacks the column {', '.join(missing)}; got {told}; is it the right file?")
    return places


def _read_beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            beginning = source.read(1 << 16)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror}); check that it is a file which you may read") from error
    if beginning.startswith(LFS_HEADER):
        raise SourceError(f"{path}: got a git-LFS pointer, expected the table itself; run `git lfs pull` in that clone")
    if beginning.startswith(_UTF16_MARKS):
        raise SourceError(f'{path}: is written in UTF-16, expected UTF-8; save it as "CSV UTF-8"')
    if not beginning.strip():
        raise SourceError(f"{path}: the file is empty, expected a table with a header; download it again")
    return beginning


def _read_header(path: Path, beginning: bytes, columns: Sequence[Column]) -> tuple[list[str], str]:
    """Return the header's names and the delimiter with which most wanted columns are found."""
    try:
        if beginning.startswith(_GZIP_MAGIC):
            with gzip.open(path) as source:
                beginning = source.read(1 << 16)
        text = beginning.decode("utf-8-sig", errors="ignore")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: damaged gzip file ({error}); download it again") from error
    found: list[tuple[int, list[str], str]] = []
    for delimiter in _DELIMITERS:
        header = next(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter), [])
        found.append((sum(any(column.fits(name) for name in header) for column in columns), header, delimiter))
    _, header, delimiter = max(found, key=lambda one: one[0])
    return header, delimiter


def _unique(header: Sequence[str]) -> list[str]:
    """Return names that DuckDB takes as columns: none empty, none twice (it does not tell case apart)."""
    return [f"{place} {name.strip()}" for place, name in enumerate(header)]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _advise(text: str) -> str:
    is_open = "unterminated quote" in text
    return f"{text}; mend that line" + (": lines below it may have been taken as part of it" if is_open else "")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
