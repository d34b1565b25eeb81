"""Finds EMBED's two tables and the folders of its cohorts, wherever a download has put them.

As released: `tables/EMBED_OpenData_{clinical,metadata}[_reduced].csv` and `images/cohort_<n>/`.

Example:
    >>> find_cohorts(Path("no/such/folder"))
    {}
"""

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.sources.corpus import SourceError
from pipelines.sources.embed.vocabulary import SETTING
from pipelines.sources.locate import DEFAULT_DEPTH, list_entries, locate, require_folder

CLINICAL_NAMES = ("embed_opendata_clinical.csv", "embed_opendata_clinical_reduced.csv", "*clinical*.csv")
METADATA_NAMES = ("embed_opendata_metadata.csv", "embed_opendata_metadata_reduced.csv", "*metadata*.csv")
_LEGEND = "*legend*"  # AWS_Open_Data_Clinical_Legend.csv explains codes and holds no patient
_TABLE_FOLDER = "tables"
_COHORT = re.compile(r"cohort_\d+", re.IGNORECASE)
_COHORT_DEPTH = 4  # two folders of the download, its `images`, the cohort
_TABLE_DEPTHS = (DEFAULT_DEPTH, DEFAULT_DEPTH + 1)  # the deeper one lists every subject's folder: only where it must be


def find_table(folder: Path, names: Sequence[str], what: str) -> Path:
    """Return the table that the first fitting name finds, as `.csv` or `.csv.gz`; the shallowest, one in `tables/` first.

    Raises:
        SourceError: the folder is absent, no file fits, or several fit equally well.
    """
    require_folder(folder, SETTING)
    for depth in _TABLE_DEPTHS:
        tables = [path for path in locate(folder, "*.csv*", depth) if not _fits(path, _LEGEND)]
        for name in names:
            fitting = [path for path in tables if _fits(path, name)]
            if fitting:
                return _choose(folder, name, fitting)
    raise SourceError(
        f"{folder}: {what} not found (looked for {', '.join(names)}, also as .gz, down to {_TABLE_DEPTHS[-1]} folders below; "
        f"there is: {list_entries(folder)}); set {SETTING} to the folder that holds tables/ and images/"
    )


def _fits(path: Path, name: str) -> bool:
    return fnmatch.fnmatchcase(path.name.casefold().removesuffix(".gz"), name)


def _choose(folder: Path, name: str, fitting: Sequence[Path]) -> Path:
    nearest = min(map(_rank, fitting))
    best = [path for path in fitting if _rank(path) == nearest]
    if len({path.as_posix().casefold().removesuffix(".gz") for path in best}) > 1:
        told = ", ".join(path.relative_to(folder).as_posix() for path in best[:4])
        raise SourceError(f"{folder}: {len(best)} files fit {name!r} ({told}), expected one; move the others away")
    return min(best, key=lambda path: len(path.name))  # of one table as .csv and .csv.gz the plain one


def _rank(path: Path) -> tuple[int, bool]:
    return len(path.parts), path.parent.name.casefold() != _TABLE_FOLDER


def find_cohorts(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Return where each cohort lies: `cohort_1` -> its folders relative to the folder of images, those in `images/` first.

    A cohort may have several: parts of it on two disks, or the PNG copies of newer releases (`png_images/cohort_1`).
    """
    if _COHORT.fullmatch(folder.name) and folder.is_dir():
        return {folder.name.casefold(): ("",)}
    found = sorted(_walk_to_cohorts(folder, _COHORT_DEPTH), key=lambda path: (path.parent.name.casefold() != "images", path))
    places: dict[str, tuple[str, ...]] = {}
    for path in found:
        name = path.name.casefold()
        places[name] = (*places.get(name, ()), f"{path.relative_to(folder).as_posix()}/")
    return places


def _walk_to_cohorts(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted((entry for entry in os.scandir(folder) if entry.is_dir()), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if _COHORT.fullmatch(entry.name):
            yield Path(entry.path)
        elif depth > 1 and not entry.name.startswith("."):
            yield from _walk_to_cohorts(Path(entry.path), depth - 1)
