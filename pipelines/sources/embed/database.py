r"""Puts EMBED's two tables into an in-memory DuckDB as typed rows: cells cleaned, ids exact, nothing dropped yet.

A table of the real size, 480,000 metadata rows, is cleaned and joined here in about a second; Python sees only results.

Example:
    >>> with duckdb.connect() as connection:
    ...     _ = connection.execute(_MACROS)
    ...     connection.sql(r"SELECT exact_id('1234567890123456.0'), exact_id('1.23457E+15'), filled(' NaN ')").fetchall()
    [('1234567890123456', None, None)]
"""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from pipelines.sources.embed.vocabulary import DENSITIES, DISPLACED_SUFFIX, IMAGE_TYPES, SEVERITY, VIEWS
from pipelines.sources.sheet import Column, Sheet

CLINICAL_COLUMNS = (
    Column("acc_anon"),
    Column("empi_anon", is_required=False),  # then the metadata tell whose accession it is
    Column("side"),  # without it every finding would count for both breasts
    Column("asses"),
    Column("study_date_anon", is_required=False),
    Column("desc", is_required=False),
    Column("tissueden", is_required=False),
    Column("path_severity", is_required=False),
    Column("age_at_study", is_required=False),
)
METADATA_COLUMNS = (
    Column("acc_anon"),
    Column("anon_dicom_path"),
    Column("empi_anon", is_required=False),
    Column("FinalImageType", is_required=False),
    Column("ImageLateralityFinal", ("ImageLaterality",), is_required=False),
    Column("ViewPosition", is_required=False),
    Column("spot_mag", is_required=False),
    Column("num_roi", ("num_ROI",), is_required=False),
    Column("BreastImplantPresent", is_required=False),
)

# exact_id: ids are 16 digits; where pandas or a spreadsheet made numbers of them, they are taken only with every digit there.
_MACROS = r"""
CREATE MACRO filled(cell) AS
    CASE WHEN lower(trim(cell)) NOT IN ('', 'nan', 'na', 'n/a', 'nat', 'null', 'none', '<na>') THEN trim(cell) END;
CREATE MACRO from_scientific(lead, fraction, exponent) AS
    CASE WHEN length(fraction) >= exponent AND rtrim(substr(fraction, exponent + 1), '0') = ''
    THEN lead || substr(fraction, 1, exponent) END;
CREATE MACRO exact_id(cell) AS CASE
    WHEN regexp_full_match(cell, '\d+(\.0*)?') THEN split_part(cell, '.', 1)
    WHEN regexp_full_match(cell, '\d(\.\d*)?[eE]\+?\d{1,3}') THEN from_scientific(
        cell[1], regexp_extract(cell, '\.(\d+)', 1), try_cast(regexp_extract(cell, '(\d+)$', 1) AS INTEGER))
    WHEN regexp_full_match(cell, '[-+]?[\d.,]+([eE][-+]?\d+)?') THEN NULL
    ELSE cell END;
CREATE MACRO is_slashed(cell) AS coalesce(regexp_matches(cell, '^\d{1,2}/\d{1,2}/\d{4}'), false);
CREATE MACRO day_of(cell) AS regexp_replace(cell, '[ T]\d{1,2}:\d{2}.*$', '');
CREATE MACRO as_date(cell, slash_order) AS coalesce(
    try_strptime(day_of(cell), ['%Y-%m-%d', '%Y/%m/%d', '%Y%m%d', '%d.%m.%Y']),
    CASE slash_order WHEN 'month/day/year' THEN try_strptime(day_of(cell), '%m/%d/%Y')
        WHEN 'day/month/year' THEN try_strptime(day_of(cell), '%d/%m/%Y') END)::DATE;
CREATE MACRO likely_date(cell, slash_order) AS
    CASE WHEN year(as_date(cell, slash_order)) BETWEEN 1900 AND 2199 THEN as_date(cell, slash_order) END;
CREATE MACRO whole_code(cell, least, most) AS
    CASE WHEN try_cast(cell AS DOUBLE) BETWEEN least AND most AND try_cast(cell AS DOUBLE) % 1 = 0
    THEN try_cast(cell AS DOUBLE)::INTEGER END;
CREATE MACRO likely_age(cell) AS
    CASE WHEN try_cast(cell AS DOUBLE) BETWEEN 0 AND 120 THEN try_cast(cell AS DOUBLE) END;
CREATE MACRO shown(cell) AS '''' || left(cell, 40) || '''';
"""

