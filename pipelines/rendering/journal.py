"""Remembers each rendered image as soon as its file is written, so that a run that was killed is taken up, not begun again.

The table of rendered images is written when a run ends; on a large download that is hours later. Until then the journal holds
one line of JSON per image. A journal whose rows are all in the table has served and is removed when the next run begins.

Example:
    >>> import tempfile
    >>> Journal(Path(tempfile.mkdtemp()), "odir").recover([])
    []
"""

import contextlib
import dataclasses
import json
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import pyarrow as pa

from pipelines.records import RenderedImage
from pipelines.storage import StorageError, explain_write_failure, write_bytes
from pipelines.tables import RENDERED_IMAGES

_FIELDS = frozenset(field.name for field in dataclasses.fields(RenderedImage))


class Journal:
    """The rows of one source that were rendered since its table was last written; safe to add to from several threads."""

    def __init__(self, storage_root: Path, source: str) -> None:
        self._path = storage_root / "journals" / f"rendered_{source}.jsonl"
        self._lock = threading.Lock()
        self._sink: BinaryIO | None = None
        self._in_table: frozenset[tuple[str, str]] = frozenset()
        self._recovered: frozenset[tuple[str, str]] = frozenset()

    def recover(self, previous: Iterable[RenderedImage]) -> list[RenderedImage]:
        """Return the rows that are not among the previous ones; remove a journal that holds none.

        Of several lines on one image the last one counts. Each line that is torn or of another version is skipped alone.
        """
        self._in_table = frozenset(map(_stamp, previous))
        latest = {row.image_id: row for row in self._read()}
        rows = [row for row in latest.values() if _stamp(row) not in self._in_table]
        self._recovered = frozenset(map(_stamp, rows))
        if not rows:
            with contextlib.suppress(OSError):  # where it cannot be removed, nothing can be written: that is told then
                self._path.unlink(missing_ok=True)
        return rows

    def add(self, rows: Sequence[RenderedImage]) -> None:
        """Append rows whose files are written.

        Raises:
            StorageError: the journal cannot be written.
        """
        try:
            with self._lock:
                if self._sink is None:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    self._sink = self._path.open("ab")
                    self._sink.write(b"\n")  # ends a line that a killed run left half written
                self._sink.write(_write_lines(rows))
                self._sink.flush()
        except OSError as error:
            raise explain_write_failure(self._path, error) from error

    def settle(self, rows: Sequence[RenderedImage]) -> None:
        """Drop what a whole run has not used, as after a change of settings: no table will ever hold it."""
        if not self._recovered <= set(map(_stamp, rows)):
            self._close()
            kept = [row for row in rows if _stamp(row) not in self._in_table]
            write_bytes(str(self._path), _write_lines(kept))

    def __enter__(self) -> "Journal":
        """Nothing is opened before the first row."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Close the file; it stays until the table holds its rows."""
        self._close()

    def _close(self) -> None:
        if self._sink is not None:
            with contextlib.suppress(OSError):  # every row was flushed; a row that could not be has been told
                self._sink.close()
            self._sink = None

    def _read(self) -> list[RenderedImage]:
        try:
            with self._path.open("rb") as lines:
                return _build_rows([row for line in lines if (row := _parse(line)) is not None])
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            detail = (
                f"cannot be read ({error.strerror}); give permission to read it, or remove it: its images are rendered again"
            )
            raise StorageError(f"{self._path}: {detail}") from error


def _stamp(row: RenderedImage) -> tuple[str, str]:
    return row.image_id, row.sha256


def _write_lines(rows: Iterable[RenderedImage]) -> bytes:
    return b"".join(json.dumps(dataclasses.asdict(row)).encode("ascii") + b"\n" for row in rows)


def _parse(line: bytes) -> dict[str, object] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or brackets without end
        return None
    return row if isinstance(row, dict) and row.keys() == _FIELDS else None


def _build_rows(plain: Sequence[dict[str, object]]) -> list[RenderedImage]:
    """Return the rows that fit the table; halves until those that do not, written by another version, stand alone."""
    try:
        return RENDERED_IMAGES.to_rows(pa.Table.from_pylist(list(plain), schema=RENDERED_IMAGES.schema))
    except Exception:  # what Arrow and the vocabulary raise on values of any type
        middle = len(plain) // 2
        return [] if len(plain) <= 1 else _build_rows(plain[:middle]) + _build_rows(plain[middle:])
