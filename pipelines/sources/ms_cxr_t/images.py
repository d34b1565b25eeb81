"""Finds the film that a reference names, in any of the trees and under any of the endings that a download may have.

Example:
    >>> find_file(Path("no/such/tree"), Reference("p19", "19999901", "59999901", "aaaa-bbbb")) is None
    True
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.keys import mint_id
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import SourceImage
from pipelines.sources.corpus import IMAGE_FILE_UNIT
from pipelines.sources.image_file import ImageFile, inspect_files
from pipelines.sources.ms_cxr_t.layout import Layout
from pipelines.sources.ms_cxr_t.metadata import Acquisition
from pipelines.sources.ms_cxr_t.pairs import SOURCE
from pipelines.sources.ms_cxr_t.reference import ENDINGS, Reference
from pipelines.vocabulary import Modality, Organ

_DEFAULT_TREE = "files"  # the folder that holds p10, p11, ... in MIMIC-CXR and MIMIC-CXR-JPG


@dataclass(frozen=True)
class Film:
    """One film that the table names, and its file."""

    reference: Reference
    file: ImageFile

    @property
    def source_image_id(self) -> str:
        """The key of the film's image; of a film that cannot be used it means nothing."""
        return mint_id("source_image", SOURCE, self.file.path, self.file.fingerprint)

    @property
    def row_reason(self) -> Reason:
        """Why a row that names this film cannot be used, where it has a problem."""
        is_missing = self.file.problem is not None and self.file.problem.reason is Reason.IMAGE_MISSING
        return Reason.IMAGE_MISSING if is_missing else Reason.IMAGE_NOT_USABLE


def subject_key(reference: Reference) -> str:
    """Return the subject_id of a film's subject."""
    return mint_id("subject", SOURCE, reference.subject)


def study_key(reference: Reference) -> str:
    """Return the study_id of a film's study."""
    return mint_id("study", SOURCE, reference.subject, reference.study)


def find_films(layout: Layout, references: Iterable[Reference]) -> dict[str, Film]:
    """Return each distinct film by its tail, ordered by path; what is not on disk has IMAGE_MISSING and the expected path."""
    expected = (*layout.image_trees, layout.images / _DEFAULT_TREE)[0]
    by_tail = {reference.tail: reference for reference in references}
    paths: dict[str, str] = {}
    for tail, reference in by_tail.items():
        found = (find_file(tree, reference) for tree in layout.image_trees)
        path = next((one for one in found if one is not None), expected / f"{tail}{ENDINGS[0]}")
        paths[tail] = path.relative_to(layout.images).as_posix()
    files = inspect_files(layout.images, paths.values())
    films = {tail: Film(by_tail[tail], files[path]) for tail, path in paths.items()}
    return dict(sorted(films.items(), key=lambda one: one[1].file.path))


def find_file(tree: Path, reference: Reference) -> Path | None:
    """Return a film's file in one tree: JPEG before PNG before DICOM, whatever the case of its ending."""
    for ending in ENDINGS:
        path = tree / f"{reference.tail}{ending}"
        if path.is_file():
            return path
    folder = tree / reference.study_folder
    if not folder.is_dir():
        return None
    wanted = {f"{reference.dicom}{ending}".casefold(): place for place, ending in enumerate(ENDINGS)}
    fitting = sorted(path for path in folder.iterdir() if path.name.casefold() in wanted)  # a study has some ten files
    return min(fitting, key=lambda path: wanted[path.name.casefold()], default=None)


def build_image(film: Film, acquisitions: Mapping[str, Acquisition]) -> SourceImage:
    """Return the row of a film that can be used."""
    acquisition = acquisitions.get(film.reference.dicom)
    return SourceImage(
        source=SOURCE,
        source_image_id=film.source_image_id,
        subject_id=subject_key(film.reference),
        study_id=study_key(film.reference),
        series_id=None,
        path=film.file.path,
        modality=Modality.XRAY,
        organ=Organ.CHEST,
        view=acquisition.view if acquisition else None,
        laterality=None,
        sequence=None,
        bytes=film.file.bytes,
        is_readable=True,
    )


def reject_films(films: Iterable[Film]) -> list[Rejection]:
    """Return one rejection for each film that cannot be used."""
    return [
        film.file.problem.as_rejection(SOURCE, Stage.READ, film.file.path, IMAGE_FILE_UNIT)
        for film in films
        if film.file.problem is not None
    ]
