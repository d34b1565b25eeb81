"""Finds images of different subjects that look the same by their perceptual hashes.

Images with one and the same hash are linked to the first of them rather than each to each, and of images with near hashes the
first ones are linked, so that the number of pairs stays in proportion; the people that pairs join are the same as if every two
images had been compared.

Example:
    >>> layout, detail = "5" * 64, "5" * 64
    >>> images = pa.table({"image_id": ["i", "j"], "subject_id": ["a", "b"], "perceptual_hash": [layout + detail] * 2})
    >>> find_near_duplicates(images).to_pylist()
    [{'image_id': 'i', 'subject_id': 'a', 'other_image_id': 'j', 'other_subject_id': 'b', 'distance': 0}]
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.rendering.perceptual_hash import LOOKS_THE_SAME
from pipelines.splits.close_pairs import find_close_pairs, gather_pairs
from pipelines.splits.contents import open_contents, unpack_hashes

if TYPE_CHECKING:
    import duckdb

_PREPARE = """
CREATE TEMP TABLE holders AS
SELECT perceptual_hash, subject_id, min(image_id) AS image_id FROM images
WHERE perceptual_hash IS NOT NULL GROUP BY perceptual_hash, subject_id;
CREATE TEMP TABLE firsts AS
SELECT row_number() OVER (ORDER BY perceptual_hash) - 1 AS place, dense_rank() OVER (ORDER BY subject_id) AS own, *
FROM (
    SELECT perceptual_hash, min_by(image_id, subject_id) AS image_id, min(subject_id) AS subject_id, count(*) AS n_subjects
    FROM holders GROUP BY perceptual_hash
);
"""
_PAIRS = """
WITH found AS (
    SELECT firsts.image_id AS one, firsts.subject_id AS its, holders.image_id AS two, holders.subject_id AS other_its,
        0 AS distance
    FROM firsts JOIN holders USING (perceptual_hash) WHERE holders.subject_id != firsts.subject_id AND firsts.n_subjects > 1
    UNION ALL
    SELECT a.image_id, a.subject_id, b.image_id, b.subject_id, near.distance
    FROM near JOIN firsts AS a ON a.place = near.first JOIN firsts AS b ON b.place = near.second
    WHERE a.subject_id != b.subject_id -- else they are linked already, by way of those who share a hash
)
SELECT if(its < other_its, one, two) AS image_id, least(its, other_its) AS subject_id,
    if(its < other_its, two, one) AS other_image_id, greatest(its, other_its) AS other_subject_id,
    CAST(distance AS BIGINT) AS distance
FROM found ORDER BY ALL
"""


def find_near_duplicates(images: pa.Table, max_distance: int = LOOKS_THE_SAME) -> pa.Table:
    """Return pairs of images of different subjects whose hashes are at most `max_distance` of 256 bits apart.

    Args:
        images: Columns image_id, subject_id and perceptual_hash; images without a hash are in no pair.
        max_distance: In bits of 256, in the worse half of the hash.

    Returns:
        Columns image_id, subject_id, other_image_id, other_subject_id, distance, in that order of rows; subject_id is the
        smaller one of the two.

    Raises:
        ValueError: a perceptual hash that is not 128 lower-case hex digits.
    """
    with open_contents(images) as connection:
        connection.execute(_PREPARE)
        connection.register("near", _pair_firsts(connection, max_distance))
        return connection.sql(_PAIRS).to_arrow_table()


def _pair_firsts(connection: "duckdb.DuckDBPyConnection", max_distance: int) -> pa.Table:
    """Return the places of different hashes that are near; hashes of one and the same subject alone are not compared."""
    firsts = connection.sql("SELECT perceptual_hash, own, n_subjects FROM firsts ORDER BY place").to_arrow_table()
    hashes = unpack_hashes(firsts.column("perceptual_hash"))
    own, n_subjects = (firsts.column(name).to_numpy() for name in ("own", "n_subjects"))
    del firsts
    tags = np.where(n_subjects > 1, len(hashes) + 1 + np.arange(len(hashes)), own)  # of several: compared with every other
    first, second, distance = gather_pairs(find_close_pairs(hashes, tags, max_distance), len(hashes))
    return pa.table({"first": first, "second": second, "distance": distance})
