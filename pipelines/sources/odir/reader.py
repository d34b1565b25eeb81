"""Reads ODIR-5K (Kaggle andrewmvd/ocular-disease-recognition-odir5k): both eyes of some 3,500 patients, with keywords.

A patient is a subject with one study: the two photographs of one day, whose date is not told. Keywords and the diagnosis
that follows from them belong to an eye, the columns N to O to the patient; the two differ by their nature.

Example:
    >>> read_odir(SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.odir: no/such/folder is no such folder, expected the folder of ...
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipelines.choices import Reading, SourceFolders
from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.source_records import Label, SourceImage, Study
from pipelines.sources.corpus import IMAGE_FILE_UNIT, Corpus, SourceError, undated_study
from pipelines.sources.image_file import ImageFile
from pipelines.sources.locate import require_folder
from pipelines.sources.odir.eyes import EYE_UNIT, EyeKey, settle_eyes
from pipelines.sources.odir.images import USUAL_FOLDER, Photographs, find_photographs
from pipelines.sources.odir.labels import eye_labels, subject_labels
from pipelines.sources.odir.patients import Patient, join_tables
from pipelines.sources.odir.tables import IMAGE_ROW_UNIT, PATIENT_UNIT, TableRows, read_tables, reject
from pipelines.vocabulary import Laterality, Modality, Organ, Source

_KEY = "sources.odir"


def read_odir(folders: SourceFolders, reading: Reading) -> Corpus:
    """Return everything in the download: patients in the order of their numbers, the left eye before the right.

    Raises:
        SourceError: neither table is there, a table cannot be read as a whole, or there is no folder of images.
    """
    tables = read_tables(require_folder(folders.tables, _KEY))
    photographs = _require_photographs(folders.images)
    joined = join_tables(tables.patients, tables.images)
    eyes = settle_eyes(joined.patients, photographs, folders.images)
    shown = [patient for patient in joined.patients if any((patient.id, eye.side) in eyes.seen for eye in patient.eyes)]
    unshown = list(_reject_unshown_rows(tables, eyes.seen))
    rejected_rows = (*tables.rejections, *unshown)
    return Corpus(
        studies=tuple(_build_study(patient) for patient in shown),
        labels=tuple(label for patient in shown for label in _build_labels(patient, eyes.seen)),
        images=tuple(_build_image(key, file) for key, file in eyes.seen.items()),
        rejections=(*rejected_rows, *eyes.rejections),
        found={**tables.found, EYE_UNIT: eyes.n_eyes, IMAGE_FILE_UNIT: eyes.n_files},
        used={**_count_used_rows(tables, unshown), EYE_UNIT: len(eyes.seen), IMAGE_FILE_UNIT: len(eyes.seen)},
        remarks={**tables.remarks, **joined.remarks, **eyes.remarks},
    )


def _require_photographs(folder: Path) -> Photographs:
    photographs = find_photographs(require_folder(folder, _KEY))
    if not photographs.all and photographs.folder is None:
        raise SourceError(
            f"{folder}: no image file and no folder {USUAL_FOLDER!r} below it, expected ODIR's photographs like "
            f"'{USUAL_FOLDER}/<ID>_left.jpg'; set {_KEY} (or {_KEY}.images) to the folder that holds them"
        )
    return photographs


def _reject_unshown_rows(tables: TableRows, seen: Mapping[EyeKey, ImageFile]) -> Iterator[Rejection]:
    """Yield a rejection for each row whose eyes were all left out; why is told by the rejections of the eyes."""
    if tables.patient_sheet is not None:
        for row in tables.patients:
            if not any((row.id, side) in seen for side in Laterality):
                detail = "neither eye has an image that can be used; see the eyes"
                yield reject(tables.patient_sheet, PATIENT_UNIT, row.row, Reason.IMAGE_NOT_USABLE, detail)
    if tables.image_sheet is not None:
        for row in tables.images:
            if (row.patient.id, row.side) not in seen:
                detail = f"the eye {row.patient.id} {row.side} has no image that can be used; see the eyes"
                yield reject(tables.image_sheet, IMAGE_ROW_UNIT, row.row, Reason.IMAGE_NOT_USABLE, detail)


def _count_used_rows(tables: TableRows, unshown: Iterable[Rejection]) -> dict[str, int]:
    units = [rejection.unit for rejection in unshown]
    parsed = {PATIENT_UNIT: len(tables.patients), IMAGE_ROW_UNIT: len(tables.images)}
    return {unit: parsed[unit] - units.count(unit) for unit in tables.found}


def _build_study(patient: Patient) -> Study:
    subject_id, study_id = mint_id("subject", Source.ODIR, patient.id), mint_id("study", Source.ODIR, patient.id)
    return undated_study(Source.ODIR, subject_id, study_id, patient.age_years)


def _build_labels(patient: Patient, seen: Mapping[EyeKey, ImageFile]) -> Iterator[Label]:
    yield from subject_labels(patient)
    for eye in patient.eyes:
        if (patient.id, eye.side) in seen:
            yield from eye_labels(patient, eye)


def _build_image(key: EyeKey, file: ImageFile) -> SourceImage:
    patient_id, side = key
    return SourceImage(
        source=Source.ODIR,
        source_image_id=mint_id("source_image", Source.ODIR, file.path, file.fingerprint),
        subject_id=mint_id("subject", Source.ODIR, patient_id),
        study_id=mint_id("study", Source.ODIR, patient_id),
        series_id=None,
        path=file.path,
        modality=Modality.FUNDUS,
        organ=Organ.EYE,
        view=None,
        laterality=side,
        sequence=None,
        bytes=file.bytes,
        is_readable=True,
    )
