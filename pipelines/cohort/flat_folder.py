"""Fills a flat folder with a cohort's files, so that nothing of an earlier cohort stays in it.

Example:
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for files in ({"a.jpg": b"1", "b.jpg": b"2"}, {"b.jpg": b"3"}):
    ...     fill_folder(folder, files)
    >>> [(path.name, path.read_bytes()) for path in folder.iterdir()]
    [('b.jpg', b'3')]
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.storage import write_bytes


def fill_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder hold these files, by name, and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        # The cohort's main table, written last, marks it as whole: no file needs to reach the disk by itself.
        write_bytes(str(folder / name), content, is_synced=False)
