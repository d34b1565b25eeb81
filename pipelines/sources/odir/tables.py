"""Finds and reads ODIR's two tables; rows that cannot be used, and rows given twice, become rejections.

`data.xlsx` (or a CSV of the same columns) has a row per patient, `full_df.csv` a row per image. Either will do.

Example:
    >>> read_tables(Path("no/such/folder"))
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: no/such/folder: neither ODIR's table of patients (data.xlsx, ...
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.sources.corpus import SourceError
from pipelines.sources.locate import list_entries, locate_table
from pipelines.sources.odir.columns import FILE_NAME, FILE_PATH, IMAGE_COLUMNS, PATIENT_COLUMNS
from pipelines.sources.odir.rows import ImageRow, PatientRow, parse_image, parse_patient
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, Sheet, SheetRow, place_of, read_sheet
from pipelines.vocabulary import Source

PATIENT_UNIT = "patient row"
IMAGE_ROW_UNIT = "image row"
_PATIENT_TABLES = (
    "data.xlsx",
    "ODIR-5K_Training_Annotations*.xlsx",
    "data.csv",
    "ODIR-5K_Training_Annotations*.csv",
    "data.csv.gz",
    "ODIR-5K_Training_Annotations*.csv.gz",
)
_IMAGE_TABLES = ("full_df.csv", "full_df.csv.gz", "full_df.xlsx", "full_df*.csv")
_DEPTH = 4  # <download>/archive/ODIR-5K/ODIR-5K/data.xlsx; the tree holds some 15,000 files in all
Row = TypeVar("Row", PatientRow, ImageRow)


@dataclass(frozen=True)
class TableRows:
    """The rows of both tables that can be used, and the others as rejections."""

    patient_sheet: Sheet | None
    image_sheet: Sheet | None
    patients: tuple[PatientRow, ...] = ()
    images: tuple[ImageRow, ...] = ()
    rejections: tuple[Rejection, ...] = ()

    @property
    def found(self) -> dict[str, int]:
        """How many rows each table that is there holds, by unit."""
        sheets = ((PATIENT_UNIT, self.patient_sheet), (IMAGE_ROW_UNIT, self.image_sheet))
        return {unit: sheet.n_found for unit, sheet in sheets if sheet is not None}

    @property
    def remarks(self) -> dict[str, int]:
        """What of the tables is not there."""
        remarks: dict[str, int] = {}
        if self.patient_sheet is None:
            remarks["data.xlsx is not there: no eyes beside those that full_df.csv names"] = 1
        if self.image_sheet is None:
            remarks["full_df.csv is not there: no diagnosis of single eyes"] = 1
        for sheet in (self.patient_sheet, self.image_sheet):
            for name in sheet.absent if sheet is not None else ():
                remarks[f"{sheet.path.name if sheet else ''} has no column {name}"] = 1
        return remarks


def read_tables(folder: Path) -> TableRows:
    """Return the rows of whichever tables lie in the folder or below it.

    Raises:
        SourceError: neither table is there, or one that is there cannot be read as a whole.
    """
    patient_sheet = _read(folder, _PATIENT_TABLES, PATIENT_COLUMNS)
    image_sheet = _read(folder, _IMAGE_TABLES, IMAGE_COLUMNS)
    if image_sheet is not None and {FILE_NAME, FILE_PATH} <= set(image_sheet.absent):
        # Some copies of full_df.csv were cut down to a row per patient.
        patient_sheet, image_sheet = patient_sheet or _without_image_columns(image_sheet), None
    if patient_sheet is None and image_sheet is None:
        raise SourceError(_describe_missing(folder))
    rows = TableRows(patient_sheet, image_sheet)
    if patient_sheet is not None:
        patients, rejections = _parse(patient_sheet, PATIENT_UNIT, parse_patient, _patient_key)
        rows = replace(rows, patients=tuple(patients), rejections=tuple(rejections))
    if image_sheet is not None:
        images, rejections = _parse(image_sheet, IMAGE_ROW_UNIT, parse_image, _image_key)
        rows = replace(rows, images=tuple(images), rejections=(*rows.rejections, *rejections))
    return rows


def reject(sheet: Sheet, unit: str, row: int, reason: Reason, detail: str) -> Rejection:
    """Return the rejection of one row."""
    return sheet.reject_row(Source.ODIR, unit, row, reason, detail)


def _read(folder: Path, patterns: Sequence[str], columns: Sequence[Column]) -> Sheet | None:
    path = locate_table(folder, patterns, _DEPTH)
    return None if path is None else read_sheet(path, columns)


def _without_image_columns(sheet: Sheet) -> Sheet:
    kept = [column.name for column in PATIENT_COLUMNS]
    absent = tuple(name for name in sheet.absent if name in kept)
    return replace(sheet, table=sheet.table.select(["row", *kept]), absent=absent)


def _parse(
    sheet: Sheet, unit: str, parse: Callable[[SheetRow], Row], key: Callable[[Row], Hashable]
) -> tuple[list[Row], list[Rejection]]:
    rows: list[Row] = []
    rejections: dict[int, Rejection] = {}
    for cells in sheet.rows():
        try:
            rows.append(parse(cells))
        except RowProblem as problem:
            position = place_of(cells)
            rejections[position] = reject(sheet, unit, position, problem.reason, problem.detail)
    repeated = _find_repeated(rows, key)
    rejections |= {row: reject(sheet, unit, row, *why) for row, why in repeated.items()}
    told = [*sheet.reject_damaged(Source.ODIR, unit), *(rejections[row] for row in sorted(rejections))]
    return [row for row in rows if row.row not in repeated], told


def _find_repeated(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> Mapping[int, tuple[Reason, str]]:
    """Return what is wrong with each row whose key another row has: of equal rows the first is kept, of others none."""
    by_key: dict[Hashable, list[Row]] = {}
    for row in rows:
        by_key.setdefault(key(row), []).append(row)
    repeated: dict[int, tuple[Reason, str]] = {}
    for same in by_key.values():
        first, *later = same
        if not later:
            continue
        if all(_content(row) == _content(first) for row in later):
            repeated |= {row.row: (Reason.DUPLICATE_KEY, f"says again what row {first.row} says") for row in later}
        else:
            told = ", ".join(f"row {row.row}" for row in same)
            detail = f"{told} are of one {_name_key(first)} and differ; which is right cannot be told: keep one of them"
            repeated |= {row.row: (Reason.CONTRADICTORY_ANSWERS, detail) for row in same}
    return repeated


def _content(row: PatientRow | ImageRow) -> Hashable:
    """Return what a row says, without its place; of an image row what it says of its own eye."""
    patient = row.patient if isinstance(row, ImageRow) else row
    sides = (row.side,) if isinstance(row, ImageRow) else tuple(patient.eyes)
    eyes = tuple(frozenset(patient.eyes[side].keywords.findings + patient.eyes[side].keywords.quality) for side in sides)
    own = row.diagnoses if isinstance(row, ImageRow) else None
    names = () if isinstance(row, ImageRow) else tuple(patient.eyes[side].image_name for side in sides)
    return (patient.age_years, patient.sex, patient.diagnoses, eyes, names, own)


def _name_key(row: PatientRow | ImageRow) -> str:
    return "image" if isinstance(row, ImageRow) else "patient"


def _patient_key(row: PatientRow) -> Hashable:
    return row.id


def _image_key(row: ImageRow) -> Hashable:
    return (row.patient.id, row.side)


def _describe_missing(folder: Path) -> str:
    return (
        f"{folder}: neither ODIR's table of patients ({_PATIENT_TABLES[0]}, {_PATIENT_TABLES[1]} or a .csv of that name) "
        f"nor that of images ({_IMAGE_TABLES[0]}) found down to {_DEPTH} folders below; there is: {list_entries(folder)}; "
        "set sources.odir to the folder that holds one of them"
    )
