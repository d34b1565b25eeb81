"""The image files of an ODIR download, and the one that shows an eye.

The photographs lie in "Training Images", "Testing Images" (of patients without labels) and `preprocessed_images` (the training
photographs cropped and scaled to 512 x 512). A preprocessed copy is used where the photograph itself is absent or broken.

Example:
    >>> kind_of_folder("ODIR-5K/ODIR-5K/Testing Images").value
    'testing'
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from pipelines.sources.image_file import ImageFile, inspect_files
from pipelines.sources.image_folder import IMAGE_SUFFIXES
from pipelines.sources.locate import locate

_DEPTH = 6  # <download>/archive/ODIR-5K/ODIR-5K/Training Images, and one more
USUAL_FOLDER = "Training Images"


class Kind(StrEnum):
    """Which of the download's folders a file lies in; the order is that of preference."""

    TRAINING = "training"
    PREPROCESSED = "preprocessed"
    TESTING = "testing"


@dataclass(frozen=True, slots=True)
class Photograph:
    """One file that is there, not yet looked into."""

    path: str  # relative to the folder of images, with forward slashes
    kind: Kind

    @property
    def stem(self) -> str:
        """The name by which a row finds it: a photograph converted to PNG is the same photograph."""
        return fold_stem(self.path)


@dataclass(frozen=True)
class Photographs:
    """All image files of a download."""

    all: tuple[Photograph, ...]
    folder: str | None  # of the training photographs, relative to the folder of images ("": that folder itself); None: none

    def by_stem(self) -> dict[str, list[Photograph]]:
        """Return the files of each name, in the order in which they were found."""
        found: dict[str, list[Photograph]] = {}
        for photograph in self.all:
            found.setdefault(photograph.stem, []).append(photograph)
        return found

    def path_of_absent(self, name: str) -> str:
        """Return where a file that is not there would lie."""
        folder = USUAL_FOLDER if self.folder is None else self.folder
        return f"{folder}/{name}" if folder else name


def find_photographs(root: Path) -> Photographs:
    """Return every image file below the folder, the shallowest first, then by path."""
    paths = [path.relative_to(root).as_posix() for path in locate(root, "*", _DEPTH) if _is_image(path)]
    photographs = tuple(Photograph(path, kind_of_folder(path.rpartition("/")[0])) for path in paths)
    training = [path for path, photograph in zip(paths, photographs, strict=True) if photograph.kind is Kind.TRAINING]
    if training:
        return Photographs(photographs, training[0].rpartition("/")[0])
    return Photographs(photographs, _find_training_folder(root))


def kind_of_folder(folder: str) -> Kind:
    """Return the kind of the files in a folder: that of the innermost folder whose name tells it, else training."""
    for part in reversed(PurePosixPath(folder).parts):
        name = " ".join(part.casefold().replace("_", " ").replace("-", " ").split())
        if name.endswith(("testing images", "test images", "testing dataset")):
            return Kind.TESTING
        if name.startswith("preprocessed"):
            return Kind.PREPROCESSED
        if name.endswith(("training images", "train images", "training dataset")):
            return Kind.TRAINING
    return Kind.TRAINING


def inspect_candidates(root: Path, candidates: Iterable[Sequence[Photograph]]) -> Mapping[str, ImageFile]:
    """Return what is known of each eye's files by path: of the most wanted, and of the others where that is broken."""
    waiting = [list(files) for files in candidates if files]
    known: dict[str, ImageFile] = {}
    while waiting:
        looked_at = inspect_files(root, (files[0].path for files in waiting))
        known |= looked_at
        waiting = [files[1:] for files in waiting if not looked_at[files[0].path].is_usable and len(files) > 1]
    return known


def fold_stem(name: str) -> str:
    """Return a file's name without folders, the ending of an image, and regard to case.

    >>> fold_stem("Training Images/70001_LEFT.PNG"), fold_stem("70001_left.jpg "), fold_stem("70001_left")
    ('70001_left', '70001_left', '70001_left')
    """
    path = PurePosixPath(name.strip().casefold())
    return path.stem if path.suffix in IMAGE_SUFFIXES else path.name


def _is_image(path: Path) -> bool:
    return path.suffix.casefold() in IMAGE_SUFFIXES


def _find_training_folder(root: Path) -> str | None:
    """Return the folder that is named like that of the training photographs, though none lies in it."""
    named = sorted(path.relative_to(root).as_posix() for path in root.glob(f"**/{USUAL_FOLDER}") if path.is_dir())
    return named[0] if named else None
