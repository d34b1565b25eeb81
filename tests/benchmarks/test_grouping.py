"""All ways to group give the same groups, on tables that hold what the large synthetic ones do not."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.embed_tables import write_embed_tables
from benchmarks.grouping import group_ours
from benchmarks.grouping_in_pandas.groups import group_in_pandas
from benchmarks.grouping_in_polars.groups import group_in_polars
from benchmarks.grouping_peak import check_peak, group_in_child
from benchmarks.hashes import HashBook
from pipelines.choices import Grouping
from pipelines.grouping.database import RELATIONS

LIBRARIES = {"pandas": group_in_pandas, "polars": group_in_polars}
SUBJECTS = 150
SEEDS = (1, 2, 3)
GroupInLibrary = Callable[[Mapping[str, Path], Grouping, HashBook], dict[str, pa.Table]]

# Each number is drawn from a row's own text, so that every seed disturbs other rows.
_DISTURBED = {
    "studies": """
        SELECT * REPLACE (
            CASE WHEN draw(study_id) % 20 = 0 OR draw(subject_id) % 5 = 0 THEN NULL
                 WHEN draw(study_id) % 20 = 1 THEN 'in spring' ELSE date END AS date,
            CASE WHEN draw(subject_id) % 10 = 0 AND draw(study_id) % 4 > 0 THEN draw(study_id) % 200 END AS week,
            CASE WHEN draw(study_id) % 40 = 0 THEN NULL ELSE age_years END AS age_years,
            CASE WHEN draw(study_id || 'visit') % 10 = 0 THEN NULL ELSE visit END AS visit
        ) FROM studies
        UNION ALL BY NAME
        SELECT * REPLACE (concat(study_id, '-again') AS study_id) FROM studies WHERE draw(study_id || 'again') % 10 = 0
    """,
    "labels": """
        SELECT * FROM labels
        UNION ALL SELECT * FROM labels WHERE draw(study_id || 'repeat') % 10 = 0
        UNION ALL SELECT * REPLACE ('B' AS value) FROM labels WHERE code = 'birads' AND draw(study_id || 'b') % 10 = 0
        UNION ALL SELECT * REPLACE ('X' AS value) FROM labels WHERE code = 'birads' AND draw(study_id || 'x') % 20 = 0
        UNION ALL SELECT * REPLACE (concat(study_id, '-again') AS study_id) FROM labels WHERE draw(study_id || 'again') % 10 = 0
        UNION ALL SELECT * REPLACE ('path_severity' AS code, (draw(study_id) % 5)::VARCHAR AS value)
            FROM labels WHERE code = 'birads' AND draw(study_id || 'biopsy') % 5 = 0
        UNION ALL SELECT source, subject_id, study_id, 'image', [source_image_id], 'implant_displaced',
            CASE WHEN draw(image_id) % 3 = 0 THEN 'no' ELSE 'yes' END, NULL
            FROM images WHERE draw(study_id || 'implant') % 4 = 0
    """,
    "images": """
        SELECT * EXCLUDE (twin_id) REPLACE (
            CASE WHEN draw(image_id || 'type') % 10 = 0 THEN NULL ELSE image_type END AS image_type,
            CASE WHEN draw(image_id || 'view') % 15 = 0 THEN NULL
                 WHEN draw(image_id || 'view') % 15 = 1 THEN 'LM' WHEN draw(image_id || 'view') % 15 = 2 THEN 'XCCM'
                 ELSE view END AS view,
            CASE WHEN draw(image_id || 'side') % 30 = 0 THEN NULL ELSE laterality END AS laterality,
            CASE WHEN draw(image_id || 'twin') % 20 = 0 THEN twin_id END AS duplicate_of
        ) FROM (
            SELECT *, lag(image_id) OVER (PARTITION BY subject_id ORDER BY source_path) AS twin_id FROM images
        )
        UNION ALL BY NAME
        SELECT * REPLACE (concat(image_id, '-2') AS image_id, concat(source_image_id, '-2') AS source_image_id)
        FROM images WHERE draw(image_id || 'second') % 10 = 0
        UNION ALL BY NAME
        SELECT * REPLACE (concat(image_id, '-3') AS image_id, image_id AS duplicate_of)
        FROM images WHERE draw(image_id || 'third') % 10 = 0
    """,
    "splits": "SELECT * FROM splits WHERE draw(subject_id || 'split') % 20 > 0",
}


@pytest.fixture(scope="module", params=SEEDS)
def disturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Path]]:
    """Return a seed and tables with gaps, contradictions, repeated visits, pathology, implants, several files of a view."""
    folder = tmp_path_factory.mktemp("tables")
    paths = write_embed_tables(folder, SUBJECTS)
    with duckdb.connect() as database:
        database.execute(f"CREATE MACRO draw(text) AS md5_number_lower(concat('{request.param}', text))")
        for name in RELATIONS:
            database.execute(f"CREATE TABLE {name} AS FROM read_parquet('{paths[name]}')")
        for name, query in _DISTURBED.items():
            rows = database.sql(query).to_arrow_table().cast(RELATIONS[name].schema)
            paths[name] = folder / f"disturbed_{name}.parquet"
            pq.write_table(rows, paths[name])
    return request.param, paths


@pytest.mark.parametrize("library", LIBRARIES)
def test_other_libraries_give_the_same_groups_from_disturbed_tables(
    library: str, disturbed: tuple[int, dict[str, Path]]
) -> None:
    seed, found = disturbed
    settings = Grouping(seed=seed, max_groups_per_subtask=100, max_label_excess=3, max_groups_per_unit=3)
    ours = group_ours(found, settings)
    assert set(ours["groups"]["subtask"].to_pylist()) == {
        "suspicious_image",
        "view_identification",
        "two_view_assessment",
        "next_assessment",
    }
    theirs = LIBRARIES[library](found, settings, HashBook(seed))
    assert theirs.keys() == ours.keys()
    for name, table in ours.items():
        for column in table.column_names:
            assert theirs[name][column].to_pylist() == table[column].to_pylist(), (name, column)


def test_peak_memory_is_that_of_the_process_that_groups_and_not_of_the_one_that_started_it(tmp_path: Path) -> None:
    write_embed_tables(tmp_path, subjects=3)
    ballast = b"x" * 700_000_000
    assert 30 < group_in_child(tmp_path) < len(ballast) / 1e6


def test_memory_beyond_the_limit_is_an_error_that_tells_both() -> None:
    assert check_peak(1999.0, limit_mb=2000) == 1999.0
    with pytest.raises(RuntimeError, match="2001 MB at its peak, more than the 2000 MB"):
        check_peak(2001.0, limit_mb=2000)
