"""What every image group promises, counted anew from the finished tables: nothing here knows how groups are made.

Example:
    >>> from pipelines.choices import Grouping
    >>> sum(count_broken_promises({}, None, Grouping()).values())
    0
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.database import TableData, open_tables
from pipelines.grouping.rule import SourceRules

if TYPE_CHECKING:
    import duckdb

_SHOWN = """
CREATE TEMP TABLE shown AS
WITH listed AS (
    SELECT group_id, subtask, origin, split, "order", unnest(image_ids) AS image_id, unnest(subject_ids) AS said_subject,
        unnest(days_since_first) AS day, generate_subscripts(image_ids, 1) - 1 AS place
    FROM image_groups
)
SELECT listed.*, images.image_id IS NOT NULL AS is_rendered, images.subject_id, study_id, images.pixel_sha256, images.modality,
    images.view, images.laterality, images.sequence, images.slice_index, studies.visit,
    splits.split AS subject_split, splits.person_id,
    lag(visit) OVER in_order AS visit_before, lag(day) OVER in_order AS day_before, lag(view) OVER in_order AS view_before,
    lag(laterality) OVER in_order AS laterality_before
FROM listed
LEFT JOIN images USING (image_id)
LEFT JOIN studies USING (study_id)
LEFT JOIN splits ON splits.subject_id = images.subject_id
WINDOW in_order AS (PARTITION BY group_id ORDER BY place)
"""
_OF_IMAGES = "SELECT count(DISTINCT group_id) FROM shown WHERE {broken}"
_OF_GROUPS = "SELECT count(*) FROM (SELECT group_id FROM shown GROUP BY group_id HAVING {broken})"
_PROMISES: Mapping[str, str] = {
    "two or three images": "SELECT count(*) FROM image_groups WHERE len(image_ids) NOT IN (2, 3)",
    "one role, day and subject for each image": """
        SELECT count(*) FROM image_groups
        WHERE len(roles) <> len(image_ids) OR len(days_since_first) <> len(image_ids) OR len(subject_ids) <> len(image_ids)""",
    "every image is rendered, and of the subject that is said": _OF_IMAGES.format(
        broken="NOT is_rendered OR said_subject <> subject_id"
    ),
    "no image and no pixels twice": _OF_GROUPS.format(
        broken="count(DISTINCT image_id) < count(*) OR count(DISTINCT pixel_sha256) < count(*)"
    ),
    "all images of the group's split": _OF_IMAGES.format(broken="subject_split IS DISTINCT FROM split"),
    "inherent: images of one subject": _OF_GROUPS.format(
        broken="any_value(origin) = 'inherent' AND count(DISTINCT subject_id) > 1"
    ),
    "composed: images of different people": _OF_GROUPS.format(
        broken="any_value(origin) = 'composed' AND count(DISTINCT person_id) < count(*)"
    ),
    "chronological: later visits come later": _OF_IMAGES.format(
        broken="\"order\" = 'chronological' AND (visit < visit_before OR day < day_before)"
    ),
    "fixed: CC before MLO, left before right": _OF_IMAGES.format(
        broken="\"order\" = 'fixed' AND place > 0 AND NOT coalesce((view_before = 'CC' AND view = 'MLO') "
        "OR (laterality_before = 'L' AND laterality = 'R'), false)"
    ),
    "facts, each of an image shown or of none": """
        SELECT count(*) FROM image_groups
        WHERE len(facts) = 0 OR len(list_filter(facts, lambda fact: fact.image_index >= len(image_ids))) > 0""",
    "few groups of one independent unit": """
        SELECT coalesce(sum(groups), 0) FROM (SELECT count(*) AS groups FROM image_groups GROUP BY unit_id)
        WHERE groups > getvariable('max_groups_per_unit')""",
    "composed: few groups of one image": """
        SELECT count(*) FROM (SELECT image_id FROM shown WHERE origin = 'composed' GROUP BY image_id
        HAVING count(*) > getvariable('max_groups_per_image'))""",
}
_PLACE_PROMISES: Mapping[str, str] = {
    "the asked image at each place equally often": """
        SELECT count(*) FROM (
            SELECT subtask, split, asked, size FROM (
                SELECT subtask, split, asked, len(image_ids) AS size, place,
                    count(*) FILTER (list_position(roles, 'asked') = place) AS asked_there
                FROM image_groups, (VALUES (1), (2), (3)) AS places(place)
                WHERE "order" = 'shuffled' AND place <= len(image_ids)
                GROUP BY ALL
            ) GROUP BY ALL HAVING max(asked_there) - min(asked_there) > 1
        )""",
}


def count_broken_promises(
    found: Mapping[str, TableData], rules: SourceRules | None, settings: Grouping, groups: pa.Table | None = None
) -> dict[str, int]:
    """Return for each promise how many groups break it, over the tables of one source and its groups.

    `rules` are None for VQA-RAD, whose groups are composed by meaning: there places are balanced within what is asked and
    answered, which no column tells, and what single rules promise is left out.
    """
    with open_tables(found, settings) as database:
        database.register("image_groups", tables.IMAGE_GROUPS.schema.empty_table() if groups is None else groups)
        database.execute(_SHOWN)
        promises = dict(_PROMISES) if rules is None else {**_PROMISES, **_PLACE_PROMISES, **_promises_of(rules)}
        return {name: _count(database, query) for name, query in promises.items()}


def _promises_of(rules: SourceRules) -> dict[str, str]:
    """What single rules promise: columns that their images share, and answers of a closed domain."""
    promises: dict[str, str] = {}
    for rule in rules.rules:
        for column in rule.shared:
            promises[f"{rule.subtask}: one {column}"] = _OF_GROUPS.format(
                broken=f"any_value(subtask) = '{rule.subtask}' AND count(DISTINCT coalesce(CAST({column} AS VARCHAR), '')) > 1"
            )
        if rule.answers:
            listed = ", ".join(f"'{answer}'" for answer in rule.answers)
            promises[f"{rule.subtask}: answer of its domain"] = (
                f"SELECT count(*) FROM image_groups WHERE subtask = '{rule.subtask}' AND label NOT IN ({listed})"
            )
    return promises


def _count(database: "duckdb.DuckDBPyConnection", query: str) -> int:
    [(count,)] = database.sql(query).fetchall()
    return int(count)
