"""The files of a folder of images, and the one that a row means by a name.

Example:
    >>> ImageIndex([ImageFile("images/a.png", 1, None, None)]).find("A.JPG")
    ImageFile(path='images/a.png', bytes=1, fingerprint=None, problem=None)
"""

from collections.abc import Iterable
from pathlib import Path, PurePath

from pipelines.rendering.decode import pillow_warnings
from pipelines.safe_path import Enclosure
from pipelines.sources.image_file import ImageFile, inspect_file

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp"})

_FILE_MANAGER_NAMES = frozenset({"thumbs.db", "desktop.ini"})


def inspect_images(root: Path, folder: Path) -> list[ImageFile]:
    """Return every file directly in the folder, ordered by name; sub-folders are not entered.

    A sub-folder that is named like an image is told as a file with a problem. What file managers leave behind
    (`.DS_Store`, `._synpic1.jpg`, `Thumbs.db`) is no part of a download and not counted.
    """
    paths = [path for path in sorted(folder.iterdir()) if _is_of_download(path)]
    download = Enclosure(root)
    with pillow_warnings():
        return [inspect_file(download, path) for path in paths]


def _is_of_download(path: Path) -> bool:
    if path.name.startswith(".") or path.name.casefold() in _FILE_MANAGER_NAMES:
        return False
    return not path.is_dir() or path.suffix.casefold() in IMAGE_SUFFIXES


class ImageIndex:
    """Finds a file by the name that a row gives it: as written, else without regard to case and outer spaces.

    Where no file has the name, the only usable one that differs in its ending alone is taken: a folder converted to PNG.
    """

    def __init__(self, files: Iterable[ImageFile]) -> None:
        self._by_name = {file.name: file for file in files}
        self._by_folded: dict[str, ImageFile] = {}
        for name in sorted(self._by_name):
            self._by_folded.setdefault(_fold(name), self._by_name[name])
        self._by_stem: dict[str, list[ImageFile]] = {}
        for file in self._by_name.values():
            if file.is_usable and (stem := _stem(file.name)) is not None:
                self._by_stem.setdefault(stem, []).append(file)

    def find(self, name: str) -> ImageFile | None:
        """Return the file that bears this name, None where there is none."""
        found = self._by_name.get(name) or self._by_folded.get(_fold(name))
        if found is not None:
            return found
        alike = self._by_stem.get(_stem(name) or "", [])
        return alike[0] if len(alike) == 1 else None


def _fold(name: str) -> str:
    return name.strip().casefold()


def _stem(name: str) -> str | None:
    """Return the folded name without the ending of an image; None where it ends in something else."""
    path = PurePath(_fold(name))
    return path.stem if path.suffix in IMAGE_SUFFIXES | {""} else None
