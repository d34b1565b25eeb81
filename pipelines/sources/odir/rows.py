"""One row of ODIR's tables, checked and typed: what `data.xlsx` says of a patient, what `full_df.csv` says of one image.

Example:
    >>> row = parse_patient({"row": 0, "ID": "70001", "Patient Age": "1", "Left-Diagnostic Keywords": "drusen"})
    >>> row.age_years, row.eyes[Laterality.LEFT].keywords.findings, row.notes[0]
    (None, ('drusen',), 'age 1 is a placeholder: taken as not known')
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from pipelines.reasons import Reason
from pipelines.safe_path import is_plain_name
from pipelines.sources.odir.columns import AGE, FILE_NAME, FILE_PATH, FUNDUS, ID, KEYWORDS, LABELS, SEX, TARGET
from pipelines.sources.odir.diagnoses import DIAGNOSES, parse_flags, parse_letters, parse_target
from pipelines.sources.odir.keywords import Keywords, parse_keywords
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import SheetRow, place_of
from pipelines.vocabulary import Laterality

_AGE_PLACEHOLDER = "age 1 is a placeholder: taken as not known"
_AGE_ODD = "age that is no number from 2 to 120: taken as not known"
_SEX_ODD = "sex that is neither Male nor Female: taken as not known"
_NO_DIAGNOSIS = "patient without a value in each of the columns N to O: no diagnosis taken"
_NONE_SET = "patient whose columns N to O are all 0: no diagnosis"
_NORMAL_AND_ILL = "patient who is normal (N) and has another diagnosis: both taken"
_LABELS_DIFFER = "image row whose columns `labels` and `target` differ: no diagnosis of the eye taken"
_FROM_TARGET = "image row without `labels`: diagnosis of the eye taken from `target`"

_SEXES: Mapping[str, str] = {"male": "male", "m": "male", "female": "female", "f": "female"}
_SIDES: Mapping[str, Laterality] = {"left": Laterality.LEFT, "right": Laterality.RIGHT}
SIDE_WORDS: Mapping[Laterality, str] = {side: word for word, side in _SIDES.items()}
_EYE_NAME = re.compile(r"(?P<id>.+)_(?P<side>left|right)", re.IGNORECASE)
_MAX_AGE = 120


@dataclass(frozen=True)
class EyeCells:
    """What a row says of one eye."""

    image_name: str | None  # as found, in whatever folder it lies
    keywords: Keywords

    @property
    def is_named(self) -> bool:
        """True where the row knows of this eye at all."""
        return self.image_name is not None or self.keywords.is_any


@dataclass(frozen=True)
class PatientRow:
    """What one row says of a patient."""

    row: int
    id: str
    age_years: float | None
    sex: str | None
    diagnoses: tuple[str, ...] | None  # None: not told
    eyes: Mapping[Laterality, EyeCells]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ImageRow:
    """One row of full_df.csv: one image, and again all that is said of its patient."""

    patient: PatientRow
    side: Laterality
    image_name: str
    diagnoses: tuple[str, ...] | None  # of this eye
    notes: tuple[str, ...]

    @property
    def row(self) -> int:
        """Place in the file, from 0."""
        return self.patient.row


def parse_patient(cells: SheetRow) -> PatientRow:
    """Return the patient of a row; RowProblem where it cannot be used."""
    identity = _parse_id(_text(cells, ID))
    age, age_notes = _parse_age(_text(cells, AGE))
    sex = _text(cells, SEX)
    diagnoses, diagnosis_notes = _parse_diagnoses(cells)
    is_odd_sex = sex is not None and sex.casefold() not in _SEXES
    return PatientRow(
        row=place_of(cells),
        id=identity,
        age_years=age,
        sex=None if sex is None else _SEXES.get(sex.casefold()),
        diagnoses=diagnoses,
        eyes={side: _parse_eye(cells, side) for side in Laterality},
        notes=(*age_notes, *([_SEX_ODD] if is_odd_sex else []), *diagnosis_notes),
    )


def parse_image(cells: SheetRow) -> ImageRow:
    """Return the image of a row; RowProblem where it cannot be used."""
    patient = parse_patient(cells)
    name = _text(cells, FILE_NAME) or (_text(cells, FILE_PATH) or "").replace("\\", "/").rsplit("/", 1)[-1]
    if not name:
        raise RowProblem(Reason.FIELD_EMPTY, "filename is empty, expected the name of an image")
    side = check_name(name, patient.id)
    diagnoses, notes = _parse_eye_diagnoses(_text(cells, LABELS), _text(cells, TARGET))
    return ImageRow(patient, side, name, diagnoses, notes)


def check_name(name: str, patient_id: str, side: Laterality | None = None) -> Laterality:
    """Return the eye that an image's name tells; RowProblem where it is no plain name, or another patient's or eye's."""
    if not is_plain_name(name):
        raise RowProblem(Reason.UNSAFE_PATH, f"{name[:60]!r} is no plain file name; write the name without folders")
    match = _EYE_NAME.fullmatch(PurePath(name).stem)
    told = None if match is None else _SIDES[match["side"].casefold()]
    if match is None or told is None or match["id"] != patient_id or side not in (None, told):
        expected = f"{patient_id}_{SIDE_WORDS[side] if side else 'left or _right'}"
        raise RowProblem(Reason.UNKNOWN_VALUE, f"the image is named {name[:60]!r}, expected {expected} and an ending")
    return told


