"""Finds for each image of training the image of the benchmark that looks the same.

Example:
    >>> from pipelines.splits.contents import tabulate_contents
    >>> find_twins([], [], tabulate_contents([]))
    []
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.rendering.perceptual_hash import LOOKS_THE_SAME
from pipelines.splits.close_pairs import find_close_pairs
from pipelines.splits.contents import open_contents, unpack_hashes
from pipelines.vocabulary import LinkKind

if TYPE_CHECKING:
    import duckdb

_PREPARE = """
CREATE TEMP TABLE train AS SELECT image_id, pixel_sha256, perceptual_hash FROM images SEMI JOIN train_ids USING (image_id);
CREATE TEMP TABLE benchmark AS
SELECT image_id, pixel_sha256, perceptual_hash FROM images SEMI JOIN benchmark_ids USING (image_id);
CREATE TEMP TABLE hashes AS
SELECT row_number() OVER (ORDER BY perceptual_hash) - 1 AS place, perceptual_hash,
    min(image_id) FILTER (in_benchmark) AS benchmark_image_id
FROM (SELECT *, false AS in_benchmark FROM train UNION ALL SELECT *, true FROM benchmark)
WHERE perceptual_hash IS NOT NULL GROUP BY perceptual_hash;
"""
_NEAREST = """
WITH by_pixels AS (SELECT pixel_sha256, min(image_id) AS benchmark_image_id FROM benchmark GROUP BY pixel_sha256),
found AS (
    SELECT train.image_id, by_pixels.benchmark_image_id, $same_pixels AS kind, 0 AS distance
    FROM train JOIN by_pixels USING (pixel_sha256)
    UNION ALL
    SELECT train.image_id, hashes.benchmark_image_id, $near_duplicate, 0
    FROM train JOIN hashes USING (perceptual_hash) WHERE hashes.benchmark_image_id IS NOT NULL
    UNION ALL
    SELECT train.image_id, its.benchmark_image_id, $near_duplicate, near.distance
    FROM train JOIN hashes AS own USING (perceptual_hash) JOIN near ON near.place = own.place
    JOIN hashes AS its ON its.place = near.benchmark_place
)
SELECT image_id, benchmark_image_id, kind, distance FROM found
QUALIFY row_number() OVER (PARTITION BY image_id ORDER BY distance, kind != $same_pixels, benchmark_image_id) = 1
ORDER BY image_id
"""


@dataclass(frozen=True, slots=True)
class Twin:
    """An image of training, and the nearest one of the benchmark that looks the same."""

    image_id: str
    benchmark_image_id: str  # may be the same one
    kind: LinkKind
    distance: int  # of the perceptual hashes, in bits of 256; 0 for equal pixels


def find_twins(
    train_ids: Iterable[str], benchmark_ids: Iterable[str], images: pa.Table, max_distance: int = LOOKS_THE_SAME
) -> list[Twin]:
    """Return the nearest twin of each training image that has one, ordered by image_id.

    Args:
        train_ids: image_ids of training; those that are not among `images` have no twin.
        benchmark_ids: image_ids of the benchmark, likewise.
        images: Columns image_id, pixel_sha256 and perceptual_hash.
        max_distance: In bits of 256, in the worse half of the hash.

    Raises:
        ValueError: a perceptual hash that is not 128 lower-case hex digits.
    """
    kinds = {"same_pixels": LinkKind.SAME_PIXELS.value, "near_duplicate": LinkKind.NEAR_DUPLICATE.value}
    with open_contents(images) as connection:
        for name, ids in (("train_ids", train_ids), ("benchmark_ids", benchmark_ids)):
            connection.register(name, pa.table({"image_id": pa.array(sorted(set(ids)), pa.string())}))
        connection.execute(_PREPARE)
        connection.register("near", _pair_sides(connection, max_distance))
        found = connection.execute(_NEAREST, kinds).fetchall()
    return [Twin(image_id, twin, LinkKind(kind), distance) for image_id, twin, kind, distance in found]


def _pair_sides(connection: "duckdb.DuckDBPyConnection", max_distance: int) -> pa.Table:
    """Return for hashes of training alone the place of the nearest hash of the benchmark, where one is near."""
    columns = "SELECT perceptual_hash, benchmark_image_id IS NOT NULL AS in_benchmark FROM hashes ORDER BY place"
    table = connection.sql(columns).to_arrow_table()
    hashes = unpack_hashes(table.column("perceptual_hash"))
    in_benchmark = table.column("in_benchmark").to_numpy().astype(np.int64)
    nearest = np.full(len(hashes), (max_distance + 1) * len(hashes), np.int64)  # distance and place in one number
    for first, second, distance in find_close_pairs(hashes, in_benchmark, max_distance):
        mine = np.where(in_benchmark[first], second, first)
        np.minimum.at(nearest, mine, distance * len(hashes) + first + second - mine)
    met = np.flatnonzero(nearest < (max_distance + 1) * len(hashes))
    distance, place = np.divmod(nearest[met], max(len(hashes), 1))
    return pa.table({"place": met, "benchmark_place": place, "distance": distance})
