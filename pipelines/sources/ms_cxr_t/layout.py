"""Finds the parts of an MS-CXR-T / MIMIC-CXR download, however PhysioNet's zip files and `wget -r` have nested them.

MIMIC-CXR holds 377,110 images in folders of folders: only the folders above `pNN/` are listed, what is in them is derived.

Example:
    >>> survey(Path("no/such/folder")).trees
    ()
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.choices import SourceFolders
from pipelines.safe_path import is_inside
from pipelines.sources.corpus import SourceError
from pipelines.sources.locate import list_entries, require_folder

SETTING = "sources.ms_cxr_t"
_PAIR_TABLES = ("ms_cxr_t_temporal_image_classification*", "*temporal_image_classification*", "*temporal-image-classification*")
_METADATA_TABLES = ("mimic-cxr-*-metadata*", "mimic*metadata*")
_CHEXPERT_TABLES = ("mimic-cxr-*-chexpert*", "mimic*chexpert*")
_REPORT_ARCHIVES = ("mimic-cxr-reports*.zip",)

_DEPTH = 6  # physionet.org/files/mimic-cxr-jpg/2.1.0/files, and one folder more
_MAX_FOLDERS = 5_000  # a root that is somebody's home must not be walked for hours
_TABLE_ENDINGS = (".csv", ".csv.gz", ".xlsx")
_SKIPPED = frozenset({"__macosx"})
_GROUP_FOLDER = re.compile(r"p\d{2}")
_INNER_FOLDER = re.compile(r"[ps]\d+")


@dataclass(frozen=True)
class Survey:
    """What lies above the images: the files, and the trees, which are the folders that hold folders called p10, p11, ..."""

    folder: Path
    files: tuple[Path, ...] = ()
    trees: tuple[Path, ...] = ()

    def find(self, patterns: Sequence[str], endings: Sequence[str] = _TABLE_ENDINGS) -> list[Path]:
        """Return the files that the first fitting pattern names, those that lie the least deep, by name."""
        for pattern in patterns:
            found = [path for path in self.files if fnmatchcase(path.name.casefold(), pattern)]
            found = [path for path in found if path.name.casefold().endswith(tuple(endings))]
            if found:
                depth = min(len(path.parts) for path in found)
                return sorted(path for path in found if len(path.parts) == depth)
        return []


@dataclass(frozen=True)
class Layout:
    """Where the parts of one download are; tables that are not there are None."""

    pairs: Path
    metadata: Path | None
    chexpert: Path | None
    images: Path  # the folder of images as the user set it: paths are relative to it
    image_trees: tuple[Path, ...]
    report_trees: tuple[Path, ...]
    report_archives: tuple[Path, ...]


def find_layout(folders: SourceFolders) -> Layout:
    """Return where the parts are; what is not in its own folder is looked for in the others.

    Raises:
        SourceError: a folder or the table of pairs is not there, two tables of pairs are, or all films lie outside the folder
            of images. Without a tree of films `image_trees` is empty.
    """
    require_folder(folders.tables, SETTING)
    require_folder(folders.images, SETTING)
    own = {folder: survey(folder) for folder in dict.fromkeys((folders.tables, folders.images, folders.reports))}
    tables, reports = list(own.values()), [own[folders.reports], *own.values()]
    image_trees = own[folders.images].trees
    inside = tuple(tree for tree in image_trees if is_inside(folders.images, tree / "p10"))
    if image_trees and not inside:
        raise SourceError(
            f"{image_trees[0]}: is reached by a symbolic link that leads out of {folders.images}; set {SETTING}.images to the "
            "folder to which it leads"
        )
    return Layout(
        pairs=_require_pairs(tables, folders.tables),
        metadata=_newest(tables, _METADATA_TABLES),
        chexpert=_newest(tables, _CHEXPERT_TABLES),
        images=folders.images,
        image_trees=inside,
        report_trees=tuple(dict.fromkeys(tree for one in reports for tree in one.trees)),
        report_archives=tuple(dict.fromkeys(path for one in reports for path in one.find(_REPORT_ARCHIVES, (".zip",)))),
    )


def survey(folder: Path) -> Survey:
    """Return the files and trees under a folder, the shallowest first, then by name; never enters a folder of subjects."""
    files: list[Path] = []
    trees: list[Path] = []
    level = [folder]
    n_left = _MAX_FOLDERS
    for depth in range(_DEPTH + 1):
        below: list[Path] = []
        for one in level[:n_left]:
            inner, is_tree = _list_folder(one, files)
            trees += [one] if is_tree else []
            below += inner if depth < _DEPTH else []
        n_left -= len(level)
        if n_left <= 0:
            break
        level = below
    return Survey(folder, tuple(files), tuple(trees))


def _list_folder(folder: Path, files: list[Path]) -> tuple[list[Path], bool]:
    """Return the folders to enter next, and whether this one is a tree; append its files."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return [], False
    inner: list[Path] = []
    is_tree = False
    for entry in entries:
        if entry.name.startswith(".") or entry.name.casefold() in _SKIPPED:
            continue
        if _INNER_FOLDER.fullmatch(entry.name):
            is_tree = is_tree or (_GROUP_FOLDER.fullmatch(entry.name) is not None and entry.is_dir())
        elif entry.is_dir():
            inner.append(Path(entry.path))
        elif entry.is_file():
            files.append(Path(entry.path))
    return inner, is_tree


def _require_pairs(surveys: Iterable[Survey], folder: Path) -> Path:
    for one in surveys:
        found = one.find(_PAIR_TABLES)
        stems = {path.as_posix().removesuffix(".gz") for path in found}
        if len(stems) > 1:
            told = ", ".join(path.relative_to(one.folder).as_posix() for path in found[:4])
            raise SourceError(f"{one.folder}: {len(stems)} tables of pairs ({told}), expected one; move the others away")
        if found:
            return found[0]
    raise SourceError(
        f"{folder}: the table of image pairs is not there (looked for MS_CXR_T_temporal_image_classification*.csv or .csv.gz "
        f"down to {_DEPTH} folders below; there is: {list_entries(folder)}); "
        f"download it from physionet.org/content/ms-cxr-t and set {SETTING}.tables to the folder that holds it"
    )


def _newest(surveys: Iterable[Survey], patterns: Sequence[str]) -> Path | None:
    """Return the table; of several versions (2.0.0, 2.1.0) the last, of one as `.csv` and `.csv.gz` the plain one."""
    for one in surveys:
        found = one.find(patterns)
        if found:
            stem = max(path.name.removesuffix(".gz") for path in found)
            return min(path for path in found if path.name.removesuffix(".gz") == stem)
    return None
