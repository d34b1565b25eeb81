"""Keeps names that come out of a download inside that download.

Example:
    >>> is_plain_name("synpic54610.jpg"), is_plain_name("../../etc/passwd"), is_plain_name("C:evil.jpg")
    (True, False, False)
"""

import os
from collections.abc import Iterator
from pathlib import Path

# Separators of every system, since a download may have been packed on another one.
_FORBIDDEN = frozenset("/\\:\0")
_LINK_LEVELS = 3  # images/cohort_1/<subject>, files/p10/<subject>: what people put on another disk
_PARENT = ".."


def is_plain_name(name: str) -> bool:
    """Return whether a name is a mere file name: no folder, no drive, no parent, not empty."""
    return name not in ("", ".", _PARENT) and _FORBIDDEN.isdisjoint(name)


def name_file(path: str) -> str:
    r"""Return a path as a table can hold it: bytes that are no UTF-8 are written out.

    >>> name_file("images/caf\udce9.jpg")
    'images/caf\\xe9.jpg'
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_inside(root: Path, path: Path) -> bool:
    """Return whether a path belongs to the download at the root, by the rule of `Enclosure`."""
    return Enclosure(root).holds(path)


class Enclosure:
    """The folder of a download, resolved once for many questions; several threads may ask.

    A path belongs to it where it lies under the root once every symbolic link has been followed. Besides, a folder within the
    first three levels may be a link to elsewhere, as people make it whose images fill another disk: what lies in that other
    folder then belongs to the download too. Not so a link of a single file, a deeper link, a link to a folder that holds the
    root itself, a path with `..` and links in a circle.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real_root = Path(os.path.realpath(root))
        self._folders: dict[str, bool] = {}  # most files share their folder with others

    def holds(self, path: Path) -> bool:
        """Return whether a path belongs to the download; whether something is there is another question."""
        if _PARENT in path.parts or _is_link(path):
            return self._admits(path)
        folder = path.parent
        known = self._folders.get(str(folder))
        if known is None:
            known = self._folders[str(folder)] = self._admits(folder)
        return known

    def _admits(self, path: Path) -> bool:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a circle of links is the one or the other, by the version of Python
            return False
        return real.is_relative_to(self._real_root) or any(map(real.is_relative_to, self._linked_folders(path)))

    def _linked_folders(self, path: Path) -> Iterator[Path]:
        if _PARENT in path.parts or not path.is_relative_to(self.root):
            return
        place = self.root
        for name in path.relative_to(self.root).parts[:_LINK_LEVELS]:
            place /= name
            if place.is_symlink() and place.is_dir():
                target = place.resolve()
                if not self._real_root.is_relative_to(target):
                    yield target


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:  # a name too long for any file: who opens it is told
        return False
