"""Finds the two parts of a VQA-RAD download, also where copying or unzipping has renamed or nested them.

As released (osf.io/89kps): `VQA_RAD Dataset Public.json` beside the flat folder `VQA_RAD Image Folder/`.

Example:
    >>> find_layout(Path("no/such/folder"))
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: VQA-RAD: no/such/folder does not exist; set sources.vqa_rad to the folder ...
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.safe_path import is_inside, is_plain_name
from pipelines.sources.corpus import SourceError
from pipelines.sources.image_folder import IMAGE_SUFFIXES
from pipelines.sources.synthetic_marker import MARKER_NAME

JSON_NAME = "VQA_RAD Dataset Public.json"
IMAGE_FOLDER_NAME = "VQA_RAD Image Folder"
_FOLDER_SPELLINGS = frozenset({"vqaradimagefolder", "vqaradimages", "images", "image"})
_MAX_LISTED = 8
_EXPECTED = f"expected '{JSON_NAME}' and the folder '{IMAGE_FOLDER_NAME}' (download both from osf.io/89kps)"


@dataclass(frozen=True)
class Layout:
    """Where the rows and the images of a download lie."""

    questions: Path
    images: Path


def find_layout(root: Path) -> Layout:
    """Return the JSON file and the image folder under the root.

    Raises:
        SourceError: the root or one of the parts is missing, empty or ambiguous, or lies outside of the root.
    """
    try:
        _check_root(root)
        questions = _find_questions(root)
        return Layout(questions, _find_images(root, questions.parent))
    except OSError as error:
        raise SourceError(
            f"VQA-RAD: {error.filename or root} cannot be opened ({error.strerror}); check its permissions"
        ) from error


def drop_image_folder(name: str) -> str:
    """Return an image name without a folder before it that merely is the image folder; any other name as it is."""
    folder, _, bare = name.replace("\\", "/").rpartition("/")
    return bare if is_plain_name(folder) and _simplify(folder) in _FOLDER_SPELLINGS else name


def _check_root(root: Path) -> None:
    advice = "set sources.vqa_rad to the folder that holds the download"
    if not root.exists():
        raise SourceError(f"VQA-RAD: {root} does not exist; {advice}")
    if not root.is_dir():
        raise SourceError(f"VQA-RAD: {root} is a file, expected a folder; {advice}")
    if not any(root.iterdir()):
        raise SourceError(f"VQA-RAD: {root} is empty; {_EXPECTED}")


def _find_questions(root: Path) -> Path:
    children = _subfolders(root)  # an archive unpacked into a folder of its own adds one level, one within another two
    for folder in (root, *children, *(grandchild for child in children for grandchild in _subfolders(child))):
        found = [path for path in _files(folder) if path.suffix.casefold() == ".json" and path.name != MARKER_NAME]
        named = [path for path in found if path.name == JSON_NAME] or [
            path for path in found if _simplify(path.stem).startswith("vqarad")
        ]
        chosen = named or found
        if len(chosen) > 1:
            raise SourceError(
                f"VQA-RAD: {folder} holds {len(chosen)} JSON files that may be the questions: {_list(chosen)}; "
                f"name the right one '{JSON_NAME}'"
            )
        if chosen:
            return chosen[0]
    raise SourceError(f"VQA-RAD: no JSON file in {root}; it holds {_list(root.iterdir())}; {_EXPECTED}")


def _find_images(root: Path, base: Path) -> Path:
    filled = _folders_of_images(base) or _folders_of_images(root)  # "annotations/" and "images/" may be two folders
    chosen = [folder for folder in filled if _simplify(folder.name) in _FOLDER_SPELLINGS] or filled
    if not chosen:  # tables alone: every image is then told as absent
        chosen = [folder for folder in _subfolders(base) if folder.name == IMAGE_FOLDER_NAME]
    if not chosen:
        raise SourceError(
            f"VQA-RAD: no folder with images in {base}; it holds {_list(base.iterdir())}; expected '{IMAGE_FOLDER_NAME}' "
            "with the synpic*.jpg files in it: unpack it where it is a zip file, or move the images into it"
        )
    if len(chosen) > 1:
        raise SourceError(
            f"VQA-RAD: {len(chosen)} folders under {base} hold images: {_list(chosen)}; "
            f"name the right one '{IMAGE_FOLDER_NAME}' and move the others away"
        )
    if not is_inside(root, chosen[0]):
        raise SourceError(
            f"VQA-RAD: {chosen[0]} is a symbolic link that leads out of {root}; "
            "copy the images into it, or set sources.vqa_rad to a folder that holds both parts"
        )
    return chosen[0]


def _folders_of_images(base: Path) -> list[Path]:
    children = _subfolders(base)
    folders = [*children, *(grandchild for child in children for grandchild in _subfolders(child))]
    return [folder for folder in folders if any(path.suffix.casefold() in IMAGE_SUFFIXES for path in _files(folder))]


def _subfolders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _simplify(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _list(paths: Iterable[Path]) -> str:
    names = sorted(f"{path.name}/" if path.is_dir() else path.name for path in paths)
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(repr(name) for name in names[:_MAX_LISTED]) + more
