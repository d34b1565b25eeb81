"""Reads when and in which view films were taken, from MIMIC-CXR-JPG's metadata table (377,110 rows: only the wanted are kept).

Example:
    >>> parse_date("21800506"), parse_date("21800231")
    ('2180-05-06', None)
    >>> parse_time("80556.875") < parse_time("213014.531")
    True
"""

import datetime
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb
import pyarrow as pa

from pipelines.sources.corpus import SourceError
from pipelines.sources.ms_cxr_t.reference import Reference, clean_number
from pipelines.sources.sheet import Column, read_sheet
from pipelines.vocabulary import View

VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "ap": View.AP,
        "pa": View.PA,
        "lateral": View.LATERAL,
        "ll": View.LATERAL,
        "lat": View.LATERAL,
        # ViewCodeSequence_CodeMeaning, where ViewPosition is empty
        "antero-posterior": View.AP,
        "postero-anterior": View.PA,
        "left lateral": View.LATERAL,
    }
)
_COLUMNS = (
    Column("dicom_id"),
    *(
        Column(name, is_required=False)
        for name in ("subject_id", "study_id", "ViewPosition", "StudyDate", "StudyTime", "ViewCodeSequence_CodeMeaning")
    ),
)


@dataclass(frozen=True)
class Acquisition:
    """What the metadata tell of one film."""

    view: View | None
    date: str | None  # ISO 8601, shifted into the future by the source, in order within a subject
    time: float | None  # seconds since midnight


def read_acquisitions(path: Path | None, films: Collection[Reference], remarks: Counter[str]) -> dict[str, Acquisition]:
    """Return what is known of films by DICOM id; what is not, and what is odd, is counted in the remarks."""
    if path is None:
        remarks["mimic-cxr-2.0.0-metadata.csv is not there: no views, no dates, no order of visits"] += 1
        return {}
    rows = read_wanted(path, _COLUMNS, "dicom_id", {film.dicom for film in films}, remarks)
    by_dicom = {film.dicom: film for film in films}
    found: dict[str, Acquisition] = {}
    for row in rows:
        dicom = row["dicom_id"] or ""
        if not _agrees(by_dicom[dicom], row):
            remarks["metadata row names another subject or study than the film's path: not used"] += 1
        elif dicom in found:
            remarks["film with several metadata rows: the first is used"] += 1
        else:
            found[dicom] = _read_acquisition(row, remarks)
    remarks["film without a metadata row"] += sum(film.dicom not in found for film in films)
    return found


def read_wanted(
    path: Path, columns: Sequence[Column], key: str, wanted: Collection[str], remarks: Counter[str]
) -> list[dict[str, str | None]]:
    """Return the rows of an optional table whose key, a number or a DICOM id, is wanted; none where it cannot be read."""
    try:
        sheet = read_sheet(path, columns)
    except SourceError as error:
        remarks[f"not used: {str(error).replace(str(path), path.name)}"] += 1
        return []
    remarks[f"{path.name}: damaged lines"] += len(sheet.damaged)
    remarks.update({f"{path.name} has no column {name}": 1 for name in sheet.absent})
    return _semi_join(sheet.table, key, wanted)


def parse_date(text: str) -> str | None:
    """Return a StudyDate (YYYYMMDD, also with a fraction, or with hyphens) as ISO 8601; None where there is no such day."""
    digits = text.strip().removesuffix(".0").replace("-", "")
    try:
        return datetime.datetime.strptime(digits, "%Y%m%d").replace(tzinfo=datetime.UTC).date().isoformat()
    except ValueError:
        return None


def parse_time(text: str | None) -> float | None:
    """Return a StudyTime (HHMMSS.fff, leading zeros lost) as seconds since midnight; None where there is no such time."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    hours, minutes, seconds = value // 10_000, value // 100 % 100, value % 100
    return hours * 3600 + minutes * 60 + seconds if 0 <= hours < 24 and minutes < 60 and seconds < 60 else None


def _semi_join(table: pa.Table, key: str, wanted: Collection[str]) -> list[dict[str, str | None]]:
    """Return the rows whose key, without a folder, a prefix and an ending, is wanted; the key as it is then, in file order."""
    bare = rf"""regexp_replace(regexp_replace(trim("{key}"), '^(.*[/\\\\]|[psPS])', ''), '[.](0|jpe?g|png|dcm)$', '', 'i')"""
    query = f"""SELECT * EXCLUDE (row) REPLACE ({bare} AS "{key}") FROM found
        WHERE {bare} IN (SELECT id FROM wanted) ORDER BY row"""  # noqa: S608  (key is one of our own column names)
    with duckdb.connect() as connection:
        connection.register("found", table)
        connection.register("wanted", pa.table({"id": pa.array(sorted(wanted), pa.string())}))
        return connection.sql(query).to_arrow_table().to_pylist()


def _agrees(film: Reference, row: Mapping[str, str | None]) -> bool:
    subject, study = clean_number(row["subject_id"]), clean_number(row["study_id"])
    return subject in (None, film.subject) and study in (None, film.study)


def _read_acquisition(row: Mapping[str, str | None], remarks: Counter[str]) -> Acquisition:
    date = None if row["StudyDate"] is None else parse_date(row["StudyDate"])
    if date is None:
        remarks[
            "film without a StudyDate" if row["StudyDate"] is None else "bad_date: StudyDate is no day of the calendar"
        ] += 1
    return Acquisition(_read_view(row, remarks), date, parse_time(row["StudyTime"]))


def _read_view(row: Mapping[str, str | None], remarks: Counter[str]) -> View | None:
    position, meaning = ((row[name] or "").strip() for name in ("ViewPosition", "ViewCodeSequence_CodeMeaning"))
    if position:
        view = VIEWS.get(position.casefold())
        if view is None:
            remarks[f"ViewPosition {position[:20]!r} is none of AP, PA, lateral: no view"] += 1
        return view
    view = VIEWS.get(meaning.casefold())
    remarks["film without a view" if view is None else "view taken from ViewCodeSequence_CodeMeaning"] += 1
    return view
