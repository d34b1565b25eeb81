"""EMBED's metadata rows, one per DICOM file: which of them name a file that an examination of the clinical table can use.

A row is judged by its cells, then by its counterpart, then as one of several that name one file; whether the file is there
is `images`'s question. An image of the breast that no finding speaks of is kept: its examination is known.

Example:
    >>> Candidate(0, "1234567890123456", "cohort_1/9/1.2/3.4/5.6.dcm", "CC", "CCID", "L", "2d", 0, "YES", True).is_displaced
    True
"""

from dataclasses import dataclass

import duckdb

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.sources.embed.clinical import ascii_only
from pipelines.sources.embed.vocabulary import METADATA_UNIT, SOURCE
from pipelines.sources.sheet import Sheet

# Of rows that name one file the first usable one counts: a first row with a damaged id must not take the file with it.
_CHECK_ROWS = """
CREATE TABLE metadata_row AS
WITH checked AS (
    SELECT cell.*, study.empi, study.place, CASE
        WHEN acc_cell IS NULL THEN ['field_empty', 'acc_anon is empty, expected the number of the examination']
        WHEN cell.acc IS NULL THEN
            ['text_damaged', 'acc_anon ' || shown(acc_cell) || ' has lost digits; export the table with acc_anon as text']
        WHEN empi_cell IS NOT NULL AND own_empi IS NULL THEN
            ['text_damaged', 'empi_anon ' || shown(empi_cell) || ' has lost digits; export the table with empi_anon as text']
        WHEN path_cell IS NULL THEN ['field_empty', 'anon_dicom_path is empty, expected .../cohort_<n>/.../<file>.dcm']
        WHEN climbs THEN ['unsafe_path', 'anon_dicom_path leads upwards (..), expected cohort_<n>/.../<file>.dcm']
        WHEN file IS NULL THEN ['unknown_value',
            'anon_dicom_path ' || shown(path_cell) || ' does not end as in cohort_<n>/.../<file>.dcm']
        WHEN type IN ('3D', 'ROI_SSC', 'ROI_SS') THEN
            ['image_not_selected', 'FinalImageType ' || type || ' is no part of the open release; 2D and cview are read']
        WHEN type NOT IN (SELECT code FROM image_type) THEN
            ['unknown_value', 'FinalImageType: ' || shown(type_cell) || ' is not one of 2D, cview']
        WHEN spot_cell IS NOT NULL AND coalesce(spot NOT IN (0, 1), true) THEN
            ['unknown_value', 'spot_mag: ' || shown(spot_cell) || ' is not one of 0, 1']
        WHEN study.acc IS NULL THEN
            ['no_counterpart', 'no usable clinical row has the accession (acc_anon) of this row']
        WHEN own_empi <> study.empi THEN
            ['no_counterpart', 'the clinical rows give this accession to another subject (empi_anon)']
        END AS problem
    FROM metadata_cell AS cell LEFT JOIN study USING (acc))
SELECT *, CASE WHEN problem IS NULL THEN min(row) OVER (PARTITION BY file, problem IS NULL) END AS first_row FROM checked;
"""

_PROBLEMS = """
SELECT row, coalesce(problem, ['duplicate_key', 'names the file that row ' || first_row || ' names already'])
FROM metadata_row WHERE problem IS NOT NULL OR row > first_row ORDER BY row
"""

_CANDIDATES = """
SELECT row, acc, file, view_position.meaning AS view, view_cell, laterality,
    CASE WHEN spot = 1 THEN 'spot_magnification' ELSE image_type.meaning END AS image_type,
    coalesce(n_rois, 0) AS n_rois, implant, coalesce(view_cell <> view_position.meaning, false) AS is_displaced
FROM metadata_row LEFT JOIN view_position ON view_position.code = view_cell LEFT JOIN image_type ON image_type.code = type
WHERE problem IS NULL AND row = first_row ORDER BY empi, place, file
"""

_BATCH = 20_000  # rows that are held twice, as they come from the database and as candidates


@dataclass(frozen=True, slots=True)
class Candidate:
    """One usable metadata row: which file it names, whose it is, what the picture shows."""

    row: int
    acc: str
    file: str  # from cohort_<n>/ on, with forward slashes
    view: str | None
    view_cell: str | None  # as found, upper case
    laterality: str | None  # as found, upper case
    image_type: str | None
    n_rois: int
    implant: str | None
    is_displaced: bool  # an implant-displaced view


def settle_metadata(connection: duckdb.DuckDBPyConnection) -> list[Candidate]:
    """Return the usable rows, by subject, study in time and path; makes the table `metadata_row` beside `study`."""
    connection.execute(_CHECK_ROWS)
    found = connection.execute(_CANDIDATES)
    return [Candidate(*row) for batch in iter(lambda: found.fetchmany(_BATCH), []) for row in batch]


def reject_metadata(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> list[Rejection]:
    """Return a rejection for each metadata row that has a problem and for each damaged line."""
    rejections = [
        sheet.reject_row(SOURCE, METADATA_UNIT, row, Reason(reason), ascii_only(detail))
        for row, (reason, detail) in connection.execute(_PROBLEMS).fetchall()
    ]
    return [*sheet.reject_damaged(SOURCE, METADATA_UNIT), *rejections]
