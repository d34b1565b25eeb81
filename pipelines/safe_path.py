"""Keeps names that come out of a download inside that download.

Example:
    >>> is_plain_name("synpic54610.jpg"), is_plain_name("../../etc/passwd"), is_plain_name("C:evil.jpg")
    (True, False, False)
"""

from pathlib import Path

# Separators of every system, since a download may have been packed on another one.
_FORBIDDEN = frozenset("/\\:\0")


def is_plain_name(name: str) -> bool:
    """Return whether a name is a mere file name: no folder, no drive, no parent, not empty."""
    return name not in ("", ".", "..") and _FORBIDDEN.isdisjoint(name)


def is_inside(root: Path, path: Path) -> bool:
    """Return whether a path lies under the root once every symbolic link has been followed; links in a circle lie nowhere."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a circle of links is the one or the other, by the version of Python
        return False
