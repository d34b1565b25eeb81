"""The rows of a synthetic ODIR's two tables, with what is odd in the genuine ones: commas, spaces, repeated keywords.

Example:
    >>> from pipelines.cohort.odir.plan import draw_patients
    >>> rows = list(patient_rows(8, seed=1))
    >>> rows[0][:5], len(rows)
    ((70001, 1, 'Male', '70001_left.jpg', '70001_right.jpg'), 9)
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipelines.cohort.json_stream import open_replacing
from pipelines.cohort.odir.plan import Part, Patient, draw_patient, draw_patients
from pipelines.vocabulary import Laterality

PATIENT_HEADER = (
    *("ID", "Patient Age", "Patient Sex", "Left-Fundus", "Right-Fundus"),
    *("Left-Diagnostic Keywords", "Right-Diagnostic Keywords"),
    *"NDGCAHMO",
)
IMAGE_HEADER = (*PATIENT_HEADER, "filepath", "labels", "target", "filename")
_FOLDER = "../input/ocular-disease-recognition-odir5k/ODIR-5K/Training Images/"
_WORDS = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name
Cell = str | int


def image_name(patient: Patient, side: Laterality) -> str:
    """Return the name of an eye's file."""
    return f"{patient.id}_{_WORDS[side]}.jpg"


def patient_rows(subjects: int, seed: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of data.xlsx; the last says again what the first says."""
    yield from (_patient_row(patient) for patient in draw_patients(subjects, seed))
    yield _patient_row(draw_patient(seed, 0))


def image_rows(subjects: int, seed: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of full_df.csv: all right eyes, then all left ones, as in the genuine file."""
    for patient, side in eyes_in_image_table(subjects, seed):
        name = image_name(patient, side)
        if patient.part is Part.BAD_NAME and side is Laterality.RIGHT:
            name = name.replace("right", "rigth")
        letter = patient.letters(side)[0]  # one per image, whatever else the keywords say
        target = [int(letter == other) for other in "NDGCAHMO"]
        yield (*_patient_row(patient), _FOLDER + name, str([letter]), str(target), name)


def eyes_in_image_table(subjects: int, seed: int) -> Iterator[tuple[Patient, Laterality]]:
    """Yield the eye of each row of full_df.csv."""
    for side in (Laterality.RIGHT, Laterality.LEFT):
        for patient in draw_patients(subjects, seed):
            if patient.is_in_image_table(side):
                yield patient, side


def write_csv(path: Path, header: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> None:
    """Write a table row by row."""
    with open_replacing(path) as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make_workbook(header: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """Return an Excel workbook with one sheet; equal rows give equal bytes, for no moment of writing is told."""
    import openpyxl  # loaded only where a workbook is written

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in (header, *rows):
        sheet.append(list(row))
    written, timeless = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as sink:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", content)
            sink.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return timeless.getvalue()


def _patient_row(patient: Patient) -> tuple[Cell, ...]:
    names = (image_name(patient, side) for side in Laterality)
    cells = (_write_keywords(patient, side) for side in Laterality)
    return (patient.id, patient.age, patient.sex, *names, *cells, *_flags(patient))


def _write_keywords(patient: Patient, side: Laterality) -> str:
    # One grade of retinopathy is spelt with a space in the genuine tables, the others are not.
    keywords = [keyword.replace("moderate nonproliferative", "moderate non proliferative") for keyword in patient.eyes[side]]
    if patient.part is Part.REPEATED_KEYWORD and side is Laterality.RIGHT:
        return ",".join(keywords)
    is_spaced = patient.part is Part.PERMUTED_KEYWORDS and side is Laterality.LEFT
    return "，".join(keywords) + (" " if is_spaced else "")


def _flags(patient: Patient) -> list[int]:
    """Return the patient's eight diagnoses: those of both eyes, and normal where there is no other."""
    found = {letter for side in Laterality for letter in patient.letters(side)}
    letters = found if found == {"N"} else found - {"N"}
    flag = 2 if patient.part is Part.BAD_FLAG else 1
    return [flag if letter in letters else 0 for letter in "NDGCAHMO"]
