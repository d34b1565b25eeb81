"""Writes a synthetic ODIR-5K: drawn fundus photographs and true keywords in the genuine layout, with its quirks and defects.

The first eight patients are odd or spoilt, one way each (`pipelines.cohort.odir.plan.Part`); beside them lie testing images
without labels, a few preprocessed copies and a stray file. Equal seeds give equal bytes (with equal versions of Pillow, numpy
and openpyxl).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "odir"
    >>> write_odir(root, subjects=8, seed=1, tables_only=True)
    >>> sorted(path.name for path in root.iterdir())
    ['ODIR-5K', 'SYNTHETIC_COHORT.json', 'full_df.csv', 'preprocessed_images']
"""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.cohort.odir.plan import PARTS, Part, Patient, draw_patient, draw_patients, draw_testing_patients
from pipelines.cohort.odir.tables import (
    IMAGE_HEADER,
    PATIENT_HEADER,
    eyes_in_image_table,
    image_name,
    image_rows,
    make_workbook,
    patient_rows,
    write_csv,
)
from pipelines.cohort.phantoms.fundus import draw_fundus
from pipelines.cohort.spoilt_file import truncate
from pipelines.reasons import Reason, Stage
from pipelines.storage import write_bytes
from pipelines.vocabulary import Laterality

MIN_SUBJECTS = len(PARTS)
INNER = "ODIR-5K/ODIR-5K"  # nested twice, as the genuine archive unpacks
TRAINING = f"{INNER}/Training Images"
TESTING = f"{INNER}/Testing Images"
PREPROCESSED = "preprocessed_images"
_PREPROCESSED_PIXELS = 224


def write_odir(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; full_df.csv comes last, so with it all is there.

    With `tables_only` the folders of images stay empty, the patients' table is data.csv, and memory does not grow with them.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for each is odd in a way of its own")
    claim_folder(root, seed, subjects)
    for table in ("full_df.csv", f"{INNER}/data.xlsx", f"{INNER}/data.csv"):
        (root / table).unlink(missing_ok=True)
    kept = {root / path for path in _write_images(root, subjects, seed)} if not tables_only else set()
    for folder in (TRAINING, TESTING, PREPROCESSED):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for path in sorted((root / folder).iterdir()):
            if path not in kept:
                path.unlink()
    if tables_only:
        write_csv(root / INNER / "data.csv", PATIENT_HEADER, patient_rows(subjects, seed))
    else:
        write_bytes(str(root / INNER / "data.xlsx"), make_workbook(PATIENT_HEADER, patient_rows(subjects, seed)))
    write_csv(root / "full_df.csv", IMAGE_HEADER, image_rows(subjects, seed))


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return every rejection that reading and rendering a cohort with images of this size and seed must make."""
    players = {patient.part: patient for patient in draw_patients(MIN_SUBJECTS, seed)}
    bad_flag, absent, truncated = (players[part] for part in (Part.BAD_FLAG, Part.MISSING_FILE, Part.TRUNCATED_FILE))
    again, index = f"data.xlsx row {subjects}", bad_flag.index
    faults = [
        PlantedFault("patient whose row comes twice", Stage.READ, again, Reason.DUPLICATE_KEY),
        PlantedFault("2 among the diagnoses", Stage.READ, f"data.xlsx row {index}", Reason.UNKNOWN_VALUE),
        PlantedFault("file absent", Stage.READ, _path(absent, Laterality.RIGHT), Reason.IMAGE_MISSING),
        PlantedFault("file cut short", Stage.RENDER, _path(truncated, Laterality.LEFT), Reason.IMAGE_TRUNCATED),
        PlantedFault("stray copy of a file", Stage.READ, _stray_path(seed), Reason.IMAGE_UNREFERENCED),
    ]
    for side in Laterality:
        what = "file of a patient whose rows are unusable"
        faults.append(PlantedFault(what, Stage.READ, _path(bad_flag, side), Reason.IMAGE_UNREFERENCED))
    for patient in draw_testing_patients(seed):
        for side in Laterality:
            path = f"{TESTING}/{image_name(patient, side)}"
            faults.append(PlantedFault("testing image without labels", Stage.READ, path, Reason.IMAGE_UNREFERENCED))
    return (*faults, *_faults_of_image_table(subjects, seed))


def _faults_of_image_table(subjects: int, seed: int) -> Iterator[PlantedFault]:
    for row, (patient, side) in enumerate(eyes_in_image_table(subjects, seed)):
        item = f"full_df.csv row {row}"
        if patient.part is Part.BAD_FLAG:
            yield PlantedFault("2 among the diagnoses", Stage.READ, item, Reason.UNKNOWN_VALUE)
        if patient.part is Part.BAD_NAME and side is Laterality.RIGHT:
            yield PlantedFault("name of an image misspelt", Stage.READ, item, Reason.UNKNOWN_VALUE)
        if patient.part is Part.MISSING_FILE and side is Laterality.RIGHT:
            yield PlantedFault("row of an absent file", Stage.READ, item, Reason.IMAGE_NOT_USABLE)


def _write_images(root: Path, subjects: int, seed: int) -> list[str]:
    """Write every image file; return the paths relative to the root."""
    paths: list[str] = []
    for path, content in _draw_images(subjects, seed):
        write_bytes(str(root / path), content, is_synced=False)
        paths.append(path)
    return paths


def _draw_images(subjects: int, seed: int) -> Iterator[tuple[str, bytes]]:
    for patient in draw_patients(subjects, seed):
        for side in Laterality:
            name, content = image_name(patient, side), _draw(patient, side)
            is_left = side is Laterality.LEFT
            if patient.part is Part.MISSING_FILE and not is_left:
                continue
            if patient.part is Part.AGE_PLACEHOLDER or (patient.part is Part.BAD_NAME and is_left):
                yield f"{PREPROCESSED}/{name}", _preprocess(content)
            if patient.part is Part.TRUNCATED_FILE and is_left:
                content = truncate(content)
            if not (patient.part is Part.BAD_NAME and is_left):
                yield f"{TRAINING}/{name}", content
    yield _stray_path(seed), _draw(draw_patient(seed, 0), Laterality.LEFT)
    for patient in draw_testing_patients(seed):
        for side in Laterality:
            yield f"{TESTING}/{image_name(patient, side)}", _draw(patient, side)


def _draw(patient: Patient, side: Laterality) -> bytes:
    own = list(Laterality).index(side)
    return draw_fundus(side, tuple(dict.fromkeys(patient.eyes[side])), patient.seed + own, person=patient.seed)


def _preprocess(jpeg: bytes) -> bytes:
    """Return what Kaggle's copy of the data set made of each photograph: cropped to the fundus, all of one size."""
    sink = io.BytesIO()
    pixels = (_PREPROCESSED_PIXELS, _PREPROCESSED_PIXELS)
    with Image.open(io.BytesIO(jpeg)) as image:
        image.crop((6, 6, image.width - 6, image.height - 6)).resize(pixels).save(sink, "JPEG", quality=90)
    return sink.getvalue()


def _path(patient: Patient, side: Laterality) -> str:
    return f"{TRAINING}/{image_name(patient, side)}"


def _stray_path(seed: int) -> str:
    return _path(draw_patient(seed, 0), Laterality.LEFT).replace(".jpg", " - Copy.jpg")
