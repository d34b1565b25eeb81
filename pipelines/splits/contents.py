"""What images look like, as columns: the part of rendered/images by which equal and nearly equal images are found.

Every function that looks for duplicates takes an Arrow table with at least these columns; rendered/images has them.

Example:
    >>> with open_contents(tabulate_contents([])) as connection:
    ...     connection.sql("SELECT count(*) FROM images").fetchall()
    [(0,)]
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.records import RenderedImage
from pipelines.rendering.perceptual_hash import HASH_DIGITS
from pipelines.spilling_database import open_database

if TYPE_CHECKING:
    import duckdb

CONTENT_COLUMNS = ("source", "image_id", "subject_id", "pixel_sha256", "perceptual_hash")
_BYTES_PER_HASH = HASH_DIGITS // 2
_MEMORY_MB = 1000  # of the database; beyond it, intermediate results go to disk


def tabulate_contents(images: Iterable[RenderedImage]) -> pa.Table:
    """Return the rows' content columns as a table."""
    rows = list(images)
    return pa.table({name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in CONTENT_COLUMNS})


@contextmanager
def open_contents(images: pa.Table) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Yield a database with the view `images`, in which perceptual_hash is a blob of 64 bytes; it spills to disk.

    Raises:
        ValueError: a perceptual hash that is not 128 lower-case hex digits.
    """
    with open_database(_MEMORY_MB) as connection:
        connection.register("rendered", images.select([name for name in CONTENT_COLUMNS if name in images.column_names]))
        bad = f"NOT regexp_full_match(perceptual_hash, '[0-9a-f]{{{HASH_DIGITS}}}')"
        found = connection.sql(f"SELECT count(*), min(image_id), min(perceptual_hash) FROM rendered WHERE {bad}").fetchall()
        ((n_bad, image_id, value),) = found
        if n_bad:
            raise ValueError(
                f"perceptual_hash of {n_bad} images (first: {image_id}): got {value!r}, expected {HASH_DIGITS} lower-case hex "
                "digits; they were rendered by another version: materialize rendered/images again"
            )
        connection.execute("CREATE VIEW images AS SELECT * REPLACE (unhex(perceptual_hash) AS perceptual_hash) FROM rendered")
        yield connection


def unpack_hashes(blobs: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Return hashes of 64 bytes as numbers of shape (hashes, 8): four of the layout, then four of the fine detail."""
    parts = [_view_bytes(chunk.cast(pa.large_binary())) for chunk in blobs.chunks]
    return np.concatenate([np.empty(0, np.uint8), *parts]).view(np.uint64).reshape(-1, _BYTES_PER_HASH // 8)


def _view_bytes(blobs: pa.Array) -> NDArray[np.uint8]:
    content = blobs.buffers()[2]
    if content is None or not len(blobs):
        return np.empty(0, np.uint8)
    return np.frombuffer(content, np.uint8)[blobs.offset * _BYTES_PER_HASH :][: len(blobs) * _BYTES_PER_HASH]
