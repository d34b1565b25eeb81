"""Reads the table of MS-CXR-T (physionet.org/content/ms-cxr-t, 1,045 rows): pairs of films and how five findings changed.

The table is wide: one row per pair, one column per finding. A cell that cannot be used takes neither its row nor the cells
beside it away.

Example:
    >>> label_code("pleural_effusion")
    'pleural_effusion_progression'
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.sources.corpus import SourceError, name_row
from pipelines.sources.ms_cxr_t.reference import Reference, parse_reference
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, Sheet, SheetRow, place_of, read_sheet
from pipelines.vocabulary import Source

SOURCE = Source.MS_CXR_T
ROW_UNIT = "pair row"
LABEL_UNIT = "progression label"
FINDINGS = ("consolidation", "edema", "pleural_effusion", "pneumonia", "pneumothorax")
PROGRESSIONS = ("improving", "stable", "worsening")
QUALITIES = ("one_expert", "multiple_experts", "disagreement")

_NO_VALUE = frozenset({"", "nan", "na", "n/a", "none", "null", "<na>"})


@dataclass(frozen=True)
class Progression:
    """How one finding changed from the earlier film to the later one."""

    finding: str
    value: str
    quality: str | None


@dataclass(frozen=True)
class PairRow:
    """One row that names two films of one subject; `cells` are the findings that it tells of, usable or not."""

    row: int  # from 0
    previous: Reference
    current: Reference
    cells: tuple[str, ...]
    progressions: tuple[Progression, ...]


@dataclass
class PairReading:
    """What the table holds, before any image is looked at."""

    file: str
    rows: list[PairRow] = field(default_factory=list)
    rejections: list[tuple[int, Rejection]] = field(default_factory=list)  # by row, so that they can be put in order
    remarks: Counter[str] = field(default_factory=Counter)
    found: dict[str, int] = field(default_factory=dict)

    def reject_label(self, row: int, finding: str, reason: Reason, detail: str) -> None:
        """Reject one cell."""
        item = f"{self.file} {name_row(row)} {label_code(finding)}"
        self.rejections.append((row, Rejection(SOURCE, Stage.READ, item, reason, detail, LABEL_UNIT)))

    def reject_row(self, row: int, reason: Reason, detail: str) -> None:
        """Reject a row, but not its cells."""
        item = f"{self.file} {name_row(row)}"
        self.rejections.append((row, Rejection(SOURCE, Stage.READ, item, reason, detail, ROW_UNIT)))


def label_code(finding: str) -> str:
    """Return the code of a finding's progression label: the name of its column."""
    return f"{finding}_progression"


def quality_column(finding: str) -> str:
    """Return the name of the column with a progression's quality."""
    return f"{finding}_label_quality"


def read_pairs(path: Path) -> PairReading:
    """Return the pairs in file order.

    Raises:
        SourceError: the file cannot be read, or lacks the columns of the films or every progression.
    """
    sheet = read_sheet(path, _columns())
    absent = [finding for finding in FINDINGS if label_code(finding) in sheet.absent]
    if len(absent) == len(FINDINGS):
        raise SourceError(f"{path}: has no column {label_code(FINDINGS[0])} nor any other progression; is it the right file?")
    reading = PairReading(path.name)
    reading.remarks.update({f"{path.name} has no column {label_code(finding)}": 1 for finding in absent})
    reading.rejections += _damaged(sheet)
    found_labels = sum(_read_row(reading, row) for row in sheet.rows())
    reading.found = {ROW_UNIT: sheet.n_found, LABEL_UNIT: found_labels}
    return reading


def _columns() -> list[Column]:
    ids = [Column(name, is_required=False) for name in ("subject_id", "study_id", "previous_study_id")]
    cells = [Column(name(finding), is_required=False) for finding in FINDINGS for name in (label_code, quality_column)]
    return [Column("dicom_id"), Column("previous_dicom_id"), *ids, *cells]


def _damaged(sheet: Sheet) -> list[tuple[int, Rejection]]:
    rejections = sheet.reject_damaged(SOURCE, ROW_UNIT)
    return [(line.number - 2, rejection) for line, rejection in zip(sheet.damaged, rejections, strict=True)]


def _read_row(reading: PairReading, row: SheetRow) -> int:
    """Add a row to what was read; return how many progressions it tells."""
    place = place_of(row)
    cells = {finding: text for finding in FINDINGS if (text := _clean(row, label_code(finding))) is not None}
    try:
        previous, current = _parse_films(row)
    except RowProblem as problem:
        reading.reject_row(place, problem.reason, problem.detail)
        for finding in cells:
            reading.reject_label(place, finding, problem.reason, problem.detail)
        return len(cells)
    progressions = tuple(one for finding, text in cells.items() if (one := _read_cell(reading, row, finding, text)) is not None)
    reading.rows.append(PairRow(place, previous, current, tuple(cells), progressions))
    if not progressions:
        reason = Reason.UNKNOWN_VALUE if cells else Reason.FIELD_EMPTY
        reading.reject_row(place, reason, "none of its progressions is known" if cells else "all its progressions are empty")
    return len(cells)


def _parse_films(row: SheetRow) -> tuple[Reference, Reference]:
    subject = _text(row, "subject_id")
    films: list[Reference] = []
    for dicom, study in (("previous_dicom_id", "previous_study_id"), ("dicom_id", "study_id")):
        try:
            films.append(parse_reference(_text(row, dicom), subject, _text(row, study)))
        except RowProblem as problem:
            raise RowProblem(problem.reason, f"{dicom}: {problem.detail}") from problem
    previous, current = films
    if previous.subject != current.subject:
        detail = f"the films are of two subjects, {previous.subject} and {current.subject}; expected one"
        raise RowProblem(Reason.ID_MISMATCH, detail)
    if previous.tail == current.tail:
        raise RowProblem(Reason.REPEATED_IMAGE, "the earlier and the later film are one file; expected two")
    return previous, current


def _read_cell(reading: PairReading, row: SheetRow, finding: str, text: str) -> Progression | None:
    value = text.casefold()
    if value not in PROGRESSIONS:
        detail = f"progression {text[:40]!r} is not one of {', '.join(PROGRESSIONS)}; correct the cell"
        reading.reject_label(place_of(row), finding, Reason.UNKNOWN_VALUE, detail)
        return None
    if value != row[label_code(finding)]:
        reading.remarks["progression in other case or between spaces: read as its value"] += 1
    return Progression(finding, value, _read_quality(reading, row, finding))


def _read_quality(reading: PairReading, row: SheetRow, finding: str) -> str | None:
    text = _clean(row, quality_column(finding))
    if text is None:
        reading.remarks["progression without a label quality"] += 1
        return None
    quality = text.casefold().replace(" ", "_")
    if quality not in QUALITIES:
        reading.remarks[f"label quality {text[:40]!r} is not one of {', '.join(QUALITIES)}: left out"] += 1
        return None
    return quality


def _clean(row: SheetRow, name: str) -> str | None:
    text = (_text(row, name) or "").strip()
    return None if text.casefold() in _NO_VALUE else text


def _text(row: SheetRow, name: str) -> str | None:
    value = row[name]
    return None if value is None else str(value)
