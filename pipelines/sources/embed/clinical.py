"""EMBED's clinical rows, one per finding, collapsed to examinations and to what is said of each breast.

A finding of side B or of no side counts for both breasts (the owner's join). Of several findings of one breast the worst
assessment and the worst pathology stand. An examination whose rows disagree on date, age, density or description keeps
what they agree on: the rest is left open, and told. Labels: `birads` and `path_severity` (0 worst to 6) of a breast,
`breast_density` (A to D) and `examination` (screening, diagnostic) of a study. The quality of a breast's label says whence it
is: `as_found` of a row of this very side, `both_sides` of one of side B or none, `contralateral_rule` of neither: a bilateral
examination that speaks of the other breast alone.

Example:
    >>> from pipelines.sources.embed.vocabulary import SEVERITY
    >>> min(("B", "A", "P"), key=SEVERITY.index)  # what a breast with these three findings is labelled
    'A'
"""

import duckdb

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.sources.embed.vocabulary import CLINICAL_UNIT, SOURCE
from pipelines.sources.sheet import Sheet

# Whose accession it is: the clinical rows say so, else the metadata; two subjects of one accession are an error of the table.
_OWNERS = """
CREATE TABLE owner AS
WITH clinical AS (
    SELECT acc, min(own_empi) AS empi, count(DISTINCT own_empi) AS n_subjects
    FROM clinical_cell WHERE acc IS NOT NULL GROUP BY acc),
metadata AS (
    SELECT acc, min(own_empi) AS empi, count(DISTINCT own_empi) AS n_subjects
    FROM metadata_cell WHERE acc IS NOT NULL GROUP BY acc)
SELECT acc, coalesce(clinical.empi, CASE WHEN metadata.n_subjects = 1 THEN metadata.empi END) AS empi, clinical.n_subjects
FROM clinical LEFT JOIN metadata USING (acc);
"""

# A row without a readable date beside rows that have one is damaged; where no row has one, the study stays without a date.
_CHECK_ROWS = """
CREATE TABLE clinical_row AS WITH checked AS (SELECT cell.*, owner.empi, CASE
    WHEN acc_cell IS NULL THEN ['field_empty', 'acc_anon is empty, expected the number of the examination']
    WHEN cell.acc IS NULL THEN
        ['text_damaged', 'acc_anon ' || shown(acc_cell) || ' has lost digits; export the table with acc_anon as text']
    WHEN empi_cell IS NOT NULL AND own_empi IS NULL THEN
        ['text_damaged', 'empi_anon ' || shown(empi_cell) || ' has lost digits; export the table with empi_anon as text']
    WHEN n_subjects > 1 THEN ['id_mismatch',
        'the rows of this accession name ' || n_subjects || ' subjects: nobody can tell whose it is; mend empi_anon']
    WHEN owner.empi IS NULL THEN ['field_empty', 'empi_anon is empty and the metadata do not tell whose accession it is']
    WHEN side NOT IN ('L', 'R', 'B') THEN ['unknown_value', 'side: ' || shown(side) || ' is not one of L, R, B']
    WHEN asses <> 'X' AND asses NOT IN (SELECT code FROM assessment) THEN
        ['unknown_value', 'asses: ' || shown(asses) || ' is not one of A, N, B, P, S, M, K, X']
    END AS cell_problem
FROM clinical_cell AS cell LEFT JOIN owner USING (acc))
SELECT *, CASE WHEN cell_problem IS NULL AND date_cell IS NOT NULL AND date IS NULL
        AND count(date) FILTER (cell_problem IS NULL) OVER (PARTITION BY acc) > 0
    THEN ['bad_date', 'study_date_anon: ' || shown(date_cell) || ' is no date, though other rows of the accession have one']
    ELSE cell_problem END AS problem
FROM checked;
"""

_STUDIES = """
CREATE TABLE study AS
WITH examination AS (
    SELECT acc, empi, count(*) AS n_rows,
        count(DISTINCT date) AS n_dates, CASE WHEN n_dates = 1 THEN min(date) END AS date,
        count(DISTINCT age) AS n_ages, CASE WHEN n_ages = 1 THEN min(age) END AS age,
        count(DISTINCT density) AS n_densities, CASE WHEN n_densities = 1 THEN min(density) END AS density,
        coalesce(bool_and(contains(description, 'bilat')), false) AS is_bilateral,
        count(description) AS n_described,
        count(*) FILTER (contains(description, 'screen')) AS n_screening,
        count(*) FILTER (contains(description, 'diag') AND NOT contains(description, 'screen')) AS n_diagnostic
    FROM clinical_row WHERE problem IS NULL GROUP BY acc, empi)
SELECT *, row_number() OVER (PARTITION BY empi ORDER BY date NULLS LAST, acc) AS place,
    CASE WHEN date IS NOT NULL THEN place END AS visit,
    CASE WHEN n_described = 0 THEN NULL WHEN n_screening = n_described THEN 'screening'
        WHEN n_diagnostic = n_described THEN 'diagnostic' END AS examination
FROM examination;
"""

