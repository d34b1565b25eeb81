"""Tables in EMBED's shape and size (72-76,000 examinations, ~480,000 images, 22-23,000 people), without a single image.

Shares of views, image types and BI-RADS categories are those that the owner states, or of that order: two views of either
breast, C-view beside 2-D in four of ten examinations, a further view now and then; visits about a year apart, some of them a
work-up within weeks.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(write_embed_tables(Path(folder), subjects=3))
    ['images', 'labels', 'questions', 'splits', 'studies']
"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import tables
from pipelines.grouping.database import RELATIONS

SUBJECTS = 22_250  # about 73,000 examinations and 480,000 images

# `chance(text)` is a number in [0, 1) that hangs on the text alone.
_PEOPLE = """
CREATE MACRO chance(text) AS md5_number_lower(text) / 18446744073709551616.0;
CREATE MACRO named(kind, text) AS concat(kind, '-', left(sha256(text), 20));
CREATE TABLE people AS
SELECT person, named('subject', concat('p', person)) AS subject_id,
    1 + CAST(floor(chance(concat('visits', person)) * 5.56) AS INTEGER) AS n_visits
FROM range($subjects) AS numbers(person);
CREATE TABLE visits AS
SELECT person, subject_id, visit, named('study', concat(person, '/', visit)) AS study_id,
    DATE '2009-01-01' + CAST(
        floor(chance(concat('start', person)) * 900) + 365 * visit
        + floor(chance(concat('late', person, visit)) * 200) - CASE WHEN is_work_up THEN 340 ELSE 0 END AS INTEGER
    ) AS day
FROM (
    SELECT *, unnest(range(1, n_visits + 1)) AS visit FROM people
), LATERAL (SELECT visit > 1 AND chance(concat('workup', person, visit)) < 0.1 AS is_work_up);
CREATE TABLE files AS
WITH views AS (
    SELECT * FROM (VALUES ('L'), ('R')) AS sides(side),
        (VALUES ('CC', '2d', 1.0), ('MLO', '2d', 1.0), ('CC', 'c_view', 0.4), ('MLO', 'c_view', 0.4), ('ML', '2d', 0.25),
            ('XCCL', '2d', 0.1), ('CC', 'spot_magnification', 0.13)) AS kinds(view, image_type, share)
)
SELECT visits.*, side, view, image_type, concat(person, '/', visit, '/', side, '/', view, '/', image_type) AS name
FROM visits, views
WHERE chance(concat(CASE WHEN image_type = 'c_view' THEN '' ELSE view || side END, image_type, person, '/', visit)) < share;
"""
_STUDIES = """
SELECT 'embed' AS source, subject_id, study_id, row_number() OVER (PARTITION BY person ORDER BY day, visit) AS visit,
    CAST(day AS VARCHAR) AS date, NULL AS week, 40 + person % 40 + visit AS age_years, [] AS report, true AS is_synthetic
FROM visits ORDER BY study_id
"""
_LABELS = """
SELECT 'embed' AS source, subject_id, study_id, 'breast' AS target, [side] AS target_ids, 'birads' AS code,
    CASE WHEN draw < 0.55 THEN 'N' WHEN draw < 0.80 THEN 'B' WHEN draw < 0.92 THEN 'A' WHEN draw < 0.96 THEN 'P'
         WHEN draw < 0.982 THEN 'S' WHEN draw < 0.985 THEN 'M' ELSE 'K' END AS value,
    CASE WHEN chance(concat('side', study_id)) < 0.48 THEN 'both_sides' ELSE 'as_found' END AS quality
FROM (SELECT *, chance(concat('birads', study_id, side)) AS draw FROM visits, (VALUES ('L'), ('R')) AS sides(side))
WHERE draw < 0.99
UNION ALL
SELECT 'embed', subject_id, study_id, 'study', [], 'breast_density', substr('ABCD', 1 + visit % 4, 1), NULL FROM visits
ORDER BY study_id, target_ids, code
"""
_IMAGES = """
SELECT 'embed' AS source, named('image', name) AS image_id, named('source_image', name) AS source_image_id,
    concat('images/cohort_1/', name, '.dcm') AS source_path, subject_id, study_id, 'mammography' AS modality, 'breast' AS organ,
    view, side AS laterality, NULL AS sequence, image_type, NULL AS plane, NULL AS slice_index,
    concat('rendered/embed/', name, '.png') AS path, 2560 AS width, 3328 AS height, sha256(name) AS sha256,
    sha256('pixels' || name) AS pixel_sha256, NULL AS duplicate_of, ['voi_lut'] AS steps,
    sha256('hash' || name) AS perceptual_hash
FROM files ORDER BY source_path
"""
_SPLITS = """
SELECT 'embed' AS source, subject_id, split, 1 AS seed, split AS drawn, subject_id AS person_id, [] AS links
FROM (SELECT *, CASE WHEN chance(concat('split', person)) < 0.9 THEN 'train' ELSE 'held_in' END AS split FROM people)
ORDER BY subject_id
"""


def write_embed_tables(folder: Path, subjects: int = SUBJECTS) -> dict[str, Path]:
    """Write studies, labels, questions (none), images and splits as Parquet files and return their paths by relation."""
    queries = {"studies": _STUDIES, "labels": _LABELS, "images": _IMAGES, "splits": _SPLITS}
    paths: dict[str, Path] = {}
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")  # it would be written into the table of figures
        database.execute(_PEOPLE.replace("$subjects", str(subjects)))
        for name, table in RELATIONS.items():
            rows = database.sql(queries[name]).to_arrow_table().cast(table.schema) if name in queries else table.to_arrow([])
            paths[name] = folder / f"{name}.parquet"
            _write(paths[name], rows, table)
    return paths


def _write(path: Path, rows: pa.Table, table: tables.Table) -> None:
    table.check_schema(rows)
    pq.write_table(rows, path)
