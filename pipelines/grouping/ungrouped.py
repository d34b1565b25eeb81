"""Images that stand in no group, each with the reason: none of them disappears.

Example:
    >>> "NOT EXISTS" in _UNGROUPED
    True
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import tables
from pipelines.vocabulary import Source

if TYPE_CHECKING:
    import duckdb

_UNGROUPED = """
WITH possible AS (
    SELECT DISTINCT unnest(image_ids) AS image_id FROM candidates WHERE fate IS NULL
)
SELECT $source AS source, 'group' AS stage, images.image_id AS item,
    CASE WHEN splits.subject_id IS NULL THEN 'no_split'
         WHEN duplicate_of IS NOT NULL THEN 'image_duplicate'
         WHEN possible.image_id IS NOT NULL THEN 'not_taken'
         WHEN contested_images.image_id IS NOT NULL THEN 'image_duplicate'
         ELSE 'no_partner' END AS reason,
    CASE WHEN splits.subject_id IS NULL THEN 'its subject has no split; draw the splits from the same studies'
         WHEN duplicate_of IS NOT NULL THEN 'its pixels equal those of ' || duplicate_of || ', which stands for both'
         WHEN possible.image_id IS NOT NULL THEN 'groups could be made of it; the limits of the settings took others'
         WHEN contested_images.image_id IS NOT NULL
             THEN 'the source files its pixels under another study, side, view or sequence too: what it shows cannot be told'
         ELSE 'no rule of its source makes a group of it with another image' END AS detail,
    'image' AS unit
FROM images
LEFT JOIN splits ON splits.subject_id = images.subject_id
LEFT JOIN possible ON possible.image_id = images.image_id
LEFT JOIN contested_images ON contested_images.image_id = images.image_id
WHERE NOT EXISTS (FROM grouped_images WHERE grouped_images.image_id = images.image_id)
ORDER BY item
"""


def read_ungrouped(database: "duckdb.DuckDBPyConnection", source: Source) -> pa.Table:
    """Return one rejection per image that no taken group holds, ordered by image_id."""
    found = database.sql(_UNGROUPED, params={"source": source.value}).to_arrow_table()
    return found.cast(tables.REJECTIONS.schema)