# Each step is materialized: DuckDB would otherwise write the macros out into each other, and work long paths out again
# for each column.
# Of 07/01/2013 alone nobody can tell the month; a number above 12 anywhere in the column tells it for all of its cells.
_CLEAN_CLINICAL = r"""
CREATE TABLE clinical_cell AS
WITH cell AS MATERIALIZED (
    SELECT row, filled(acc_anon) AS acc_cell, filled(empi_anon) AS empi_cell, filled(side) AS side_cell,
        filled(asses) AS asses_cell, filled("desc") AS desc_cell, filled(study_date_anon) AS date_cell,
        filled(age_at_study) AS age_cell, filled(tissueden) AS density_cell, filled(path_severity) AS pathology_cell
    FROM clinical_sheet),
slashed AS MATERIALIZED (
    SELECT parts[1]::INTEGER AS first, parts[2]::INTEGER AS second
    FROM (SELECT string_split(date_cell, '/') AS parts FROM cell WHERE is_slashed(date_cell))),
slashes AS MATERIALIZED (
    SELECT CASE WHEN max(first) <= 12 AND max(second) > 12 THEN 'month/day/year'
        WHEN max(first) > 12 AND max(second) <= 12 THEN 'day/month/year' END AS slash_order FROM slashed)
SELECT row, acc_cell, exact_id(acc_cell) AS acc, empi_cell, exact_id(empi_cell) AS own_empi,
    upper(side_cell) AS side, upper(asses_cell) AS asses, lower(desc_cell) AS description,
    date_cell, is_slashed(date_cell) AS is_slashed, slash_order, likely_date(date_cell, slash_order) AS date,
    age_cell, likely_age(age_cell) AS age,
    density_cell, whole_code(density_cell, 1, 5) AS density, pathology_cell, whole_code(pathology_cell, 0, 6) AS pathology
FROM cell CROSS JOIN slashes;
"""

# The path: whatever stands before `cohort_<n>/` depends on the machine where the table was made. The last such folder
# counts, for a prefix may hold one too.
_CLEAN_METADATA = r"""
CREATE TABLE metadata_cell AS
WITH cell AS MATERIALIZED (
    SELECT row, filled(acc_anon) AS acc_cell, filled(empi_anon) AS empi_cell, nullif(trim(anon_dicom_path), '') AS path_cell,
        '/' || regexp_replace(replace(path_cell, '\', '/'), '/(\./|/)+', '/', 'g') AS path,
        filled(FinalImageType) AS type_cell, filled(ImageLateralityFinal) AS laterality_cell,
        filled(ViewPosition) AS position_cell, filled(spot_mag) AS spot_cell, filled(num_roi) AS roi_cell,
        filled(BreastImplantPresent) AS implant_cell
    FROM metadata_sheet),
cut AS MATERIALIZED (SELECT *, regexp_replace(path, '(?i)^.*/(cohort_\d+/)', '\1') AS tail FROM cell)
SELECT row, acc_cell, exact_id(acc_cell) AS acc, empi_cell, exact_id(empi_cell) AS own_empi, path_cell,
    regexp_matches(path, '(?i)/cohort_\d+/(.*/)?\.\./') AS climbs,
    CASE WHEN regexp_full_match(tail, '(?i)cohort_\d+/.+\.dcm') THEN tail END AS file,
    type_cell, upper(type_cell) AS type, upper(laterality_cell) AS laterality, upper(position_cell) AS view_cell,
    spot_cell, coalesce(try_cast(spot_cell AS DOUBLE), try_cast(spot_cell AS BOOLEAN)::DOUBLE) AS spot,
    try_cast(try_cast(roi_cell AS DOUBLE) AS INTEGER) AS n_rois,
    upper(implant_cell) AS implant
FROM cut;
"""


def fill_database(connection: duckdb.DuckDBPyConnection, clinical: Sheet, metadata: Sheet) -> None:
    """Make the tables `clinical_cell` and `metadata_cell`, one row per row of the sheet, and the code tables."""
    connection.register("clinical_sheet", clinical.table)
    connection.register("metadata_sheet", metadata.table)
    connection.register("assessment", _tabulate({code: rank for rank, code in enumerate(SEVERITY)}))
    connection.register("density_letter", _tabulate(DENSITIES))
    connection.register("image_type", _tabulate({code: str(kind) for code, kind in IMAGE_TYPES.items()}))
    displaced = {f"{code}{DISPLACED_SUFFIX}": code for code in VIEWS}
    connection.register("view_position", _tabulate({code: code for code in VIEWS} | displaced))
    connection.execute(_MACROS)
    connection.execute(_CLEAN_CLINICAL)
    connection.execute(_CLEAN_METADATA)


def _tabulate(codes: Mapping[str, str] | Mapping[str, int] | Mapping[int, str]) -> pa.Table:
    return pa.table({"code": pa.array(list(codes)), "meaning": pa.array(list(codes.values()))})