_FINDINGS = """
CREATE TABLE finding AS
SELECT acc, breast, asses, pathology,
    CASE WHEN side = breast THEN 'as_found' ELSE 'both_sides' END AS quality
FROM clinical_row JOIN (VALUES ('L'), ('R')) AS breasts (breast) ON side IS NULL OR side = 'B' OR side = breast
WHERE problem IS NULL;

CREATE TABLE label AS
SELECT acc, breast, 'birads' AS code, asses AS value, quality FROM finding JOIN assessment ON code = asses
QUALIFY row_number() OVER (PARTITION BY acc, breast ORDER BY meaning, quality) = 1;

INSERT INTO label
SELECT acc, breast, 'path_severity', pathology::VARCHAR, quality FROM finding WHERE pathology IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY acc, breast ORDER BY pathology, quality) = 1;
INSERT INTO label
SELECT acc, NULL, 'breast_density', meaning, NULL FROM study JOIN density_letter ON code = density;
INSERT INTO label
SELECT acc, NULL, 'examination', examination, NULL FROM study WHERE examination IS NOT NULL;
"""

# Not where any row of the accession, rejected and unassessed ones too, may speak of the other breast: its silence is the proof.
_CONTRALATERAL = """
INSERT INTO label
SELECT acc, CASE breast WHEN 'L' THEN 'R' ELSE 'L' END, 'birads', 'N', 'contralateral_rule'
FROM label JOIN study USING (acc)
WHERE code = 'birads' AND is_bilateral AND acc NOT IN (
    SELECT acc FROM clinical_row JOIN label AS known USING (acc)
    WHERE known.code = 'birads' AND (side IS NULL OR side <> known.breast));
"""

_REMARKS = """
SELECT 'clinical rows without an assessment (asses X or empty): no BI-RADS label of them', count(*)
    FROM clinical_row WHERE problem IS NULL AND (asses IS NULL OR asses = 'X')
UNION ALL SELECT 'clinical rows whose acc_anon is written as a number with a fraction: read exactly', count(*)
    FROM clinical_row WHERE problem IS NULL AND acc_cell <> acc
UNION ALL SELECT 'clinical rows whose empi_anon is empty: subject taken from the other rows of the accession', count(*)
    FROM clinical_row WHERE problem IS NULL AND empi_cell IS NULL
UNION ALL SELECT 'clinical rows whose study_date_anon is no date (first: row ' || min(row) || ')', count(*)
    FROM clinical_row WHERE problem IS NULL AND date_cell IS NOT NULL AND date IS NULL AND NOT is_slashed
UNION ALL SELECT 'clinical rows whose study_date_anon has the day or the month first, nobody can tell: write YYYY-MM-DD '
    || '(first: row ' || min(row) || ')', count(*) FROM clinical_row WHERE problem IS NULL AND date IS NULL AND is_slashed
UNION ALL SELECT 'clinical rows whose study_date_anon is written ' || slash_order || ', as numbers above 12 tell', count(*)
    FROM clinical_row WHERE problem IS NULL AND date IS NOT NULL AND is_slashed GROUP BY slash_order
UNION ALL SELECT 'clinical rows whose tissueden is not one of 1 to 5 (first: row ' || min(row) || '): left out', count(*)
    FROM clinical_row WHERE problem IS NULL AND density_cell IS NOT NULL AND density IS NULL
UNION ALL SELECT 'clinical rows whose path_severity is not one of 0 to 6 (first: row ' || min(row) || '): left out', count(*)
    FROM clinical_row WHERE problem IS NULL AND pathology_cell IS NOT NULL AND pathology IS NULL
UNION ALL SELECT 'studies without a date: no place in time', count(*) FROM study WHERE n_dates = 0
UNION ALL SELECT 'studies whose rows name several dates: no place in time', count(*) FROM study WHERE n_dates > 1
UNION ALL SELECT 'studies without an age', count(*) FROM study WHERE n_ages = 0
UNION ALL SELECT 'studies whose rows name several ages: none taken', count(*) FROM study WHERE n_ages > 1
UNION ALL SELECT 'studies of tissueden 5 (normal male): no density', count(*) FROM study WHERE density = 5
UNION ALL SELECT 'studies whose rows name several densities: none taken', count(*) FROM study WHERE n_densities > 1
UNION ALL SELECT 'studies whose desc is neither screening nor diagnostic, or both', count(*)
    FROM study WHERE n_described > 0 AND examination IS NULL
UNION ALL SELECT 'breasts called negative by the contralateral rule', count(*)
    FROM label WHERE quality = 'contralateral_rule'
"""


def settle_clinical(connection: duckdb.DuckDBPyConnection, contralateral_negative: bool) -> None:
    """Make the tables `clinical_row` (with its `problem`), `study` (by subject and time) and `label` of a filled database."""
    for statement in (_OWNERS, _CHECK_ROWS, _STUDIES, _FINDINGS):
        connection.execute(statement)
    if contralateral_negative:
        connection.execute(_CONTRALATERAL)


def reject_clinical(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> list[Rejection]:
    """Return a rejection for each clinical row that has a problem and for each damaged line."""
    rows = connection.execute("SELECT row, problem FROM clinical_row WHERE problem IS NOT NULL ORDER BY row").fetchall()
    rejections = [
        sheet.reject_row(SOURCE, CLINICAL_UNIT, row, Reason(reason), ascii_only(detail)) for row, (reason, detail) in rows
    ]
    return [*sheet.reject_damaged(SOURCE, CLINICAL_UNIT), *rejections]


def remark_clinical(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return what was noticed in the clinical rows, with its count; what did not occur is not named."""
    return {text: count for text, count in connection.execute(_REMARKS).fetchall() if count}


def ascii_only(detail: str) -> str:
    """Return a detail with what is not printable ASCII escaped, for a cell may hold anything."""
    return detail if detail.isascii() and detail.isprintable() else ascii(detail)[1:-1]
