"""The tables of one source as relations of an in-memory DuckDB, and the words that every rule's SQL may use.

Relations: `studies`, `labels`, `questions`, `images`, `splits` (the tables as they are), `study_times` (study_id, subject_id,
visit, day), `unique_images` (rendered images of subjects with a split, exact duplicates left to the first of them, with
`visit`, `day` and `split`), `contested_images` (those whose pixels the source files under another study, laterality, view or
sequence too, so that what they show cannot be told) and `usable_images` (the others).

`day` is a number of days that is only good for differences between studies of one subject: of dates where one of its studies
has one, else of weeks, else of ages, for the three have no common beginning.

Macro `shuffled(text)` is a number of 64 bits that looks random and hangs on seed and text alone; `shuffled_place(text)` begins
with it and has 128, of which no two are alike; `takes_three(draw)` of such a number is true as often as the settings want three
images where two or three can be had; `getvariable('min_slice_gap')` reads a setting.

Example:
    >>> with open_tables({}, Grouping()) as database:
    ...     database.sql("SELECT shuffled('image-1') = shuffled('image-1') AS is_stable").fetchall()
    [(True,)]
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.spilling_database import open_database
from pipelines.storage import StorageError

if TYPE_CHECKING:
    import duckdb

TableData: TypeAlias = pa.Table | Path
"""A table in memory, or the Parquet file that holds it: of a file only the columns that are needed are read."""

RELATIONS: Mapping[str, tables.Table] = {
    "studies": tables.STUDIES,
    "labels": tables.LABELS,
    "questions": tables.QUESTIONS,
    "images": tables.RENDERED_IMAGES,
    "splits": tables.SUBJECT_SPLITS,
}

_WORDS = """
CREATE MACRO shuffled_place(text) AS md5_number(concat(getvariable('seed'), '|', text));
-- The same number as that of md5_number_lower, which takes three times as long.
CREATE MACRO shuffled(text) AS CAST(shuffled_place(text) >> 64 AS UBIGINT);
CREATE MACRO takes_three(draw) AS draw % 1000 < round(1000 * getvariable('three_image_share'));
CREATE TEMP TABLE study_times AS
WITH told AS (
    SELECT study_id, subject_id, visit,
        date_diff('day', DATE '1900-01-01', try_cast(date AS DATE)) AS day_of_date,
        7 * week AS day_of_week,
        CAST(round(age_years * 365.25) AS BIGINT) AS day_of_age
    FROM studies
)
SELECT study_id, subject_id, visit,
    CASE WHEN count(day_of_date) OVER of_subject > 0 THEN day_of_date
         WHEN count(day_of_week) OVER of_subject > 0 THEN day_of_week
         ELSE day_of_age END AS day
FROM told
WINDOW of_subject AS (PARTITION BY subject_id);
CREATE TEMP TABLE contested_images AS
SELECT DISTINCT images.image_id
FROM images
JOIN (SELECT * FROM images WHERE duplicate_of IS NOT NULL) AS twins ON twins.duplicate_of = images.image_id
WHERE twins.study_id <> images.study_id OR twins.laterality IS DISTINCT FROM images.laterality
    OR twins.view IS DISTINCT FROM images.view OR twins.sequence IS DISTINCT FROM images.sequence;
CREATE VIEW unique_images AS
SELECT images.image_id, images.source_image_id, images.source_path, images.subject_id, images.study_id, images.modality,
    images.organ, images.view, images.laterality, images.sequence, images.image_type, images.slice_index,
    images.pixel_sha256, study_times.visit, study_times.day, splits.split
FROM images
JOIN splits ON splits.subject_id = images.subject_id
LEFT JOIN study_times ON study_times.study_id = images.study_id
WHERE images.duplicate_of IS NULL;
CREATE VIEW usable_images AS FROM unique_images ANTI JOIN contested_images USING (image_id);
"""


@contextmanager
def open_tables(found: Mapping[str, TableData], settings: Grouping) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Yield a database with the relations; a table that is not given is empty. Past the memory limit it spills to disk."""
    with open_database(settings.memory_mb) as database:
        for name, table in RELATIONS.items():
            data = found.get(name, table.schema.empty_table())
            if isinstance(data, Path):
                check_file(table, data)
                database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_quote(str(data))})")
            else:
                database.register(name, data)
        for name, value in settings.model_dump().items():
            database.execute(f"SET VARIABLE {name} = {value}")  # numbers and truth values: their text is their SQL
        database.execute(_WORDS)
        yield database


def check_file(table: tables.Table, path: Path) -> None:
    """Look at the end of a table's file, before a query meets it.

    Raises:
        StorageError: it is no whole Parquet file.
        TableError: its columns are others than the table's.
    """
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise StorageError(
            f"{path}: not a whole Parquet file ({error}); delete it and materialize {table.name} again"
        ) from error
    table.check_schema(schema.empty_table())


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
