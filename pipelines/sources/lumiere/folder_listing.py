"""Finds files below one folder however their names are cased, at the cost of one look at each folder on the way.

Example:
    >>> FolderListing(Path("no/such/session")).find("CT1.nii.gz") is None
    True
"""

from collections.abc import Iterable
from pathlib import Path


class FolderListing:
    """Finds files below one folder without regard to case; each folder on the way is listed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, dict[str, str]] = {}

    def find(self, path: str) -> str | None:
        """Return the path as it is spelled on disk, None where nothing is there; a volume may have been gunzipped (`.nii`)."""
        *folders, name = path.split("/")
        inner = ""
        for part in folders:
            if (spelled := self._look_up(inner, (part,))) is None:
                return None
            inner = f"{inner}{spelled}/"
        names = (name, name.removesuffix(".gz")) if name.endswith(".nii.gz") else (name,)
        spelled = self._look_up(inner, names)
        return None if spelled is None else inner + spelled

    def _look_up(self, inner: str, names: Iterable[str]) -> str | None:
        if inner not in self._entries:
            self._entries[inner] = _list_names(self._folder / inner)
        entries = self._entries[inner]
        return next((entries[name] for each in names for name in (each, each.casefold()) if name in entries), None)


def _list_names(folder: Path) -> dict[str, str]:
    """Return each name by itself and by its folded spelling; of names that differ in case alone the first has the latter."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return {}
    return {name.casefold(): name for name in reversed(names)} | {name: name for name in names}
