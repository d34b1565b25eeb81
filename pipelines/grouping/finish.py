"""From taken groups to the rows of groups/image_groups: facts collected, keys minted, no date left.

Keys equal those of `pipelines.keys.mint_id`, so that a group of SQL and one of Python can be told apart by nothing.

Example:
    >>> mint_in_sql("unit", "subject_id", "unit_studies").startswith("'unit-' || left(sha256(")
    True
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import tables
from pipelines.grouping.rule import GroupingRule
from pipelines.keys import KEY_HEX_DIGITS
from pipelines.vocabulary import Source

if TYPE_CHECKING:
    import duckdb

_GROUPS = """
WITH facts_of AS (
    SELECT subtask, anchor, [
        {{'image_index': fact.image_index, 'said_by': fact.said_by, 'code': fact.code, 'value': fact.value}}
        FOR fact IN list_sort(list({{'image_index': image_index, 'code': code, 'value': value, 'said_by': said_by}}))
    ] AS facts
    FROM facts GROUP BY ALL
), images_of AS (
    SELECT candidate, [image.image_id FOR image IN images] AS image_ids, [image.subject_id FOR image IN images] AS subject_ids,
        [image.role FOR image IN images] AS roles, [image.day - first_day FOR image IN images] AS days_since_first, place
    FROM (
        SELECT candidate, min(day) AS first_day, max(image_index + 1) FILTER (role = 'asked') AS place,
            list_sort(list({{
                'image_index': image_index, 'image_id': image_id, 'subject_id': subject_id, 'role': role, 'day': day
            }})) AS images
        FROM grouped_images
        GROUP BY candidate
    )
)
SELECT $source AS source, {group_id} AS group_id, origin, ability, subtask, split, image_ids, subject_ids, unit_id, facts,
    why AS rule, image_order AS "order", roles, asked, coalesce(label, CAST(place AS VARCHAR)) AS label, days_since_first,
    (SELECT coalesce(bool_or(is_synthetic), false) FROM studies) AS is_synthetic
FROM images_of
JOIN (SELECT * EXCLUDE (image_ids, roles) FROM placed) USING (candidate)
JOIN facts_of USING (subtask, anchor)
ORDER BY group_id
"""


def mint_in_sql(kind: str, text: str, *parts: str) -> str:
    """Return the SQL expression whose value is `mint_id(kind, text, *parts)`.

    Args:
        kind: what the key is of.
        text: SQL of a first part that is a text.
        parts: SQL of further parts, lists of texts or (where their name says so) texts; none may hold a quotation mark.
    """
    listed = "".join(f" || ',[\"' || array_to_string({part}, '\",\"') || '\"]'" for part in parts)
    return f"'{kind}-' || left(sha256('[\"' || {text} || '\"'{listed} || ']'), {KEY_HEX_DIGITS})"


def collect_facts(database: "duckdb.DuckDBPyConnection", rules: tuple[GroupingRule, ...]) -> None:
    """Make the table `facts` of all rules' queries, each seeing the members of its own groups alone."""
    parts = [
        f"""SELECT '{rule.subtask}' AS subtask, * FROM (
            WITH members AS (SELECT * FROM grouped_images WHERE subtask = '{rule.subtask}') {rule.facts}
        )"""
        for rule in rules
    ]
    database.execute("CREATE TEMP TABLE facts AS " + " UNION ALL BY NAME ".join(parts))


def read_groups(database: "duckdb.DuckDBPyConnection", source: Source) -> pa.Table:
    """Return the taken groups as rows of groups/image_groups, ordered by group_id."""
    group_id = mint_in_sql("group", "subtask", "image_ids", "[anchor]")
    found = database.sql(_GROUPS.format(group_id=group_id), params={"source": source.value}).to_arrow_table()
    return found.cast(tables.IMAGE_GROUPS.schema)