def _parse_id(cell: str | None) -> str:
    if cell is None:
        raise RowProblem(Reason.FIELD_EMPTY, "ID is empty, expected the patient's number")
    identity = cell.removesuffix(".0")  # a spreadsheet's way of writing a whole number
    if not is_plain_name(identity):
        raise RowProblem(Reason.UNKNOWN_VALUE, f"ID is {cell[:40]!r}, expected the patient's number")
    return identity


def _parse_age(cell: str | None) -> tuple[float | None, list[str]]:
    try:
        age = None if cell is None else float(cell)
    except ValueError:
        return None, [_AGE_ODD]
    if age == 1:
        return None, [_AGE_PLACEHOLDER]
    return (age, []) if age is None or 1 < age <= _MAX_AGE else (None, [_AGE_ODD])


def _parse_diagnoses(cells: SheetRow) -> tuple[tuple[str, ...] | None, list[str]]:
    try:
        diagnoses = parse_flags([_text(cells, letter) for letter in DIAGNOSES])
    except ValueError as error:
        raise RowProblem(Reason.UNKNOWN_VALUE, str(error)) from error
    if diagnoses is None:
        return None, [_NO_DIAGNOSIS]
    if not diagnoses:
        return diagnoses, [_NONE_SET]
    return diagnoses, [_NORMAL_AND_ILL] if DIAGNOSES["N"] in diagnoses and len(diagnoses) > 1 else []


def _parse_eye(cells: SheetRow, side: Laterality) -> EyeCells:
    cell = _text(cells, KEYWORDS[side])
    if cell is not None and "\ufffd" in cell:
        detail = f"{KEYWORDS[side]} holds a replacement character: keywords were lost; take the table as downloaded"
        raise RowProblem(Reason.TEXT_DAMAGED, detail)
    return EyeCells(_text(cells, FUNDUS[side]), parse_keywords(cell))


def _parse_eye_diagnoses(labels: str | None, target: str | None) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    try:
        by_letter = None if labels is None else parse_letters(labels)
        by_number = None if target is None else parse_target(target)
    except ValueError as error:
        raise RowProblem(Reason.UNKNOWN_VALUE, str(error)) from error
    if by_letter is None:
        return by_number, () if by_number is None else (_FROM_TARGET,)
    return (None, (_LABELS_DIFFER,)) if by_number not in (None, by_letter) else (by_letter, ())


def _text(cells: SheetRow, name: str) -> str | None:
    value = cells.get(name)
    return str(value).strip() or None if value is not None else None
