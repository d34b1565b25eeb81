"""Where tables lie, and the one way in which files are written: whole or not at all.

Paths go through fsspec, so a storage root may be a folder or `s3://bucket/prefix`. On a local disk a write is temporary
file, fsync, rename, fsync of the folder: a process killed at any moment leaves the former file whole. Object stores put
an object all-or-nothing, so there the bytes go straight to the key.

Example:
    >>> table_path(".medmim", "raw/studies", "vqa_rad")
    '.medmim/tables/raw/studies/vqa_rad.parquet'
"""

import contextlib
import errno
import os
import threading
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

TEMPORARY_SUFFIX = ".medmim-tmp"


_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageError(OSError):
    """A stored file that cannot be read or written; the message says which and what to do."""


def table_path(storage_root: str, name: str, partition: str | None = None) -> str:
    """Return the path of a table's Parquet file, one file per partition."""
    stem = f"{storage_root.rstrip('/')}/tables/{name}"
    return f"{stem}.parquet" if partition is None else f"{stem}/{partition}.parquet"


def write_table(path: str, table: pa.Table) -> None:
    """Write a table as Parquet, atomically; equal tables give equal bytes. Sweeps what killed writers left beside it."""
    filesystem, inner = fsspec.core.url_to_fs(path)
    if isinstance(filesystem, LocalFileSystem):
        sweep_abandoned(Path(inner).parent)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())


def read_table(storage_root: str, name: str, partition: str | None = None) -> pa.Table | None:
    """Return a stored table, None where it has not been written.

    Raises:
        StorageError: the file is there but is no whole Parquet file.
    """
    path = table_path(storage_root, name, partition)
    filesystem, inner = fsspec.core.url_to_fs(path)
    if not filesystem.exists(inner):
        return None
    try:
        return parse_parquet(filesystem.cat_file(inner))
    except (pa.ArrowInvalid, OSError) as error:  # pyarrow raises OSError for damaged pages
        raise StorageError(f"{path}: not a whole Parquet file ({error}); delete it and materialize {name} again") from error


def parse_parquet(content: bytes) -> pa.Table:
    """Return the table of a Parquet file's bytes; ArrowInvalid or OSError where they are damaged.

    One thread, and not through arrow's dataset layer: its pool may let go of the bytes only while the interpreter ends, which
    aborts the process ("terminate called without an active exception").
    """
    return pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)


def sweep_abandoned(folder: Path) -> None:
    """Remove the temporary files of writers that were killed. Lists the folder: call it once per run, not per file."""
    for leftover in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        writer = leftover.name.removesuffix(TEMPORARY_SUFFIX).rsplit(".", 1)[-1]
        if writer.isdecimal() and not is_running(int(writer)):
            leftover.unlink(missing_ok=True)


def write_bytes(path: str, content: bytes, is_synced: bool = True) -> None:
    """Write a file so that readers see the former content or the new one, never a part.

    Without `is_synced` that holds for killed processes but not for power cuts: for files that are checked by a hash.

    Raises:
        StorageError: a local file cannot be written; nothing of it is left.
    """
    filesystem, inner = fsspec.core.url_to_fs(path)
    if isinstance(filesystem, LocalFileSystem):
        _replace_local(Path(inner), content, is_synced)
    else:
        filesystem.pipe_file(inner, content)


def explain_write_failure(path: Path, error: OSError) -> StorageError:
    """Return the error of a file that cannot be written: which, why and what to do."""
    if error.errno in _IS_FULL:
        advice = (
            "free space there, or choose a folder on a larger disk (storage_root); the next run goes on from what is written"
        )
    else:
        advice = "make its folder one that can be written to, or choose another (storage_root)"
    return StorageError(f"{path}: cannot be written ({error.strerror or error}); {advice}")


def _replace_local(target: Path, content: bytes, is_synced: bool) -> None:
    # Two threads may write one file; the process stands last, where `sweep_abandoned` looks for it.
    temporary = target.with_name(f".{target.name}.{threading.get_ident()}.{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(temporary, content, is_synced)
        temporary.replace(target)
        if is_synced:
            _sync_folder(target.parent)
    except OSError as error:
        raise explain_write_failure(target, error) from error
    finally:
        with contextlib.suppress(OSError):  # on a disk that has become read-only; the error above tells of it
            temporary.unlink(missing_ok=True)


def _write_whole(path: Path, content: bytes, is_synced: bool) -> None:
    with path.open("wb") as sink:
        sink.write(content)
        sink.flush()
        if is_synced:
            os.fsync(sink.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_running(process_id: int) -> bool:
    """Whether a process of this number runs on this machine."""
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):  # the latter: more digits than any process has
        return False
    except PermissionError:
        return True
    return True
