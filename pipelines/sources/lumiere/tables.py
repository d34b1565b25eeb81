"""What LUMIERE's tables share: how they are found, and how a row names a session or a subject that is on disk.

Example:
    >>> is_missing("N-A"), is_missing(" na "), is_missing(None), is_missing("WT")
    (True, True, True, False)
"""

from collections.abc import Collection
from pathlib import Path

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.sources.locate import locate_table
from pipelines.sources.lumiere.sessions import SOURCE, SessionKey, name_patient, parse_patient, parse_session
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, Sheet, SheetRow, place_of, read_sheet

PATIENT = Column("Patient")
SESSION = Column("Date", aliases=("Timepoint", "Time point"))
RATINGS_TABLE, DEMOGRAPHICS, COMPLETENESS = "ExpertRating", "Demographics", "datacompleteness"  # parts of the files' names
_MISSING = frozenset({"", "na", "n/a", "n-a", "n.a.", "nan", "none", "-"})
_ARCHIVE = "imaging"  # Imaging-v202211/ or the Imaging/ in it
_SHORT = 40  # characters of a code that a message may repeat


def find_table(tables: Path, name: str) -> Path | None:
    """Return the file whose name holds a table's ("ExpertRating"), whatever version follows; None where it is not there.

    The tables are downloads of their own and lie beside the unpacked archive: where that folder was named, it is looked there.
    """
    endings = (".csv", ".csv.gz")
    patterns = [f"{beginning}{name}*{ending}" for beginning in ("LUMIERE-", "*") for ending in endings] + [f"*{name}*.xlsx"]
    found, folder = locate_table(tables, patterns), tables.absolute()
    while found is None and folder.name.casefold().startswith(_ARCHIVE):
        folder = folder.parent
        found = locate_table(folder, patterns, depth=0)
    return found


def read_table(tables: Path, name: str, columns: list[Column]) -> Sheet | None:
    """Return the table of that name; None where it is not there."""
    path = find_table(tables, name)
    return None if path is None else read_sheet(path, columns)


def read_session(row: SheetRow, on_disk: Collection[SessionKey]) -> SessionKey:
    """Return the session that a row is about; RowProblem where it names none, or one that is not on disk."""
    patient, session = read_text(row, PATIENT.name), read_text(row, SESSION.name)
    if not patient or not session:
        raise RowProblem(Reason.FIELD_EMPTY, f"{PATIENT.name if not patient else SESSION.name}: no value")
    parts = parse_session(patient, session)
    if parts is None:
        raise RowProblem(Reason.UNKNOWN_VALUE, f"{quote(patient)}, {quote(session)}: expected Patient-NNN and week-NNN[-N]")
    key = SessionKey(*parts)
    if key not in on_disk:
        place = f"{name_patient(key.patient)}/{key.name}"
        raise RowProblem(
            Reason.NO_COUNTERPART, f"no folder {place} on disk; download it, or leave it out: what is there is used"
        )
    return key


def read_patient(row: SheetRow, on_disk: Collection[int]) -> int:
    """Return the number of the subject that a row is about; RowProblem where it names none, or one that is not on disk."""
    patient = read_text(row, PATIENT.name)
    if not patient:
        raise RowProblem(Reason.FIELD_EMPTY, f"{PATIENT.name}: no value")
    number = parse_patient(patient)
    if number is None:
        raise RowProblem(Reason.UNKNOWN_VALUE, f"{quote(patient)}: expected Patient-NNN")
    if number not in on_disk:
        raise RowProblem(Reason.NO_COUNTERPART, f"no folder {name_patient(number)} on disk; download it, or leave it out")
    return number


def reject(sheet: Sheet, unit: str, row: SheetRow, reason: Reason, detail: str) -> Rejection:
    """Return the rejection of one row of a table."""
    return sheet.reject_row(SOURCE, unit, place_of(row), reason, detail)


def read_text(row: SheetRow, name: str) -> str:
    """Return a cell without outer spaces, "" where it is empty."""
    value = row[name]
    return "" if value is None else str(value).strip()


def is_missing(text: str | None) -> bool:
    """Return whether a cell says that there is no value, in any of the source's spellings."""
    return text is None or text.strip().casefold() in _MISSING


def quote(text: str) -> str:
    """Return a short code for a message, on one line."""
    return ascii(text[:_SHORT]) + ("..." if len(text) > _SHORT else "")
