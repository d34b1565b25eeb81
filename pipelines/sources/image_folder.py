"""Looks at every file of a download's image folder once: size, content hash, and whether it can be an image at all.

Only the header is parsed here: it tells empty files and files that are no images. Pixels are decoded once, by
`pipelines.rendering`, which then finds the truncated ones.

Example:
    >>> ImageFile("images/a.jpg", 0, None, ImageProblem(Reason.IMAGE_UNREADABLE, "0 bytes")).is_usable
    False
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from pipelines.rendering.decode import check_header, pillow_warnings
from pipelines.rendering.png import hash_bytes
from pipelines.rendering.problem import ImageProblem
from pipelines.safe_path import is_inside
from pipelines.vocabulary import Reason

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp"})

_FILE_MANAGER_NAMES = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class ImageFile:
    """One file of an image folder, usable or with its problem."""

    path: str  # relative to the source's root, with forward slashes
    bytes: int
    sha256: str | None  # of the content; None where it was not read
    problem: ImageProblem | None

    @property
    def name(self) -> str:
        """The file name, without its folders."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_usable(self) -> bool:
        """True where the header is that of an image."""
        return self.problem is None


def inspect_images(root: Path, folder: Path) -> list[ImageFile]:
    """Return every file directly in the folder, ordered by name; sub-folders are not entered.

    A sub-folder that is named like an image is told as a file with a problem. What file managers leave behind
    (`.DS_Store`, `._synpic1.jpg`, `Thumbs.db`) is no part of a download and not counted.
    """
    paths = [path for path in sorted(folder.iterdir()) if _is_of_download(path)]
    with pillow_warnings():
        return [_inspect(root, path) for path in paths]


def _is_of_download(path: Path) -> bool:
    if path.name.startswith(".") or path.name.casefold() in _FILE_MANAGER_NAMES:
        return False
    return not path.is_dir() or path.suffix.casefold() in IMAGE_SUFFIXES


def _inspect(root: Path, path: Path) -> ImageFile:
    relative = path.relative_to(root).as_posix()
    if not is_inside(root, path):
        detail = "a symbolic link that leads out of the source's folder or in a circle; copy the file into it (cp -L)"
        return ImageFile(relative, 0, None, ImageProblem(Reason.UNSAFE_PATH, detail))
    if path.exists() and not path.is_file():  # reading a pipe would wait for ever
        detail = (
            f"is {'a folder' if path.is_dir() else 'a pipe or a device'}, expected an image file; put the file in its place"
        )
        return ImageFile(relative, 0, None, ImageProblem(Reason.IMAGE_UNREADABLE, detail))
    try:
        content = path.read_bytes()
    except OSError as error:
        detail = f"cannot be opened: {error.strerror}; check its permissions"
        return ImageFile(relative, 0, None, ImageProblem(Reason.IMAGE_UNREADABLE, detail))
    problem: ImageProblem | None = None
    try:
        check_header(content)
    except ImageProblem as found:
        problem = found
    return ImageFile(relative, len(content), hash_bytes(content), problem)


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
