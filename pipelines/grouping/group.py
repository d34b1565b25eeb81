"""Groups the images of one source by all of its rules, and tells what became of every group that could be made.

Example:
    >>> from pipelines.grouping.odir.rules import RULES
    >>> group_source(Source.ODIR, RULES, {}, Grouping()).groups.num_rows
    0
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.arrangement import ARRANGE
from pipelines.grouping.database import TableData, open_tables
from pipelines.grouping.finish import collect_facts, mint_in_sql, read_groups
from pipelines.grouping.rule import GroupingRule, SourceRules
from pipelines.grouping.selection import select_groups
from pipelines.grouping.ungrouped import read_ungrouped
from pipelines.outcome import Count
from pipelines.vocabulary import Source

if TYPE_CHECKING:
    import duckdb

_PLAN = """
WITH fated AS (
    SELECT subtask, split, asked, CASE WHEN has_open_labels THEN NULL ELSE label END AS label,
        coalesce(candidates.fate, chosen.fate, 'taken') AS fate
    FROM candidates LEFT JOIN (SELECT candidate, fate FROM chosen) AS chosen USING (candidate)
)
SELECT $source AS source, subtask, split, asked, label, fate, count(*) AS n_groups FROM fated GROUP BY ALL ORDER BY ALL
"""

_MAKE_TABLES = """
CREATE TEMP TABLE rules (
    subtask VARCHAR, ability VARCHAR, origin VARCHAR, image_order VARCHAR, why VARCHAR, has_open_labels BOOLEAN
);
CREATE TEMP TABLE gathered (
    subtask VARCHAR, anchor VARCHAR, subject_id VARCHAR, split VARCHAR, unit_id VARCHAR, asked VARCHAR, label VARCHAR,
    image_ids VARCHAR[], roles VARCHAR[], slice_index BIGINT, fate VARCHAR
);
CREATE VIEW candidates AS SELECT gathered.rowid AS candidate, * FROM gathered JOIN rules USING (subtask);
"""
# Sorting lists of one takes as long as minting the keys.
_UNIT_STUDIES = "CASE WHEN len(unit_studies) = 1 THEN unit_studies ELSE list_sort(list_distinct(unit_studies)) END"
_INSERT = f"""
INSERT INTO gathered BY NAME
SELECT '{{subtask}}' AS subtask, anchor, subject_id, split,
    CASE WHEN fate IS NULL THEN {mint_in_sql("unit", "subject_id", _UNIT_STUDIES)} END AS unit_id,
    asked, label, image_ids, roles, slice_index, fate
FROM ({{candidates}})
"""


@dataclass(frozen=True)
class Grouped:
    """What grouping one source gave: groups, images that stand in none, and the plan: every possible group and its fate."""

    groups: pa.Table
    ungrouped: pa.Table
    plan: pa.Table
    count: Count  # of images: each stands in a group, or among the ungrouped ones


def group_source(source: Source, rules: SourceRules, found: Mapping[str, TableData], settings: Grouping) -> Grouped:
    """Return the groups of one source; `found` has the tables that `database.RELATIONS` names, a missing one is empty."""
    with open_tables(found, settings) as database:
        database.execute(rules.prepare)
        _gather_candidates(database, rules.rules)
        select_groups(database, settings)
        database.execute(ARRANGE)
        collect_facts(database, rules.rules)
        plan = database.sql(_PLAN, params={"source": source.value}).to_arrow_table().cast(tables.PLANNED_COUNTS.schema)
        ungrouped = read_ungrouped(database, source)
        return Grouped(read_groups(database, source), ungrouped, plan, _count_images(database, ungrouped.num_rows))


def _count_images(database: "duckdb.DuckDBPyConnection", n_ungrouped: int) -> Count:
    [(n_images,)] = database.sql("SELECT count(*) FROM images").fetchall()
    [(n_grouped,)] = database.sql("SELECT count(DISTINCT image_id) FROM grouped_images").fetchall()
    return Count("image", n_images, n_grouped, n_ungrouped)


def _gather_candidates(database: "duckdb.DuckDBPyConnection", rules: tuple[GroupingRule, ...]) -> None:
    """Make the view `candidates`: what the rules yield, with what is one for all rows of a rule, and a number for each row.

    The number is good for joins alone: rows come in any order. Rules run one after another, which halves the memory.
    """
    database.execute(_MAKE_TABLES)
    for rule in rules:
        database.execute(
            "INSERT INTO rules VALUES ($1, $2, $3, $4, $5, $6)",
            [rule.subtask, rule.ability, rule.origin, rule.order, rule.why, rule.has_open_labels],
        )
        database.execute(_INSERT.format(subtask=rule.subtask, candidates=rule.candidates))
