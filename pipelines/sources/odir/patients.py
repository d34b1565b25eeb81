"""Joins ODIR's two tables into patients: `data.xlsx` tells of a patient's two eyes, `full_df.csv` gives each eye its diagnosis.

Where both tell, `data.xlsx` is taken and a difference counted. Where `full_df.csv` alone tells, its rows of one patient must
agree: what they say differently of the patient is taken from neither.

Example:
    >>> join_tables((), ()).patients
    ()
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipelines.sources.odir.keywords import Keywords
from pipelines.sources.odir.rows import ImageRow, PatientRow
from pipelines.vocabulary import Laterality

_ONLY_IN_IMAGE_TABLE = "patient read from full_df.csv alone"
_NO_KEYWORD = "eye without a keyword"
_NO_EYE_DIAGNOSIS = "eye without a diagnosis of its own in full_df.csv"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Eye:
    """One eye of one patient, as far as the tables tell."""

    side: Laterality
    image_name: str | None  # None: not told, so by custom `<ID>_<side>.jpg`
    keywords: Keywords
    diagnoses: tuple[str, ...] | None  # of this eye alone; None: not told
    image_row: ImageRow | None


@dataclass(frozen=True)
class Patient:
    """One patient, as far as the tables tell."""

    id: str
    age_years: float | None
    sex: str | None
    diagnoses: tuple[str, ...]
    eyes: tuple[Eye, ...]
    patient_row: PatientRow | None


@dataclass(frozen=True)
class Joined:
    """All patients in the order of their numbers, and what was noticed."""

    patients: tuple[Patient, ...]
    remarks: Mapping[str, int]


def join_tables(patient_rows: Sequence[PatientRow], image_rows: Sequence[ImageRow]) -> Joined:
    """Return one patient per ID of either table."""
    remarks: Counter[str] = Counter()
    by_patient: dict[str, list[ImageRow]] = {}
    for image_row in image_rows:
        by_patient.setdefault(image_row.patient.id, []).append(image_row)
    patients = [_join_patient(row, by_patient.pop(row.id, []), remarks) for row in patient_rows]
    for rows in by_patient.values():
        patients.append(_from_image_rows(rows, remarks))
        remarks[_ONLY_IN_IMAGE_TABLE] += bool(patient_rows)
    remarks[_NO_KEYWORD] += sum(not eye.keywords.is_any for patient in patients for eye in patient.eyes)
    if image_rows:
        remarks[_NO_EYE_DIAGNOSIS] += sum(eye.diagnoses is None for patient in patients for eye in patient.eyes)
    return Joined(tuple(sorted(patients, key=_sort_key)), {text: n for text, n in remarks.items() if n})


def _join_patient(row: PatientRow, image_rows: Sequence[ImageRow], remarks: Counter[str]) -> Patient:
    _count_notes(row, [side for side, eye in row.eyes.items() if eye.is_named], remarks)
    _count_differences(row, image_rows, remarks)
    remarks.update(note for image_row in image_rows for note in image_row.notes)
    by_side = {image_row.side: image_row for image_row in image_rows}
    eyes: list[Eye] = []
    for side, cells in row.eyes.items():
        image_row = by_side.get(side)
        if not cells.is_named and image_row is not None:
            remarks["eye named by full_df.csv alone"] += 1
            eyes.append(_from_image_row(image_row, remarks))
        elif cells.is_named:
            diagnoses = None if image_row is None else image_row.diagnoses
            eyes.append(Eye(side, cells.image_name, cells.keywords, diagnoses, image_row))
    return Patient(row.id, row.age_years, row.sex, row.diagnoses or (), tuple(eyes), row)


def _from_image_rows(rows: Sequence[ImageRow], remarks: Counter[str]) -> Patient:
    said = [row.patient for row in rows]
    # A list, for Counter.update adds the values of a mapping; once per patient, not per row.
    remarks.update(list(dict.fromkeys(note for patient in said for note in patient.notes)))
    remarks.update(note for row in rows for note in row.notes)
    eyes = tuple(sorted((_from_image_row(row, remarks) for row in rows), key=lambda eye: eye.side))
    return Patient(
        id=said[0].id,
        age_years=_agree("Patient Age", [patient.age_years for patient in said], remarks),
        sex=_agree("Patient Sex", [patient.sex for patient in said], remarks),
        diagnoses=_agree("N to O", [patient.diagnoses for patient in said], remarks) or (),
        eyes=eyes,
        patient_row=None,
    )


def _from_image_row(row: ImageRow, remarks: Counter[str]) -> Eye:
    keywords = row.patient.eyes[row.side].keywords
    remarks.update(keywords.notes)
    return Eye(row.side, row.image_name, keywords, row.diagnoses, row)


def _agree(column: str, values: Sequence[_Value], remarks: Counter[str]) -> _Value | None:
    """Return the value that all rows of one patient give; None where they differ, for neither can be known to be right."""
    if any(value != values[0] for value in values):
        remarks[f"{column}: the rows of one patient in full_df.csv differ: taken as not known"] += 1
        return None
    return values[0]


def _count_notes(row: PatientRow, sides: Iterable[Laterality], remarks: Counter[str]) -> None:
    remarks.update([*row.notes, *(note for side in sides for note in row.eyes[side].keywords.notes)])


def _count_differences(row: PatientRow, image_rows: Sequence[ImageRow], remarks: Counter[str]) -> None:
    """Count, once per patient and column, where full_df.csv says something else than the table of patients."""
    said = [image_row.patient for image_row in image_rows]
    differing = {
        "Patient Age": any(patient.age_years != row.age_years for patient in said),
        "Patient Sex": any(patient.sex != row.sex for patient in said),
        "N to O": any(patient.diagnoses != row.diagnoses for patient in said),
        "keywords": any(not _tell_same(row, patient) for patient in said),
    }
    for column, is_differing in differing.items():
        if is_differing:
            remarks[f"{column}: data.xlsx and full_df.csv differ: data.xlsx taken"] += 1


def _tell_same(row: PatientRow, other: PatientRow) -> bool:
    return all(row.eyes[side].keywords.agrees_with(other.eyes[side].keywords) for side in row.eyes if row.eyes[side].is_named)


def _sort_key(patient: Patient) -> tuple[bool, int, str]:
    """Order numbers as numbers, and before anything else that stands for an ID."""
    is_number = patient.id.isascii() and patient.id.isdigit()
    return (not is_number, int(patient.id) if is_number else 0, patient.id)
