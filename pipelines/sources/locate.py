"""Finds the files of a download by name, however deep a browser, `unzip` or a mirror has nested them.

Example:
    >>> locate(Path("no/such/folder"), "*.csv")
    []
"""

import fnmatch
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.sources.corpus import SourceError

DEFAULT_DEPTH = 2  # folders below the root that are entered: enough for a.zip/a/a.csv, and shallow in a million-file tree
_SKIPPED = frozenset({"__macosx"})


def locate(folder: Path, pattern: str, depth: int = DEFAULT_DEPTH) -> list[Path]:
    """Return the files whose name matches a pattern (case does not matter), the shallowest first, then by path."""
    found = [path for path in _walk(folder, depth) if fnmatch.fnmatchcase(path.name.casefold(), pattern.casefold())]
    return sorted(found, key=lambda path: (len(path.parts), path.as_posix()))


def locate_table(folder: Path, patterns: Sequence[str], depth: int = DEFAULT_DEPTH) -> Path | None:
    """Return the file that the first fitting pattern names; of one table as `.csv` and `.csv.gz` the plain one. None: absent.

    Raises:
        SourceError: several different files at the same depth fit one pattern, so that a choice would be a guess.
    """
    for pattern in patterns:
        found = locate(folder, pattern, depth)
        nearest = [path for path in found if len(path.parts) == len(found[0].parts)]
        stems = {path.as_posix().removesuffix(".gz") for path in nearest}
        if len(stems) > 1:
            told = ", ".join(path.relative_to(folder).as_posix() for path in nearest[:4])
            raise SourceError(f"{folder}: {len(stems)} files fit {pattern!r} ({told}), expected one; move the others away")
        if nearest:
            return min(nearest, key=lambda path: len(path.name))
    return None


def list_entries(folder: Path) -> str:
    """Return the first names in a folder, for a message that says what is there instead of what was looked for."""
    try:
        return ", ".join(sorted(entry.name for entry in folder.iterdir())[:8]) or "nothing"
    except FileNotFoundError:
        return "no such folder"
    except OSError as error:
        return f"nothing that can be listed: {error.strerror}"


def require_folder(folder: Path, key: str) -> Path:
    """Return the folder; SourceError, naming the setting, where it is none."""
    if not folder.is_dir():
        kind = "a file" if folder.exists() else "no such folder"
        raise SourceError(f"{key}: {folder} is {kind}, expected the folder of the download; set {key} to it")
    return folder


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.casefold() in _SKIPPED:
            continue
        if entry.is_file():
            yield Path(entry.path)
        elif depth > 0 and entry.is_dir():
            yield from _walk(Path(entry.path), depth - 1)
