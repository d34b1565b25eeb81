"""Folders that are there whole or not at all: written under another name, listed with their hashes, synced, then renamed.

A folder's `manifest.json` names each of its files with size and sha256. It is written last, so that a copy that was cut short,
a disk that lost a block and a file that somebody replaced are all told before the folder is used.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with build_folder(Path(name) / "checkpoint-4") as temporary:
    ...         _ = (temporary / "weights").write_bytes(b"w")
    ...     check_folder(Path(name) / "checkpoint-4")
    ...     _ = (Path(name) / "checkpoint-4" / "weights").write_bytes(b"")
    ...     check_folder(Path(name) / "checkpoint-4")
    Traceback (most recent call last):
    training.run.whole_folder.DamagedFolderError: checkpoint-4/weights: 0 bytes, expected 1; it is cut short or was replaced
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipelines.keys import digest
from pipelines.storage import TEMPORARY_SUFFIX, explain_write_failure

MANIFEST_FILE = "manifest.json"
_HASHERS = 8  # hashlib lets go of the interpreter, so threads read and hash side by side


class DamagedFolderError(ValueError):
    """A folder that is not as it was written: which file, what was found, what was expected."""


@contextlib.contextmanager
def build_folder(final: Path) -> Iterator[Path]:
    """Yield an empty folder to write to; it becomes `final` when the block ends well, and vanishes otherwise."""
    temporary = start_folder(final)
    try:
        yield temporary
        finish_folder(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def name_unfinished(final: Path) -> Path:
    """Return the name that a folder has until it is whole; every process of a run knows it."""
    return final.with_name(f".{final.name}{TEMPORARY_SUFFIX}")


def start_folder(final: Path) -> Path:
    """Return the empty folder in which `final` is written; what a killed writer left there is removed."""
    temporary = name_unfinished(final)
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
    except OSError as error:
        raise explain_write_failure(temporary, error) from error
    return temporary


def finish_folder(final: Path) -> str:
    """Write the manifest, sync every file, give the folder its name; return the digest of its content.

    Raises:
        StorageError: the disk is full or cannot be written to; nothing stands under the final name.
    """
    temporary = name_unfinished(final)
    try:
        files = hash_files(temporary, list_files(temporary), is_synced=True)
        manifest = temporary / MANIFEST_FILE
        manifest.write_text(json.dumps(files, indent=1), encoding="utf-8")
        for path in (manifest, *(folder for folder in temporary.rglob("*") if folder.is_dir()), temporary):
            _sync(path)
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)
        _sync(final.parent)
    except OSError as error:
        raise explain_write_failure(final, error) from error
    return digest(files)


def check_folder(folder: Path) -> str:
    """Return the digest of a folder's content, having read all of it.

    Raises:
        DamagedFolderError: no manifest, or a file that is missing, of another size or of another content.
    """
    files = read_manifest(folder)
    for name, (size, _) in files.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            told = "is missing" if found is None else f"{found} bytes, expected {size}"
            raise DamagedFolderError(f"{folder.name}/{name}: {told}; it is cut short or was replaced")
    hashed = hash_files(folder, files)
    for name, entry in files.items():
        if hashed[name] != entry:
            raise DamagedFolderError(f"{folder.name}/{name}: other bytes than were written; the disk or a copy damaged it")
    return digest(files)


def read_manifest(folder: Path) -> dict[str, list[int | str]]:
    """Return size and sha256 of each file of a folder as it was written."""
    try:
        return json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedFolderError(f"{folder.name}/{MANIFEST_FILE}: cannot be read ({error}); the folder is not whole") from error


def list_files(folder: Path) -> list[str]:
    """Return the path, below a folder, of each of its files but the manifest."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_FILE)
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def hash_files(folder: Path, names: Iterable[str], *, is_synced: bool = False) -> dict[str, list[int | str]]:
    """Return size and sha256 of each named file of a folder."""
    with ThreadPoolExecutor(_HASHERS) as pool:
        listed = list(names)
        return dict(zip(listed, pool.map(lambda name: _hash_file(folder / name, is_synced), listed), strict=True))


def _hash_file(path: Path, is_synced: bool) -> list[int | str]:
    with path.open("rb") as source:
        hashed = hashlib.file_digest(source, "sha256").hexdigest()
        if is_synced:
            os.fsync(source.fileno())
        return [source.tell(), hashed]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
