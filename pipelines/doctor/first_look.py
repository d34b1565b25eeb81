"""The first look of each source's reader: which files it would read. Folders are listed; of tables at most ODIR's are read.

Example:
    >>> FIRST_LOOKS[Source.EMBED](SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.embed: no/such/folder is no such folder, expected ...
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pipelines.choices import Reading, SourceFolders
from pipelines.sources.corpus import SourceError
from pipelines.sources.embed import layout as embed
from pipelines.sources.image_folder import IMAGE_SUFFIXES
from pipelines.sources.json_list import tell_stand_in
from pipelines.sources.llava_med import layout as llava_med
from pipelines.sources.locate import require_folder
from pipelines.sources.lumiere import sessions, tables
from pipelines.sources.ms_cxr_t import layout as ms_cxr_t
from pipelines.sources.odir.images import USUAL_FOLDER, find_photographs
from pipelines.sources.odir.tables import read_tables
from pipelines.sources.vqa_rad import layout as vqa_rad
from pipelines.vocabulary import Source


@dataclass(frozen=True)
class Lack:
    """Something that a reader can do without, and that gives more where it is there."""

    got: str
    expected: str
    advice: str


@dataclass(frozen=True)
class Look:
    """What was found and what is missing."""

    found: tuple[str, ...]
    missing: tuple[Lack, ...] = ()


def _look_at_embed(folders: SourceFolders, _: Reading) -> Look:
    clinical = embed.find_table(folders.tables, embed.CLINICAL_NAMES, "the clinical table")
    metadata = embed.find_table(folders.tables, embed.METADATA_NAMES, "the metadata table")
    cohorts = embed.find_cohorts(require_folder(folders.images, embed.SETTING))
    found = (*_name_tables(folders.tables, [clinical, metadata]), *sorted(cohorts))
    advice = f"download the images, and set {embed.SETTING}.images where they lie apart"
    return Look(found, () if cohorts else (Lack("no folder cohort_<n>: every image is absent", "images/cohort_<n>/", advice),))


def _look_at_lumiere(folders: SourceFolders, _: Reading) -> Look:
    require_folder(folders.tables, sessions.SETTING)
    imaging = sessions.find_imaging(folders.images)
    names = (tables.RATINGS_TABLE, tables.DEMOGRAPHICS, tables.COMPLETENESS)
    paths = {name: tables.find_table(folders.tables, name) for name in names}
    if imaging is None and not any(paths.values()):
        raise sessions.complain_of_images(folders.images, "nor any table of LUMIERE: download it")
    found = _name_tables(folders.tables, [path for path in paths.values() if path is not None])
    if imaging is not None:
        found = (
            *found,
            f"{sum(sessions.parse_patient(child.name) is not None for child in imaging.iterdir())} subject folder(s)",
        )
    lacks = [
        Lack(f"no table {name}", f"LUMIERE-{name}*.csv", "download it from figshare, beside the archive of images")
        for name, path in paths.items()
        if path is None
    ]
    if imaging is None:
        lacks.append(Lack("no folder like Patient-NNN", "Imaging/Patient-NNN/week-NNN/", "unpack the archive of images"))
    return Look(found, tuple(lacks))


def _look_at_ms_cxr_t(folders: SourceFolders, _: Reading) -> Look:
    layout = ms_cxr_t.find_layout(folders)
    named = {"the table of films": layout.metadata, "the table of CheXpert's labels": layout.chexpert}
    known = [layout.pairs, *(path for path in named.values() if path is not None)]
    _refuse_stand_ins(known)
    found = (
        *(path.name for path in known),
        f"{len(layout.image_trees)} tree(s) of films",
        f"{len(layout.report_archives)} archive(s) of reports",
    )
    lacks = [
        Lack(f"{what} is not there", "it, from MIMIC-CXR-JPG", "download it from physionet.org/content/mimic-cxr-jpg")
        for what, path in named.items()
        if path is None
    ]
    if not layout.image_trees:
        advice = f"download the films that the pairs name, and set {ms_cxr_t.SETTING}.images to them"
        lacks.append(Lack("no folder p10 to p19: every film is absent", "files/p10/ to files/p19/", advice))
    if not layout.report_archives and not layout.report_trees:
        advice = f"download mimic-cxr-reports.zip, and set {ms_cxr_t.SETTING}.reports to its folder"
        lacks.append(Lack("no report", "mimic-cxr-reports.zip, or unpacked", advice))
    return Look(found, tuple(lacks))


def _look_at_odir(folders: SourceFolders, _: Reading) -> Look:
    rows = read_tables(require_folder(folders.tables, "sources.odir"))
    photographs = find_photographs(require_folder(folders.images, "sources.odir"))
    counts = tuple(f"{n:,} {unit}(s)" for unit, n in rows.found.items())
    lacks = [Lack(remark, "both of ODIR's tables, whole", "download it again from Kaggle") for remark in rows.remarks]
    if not photographs.all:
        advice = "unpack the photographs, and set sources.odir.images where they lie apart"
        lacks.append(Lack("no image file: every eye is absent", f"'{USUAL_FOLDER}/<ID>_left.jpg'", advice))
    return Look((*counts, f"{len(photographs.all):,} image file(s)"), tuple(lacks))


def _look_at_vqa_rad(folders: SourceFolders, _: Reading) -> Look:
    layout = vqa_rad.find_layout(folders.images)
    _refuse_stand_ins([layout.questions])
    n_images = _count_images(path.name for path in layout.images.iterdir())
    advice = "unpack the images into it (osf.io/89kps)"
    lacks = () if n_images else (Lack("no image file: every image is absent", "synpic*.jpg", advice),)
    return Look((layout.questions.name, f"{n_images:,} image file(s)"), lacks)


def _look_at_llava_med(folders: SourceFolders, _: Reading) -> Look:
    files = llava_med.list_files(require_folder(folders.tables, "sources.llava_med"))
    chosen = llava_med.choose_tables(folders.tables, files)
    there = (
        files if folders.images == folders.tables else llava_med.list_files(require_folder(folders.images, "sources.llava_med"))
    )
    n_images = _count_images(there)
    # What is a git-LFS pointer or a web page has a remark that ends in what to do; a smaller file is then read in its place.
    remarks = [remark.partition("; ") for remark in chosen.remarks]
    lacks = [Lack(got, "the file itself", advice) for got, _, advice in remarks if advice]
    if chosen.captions is None:
        advice = "fetch it with download_data.sh of microsoft/LLaVA-Med"
        lacks.append(Lack("no file of captions", "llava_med_instruct_fig_captions.json", advice))
    if not n_images:
        advice = "fetch the figures, and set sources.llava_med.images where they lie apart"
        lacks.append(Lack("no image file: every figure is absent", "images/*.jpg", advice))
    named = (name for name in (chosen.questions, chosen.captions, chosen.image_urls) if name is not None)
    return Look((*named, f"{n_images:,} image file(s)"), tuple(lacks))


def _name_tables(folder: Path, paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the tables' paths below the folder; SourceError where one is no table but what stands in for it."""
    paths = list(paths)
    _refuse_stand_ins(paths)
    return tuple((path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix() for path in paths)


def _refuse_stand_ins(paths: Iterable[Path]) -> None:
    for path in paths:
        if (stand_in := tell_stand_in(path)) is not None:
            raise SourceError(f"{path}: got {stand_in}, expected the table itself; download it again")


def _count_images(names: Iterable[str]) -> int:
    return sum(Path(name).suffix.casefold() in IMAGE_SUFFIXES for name in names)


FirstLook = Callable[[SourceFolders, Reading], Look]
FIRST_LOOKS: Mapping[Source, FirstLook] = MappingProxyType(
    {
        Source.EMBED: _look_at_embed,
        Source.LUMIERE: _look_at_lumiere,
        Source.MS_CXR_T: _look_at_ms_cxr_t,
        Source.ODIR: _look_at_odir,
        Source.VQA_RAD: _look_at_vqa_rad,
        Source.LLAVA_MED: _look_at_llava_med,
    }
)
