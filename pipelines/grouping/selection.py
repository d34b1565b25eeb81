"""Decides which of the groups that could be made are taken: one of near slices, few per unit, no answer or image too often.

Every step only takes away, so that all limits hold at the end, and what is taken away keeps the name of the step as its fate.
Of a volume, slices are taken from the middle outwards, one group at each; where several differ in what is asked, each slice
asks for another. Within a unit rare answers come first; among units of one answer each is heard once before any is heard twice.

Example:
    >>> print(*STEPS, sep=", ")
    neighbouring_slice, unit_cap, label_balance, subtask_cap, image_cap
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.choices import Grouping
from pipelines.grouping.label_caps import cap_labels, cap_total
from pipelines.grouping.slice_spread import spread_slices
from pipelines.reasons import Fate

if TYPE_CHECKING:
    import duckdb

STEPS = (Fate.NEIGHBOURING_SLICE, Fate.UNIT_CAP, Fate.LABEL_BALANCE, Fate.SUBTASK_CAP, Fate.IMAGE_CAP)

# An answer is balanced within what is asked; where the answer is a place, what is asked is balanced itself.
_PREPARE = """
CREATE TEMP VIEW answered AS
SELECT candidate, subtask, anchor, split, unit_id, slice_index,
    CASE WHEN label IS NULL THEN '' ELSE coalesce(asked, '') END AS stratum,
    CASE WHEN has_open_labels THEN '' ELSE coalesce(label, asked, '') END AS answer
FROM candidates
WHERE fate IS NULL;
-- Numbers in the order of their words: the windows below sort by them again and again.
CREATE TYPE word AS ENUM (
    SELECT DISTINCT unnest([subtask, split, stratum, answer]) AS word
    FROM (SELECT DISTINCT subtask, split, stratum, answer FROM answered)
    ORDER BY word
);
CREATE TEMP TABLE chosen AS
SELECT candidate, CAST(subtask AS word) AS subtask, CAST(split AS word) AS split, unit_id, shuffled(unit_id) AS unit,
    slice_index, shuffled_place(concat(subtask, '|', anchor)) AS draw, CAST(stratum AS word) AS stratum,
    CAST(answer AS word) AS answer, CAST(NULL AS VARCHAR) AS fate, CAST(NULL AS BIGINT) AS nearness
FROM answered
"""
_FREE = "(SELECT * FROM chosen WHERE fate IS NULL)"
_SLICES = f"""
SELECT subtask, unit_id, list(DISTINCT slice_index) FROM {_FREE} WHERE slice_index IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_SET_NEARNESS = """
UPDATE chosen SET nearness = spread.nearness FROM spread
WHERE chosen.subtask = spread.subtask AND chosen.unit_id = spread.unit_id AND chosen.slice_index = spread.slice_index
"""
# The windows' last word is `draw`, a place in one shuffled order of all: no order is left to chance.
# At one slice of a unit one candidate stays; from slice to slice and from unit to unit the answers take turns.
_NEIGHBOURS = f"""
WITH turns AS (
    SELECT *, dense_rank() OVER (PARTITION BY subtask, unit_id ORDER BY answer)
        + dense_rank() OVER (PARTITION BY subtask, split ORDER BY shuffled(unit_id), unit_id) + nearness AS turn
    FROM {_FREE} WHERE slice_index IS NOT NULL
), counted AS (
    SELECT *, count(DISTINCT answer) OVER (PARTITION BY subtask, unit_id) AS n_answers FROM turns
)
SELECT candidate FROM counted
QUALIFY nearness IS NULL
    OR row_number() OVER (PARTITION BY subtask, unit_id, slice_index ORDER BY turn % n_answers, draw) > 1
"""
_BEYOND_UNIT = f"""
WITH counted AS (
    SELECT *, count(*) OVER (PARTITION BY subtask, split, stratum, answer) AS frequency FROM {_FREE}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY unit, subtask ORDER BY nearness, frequency, draw) AS nth
    FROM counted
)
SELECT candidate FROM ranked
QUALIFY row_number() OVER (PARTITION BY unit ORDER BY nth, draw) > getvariable('max_groups_per_unit')
"""
_COUNTS = f"SELECT subtask, split, stratum, answer, count(*) FROM {_FREE} GROUP BY ALL ORDER BY ALL"
_BEYOND_CAP = f"""
WITH heard AS (
    SELECT *, row_number() OVER (
        PARTITION BY subtask, split, stratum, answer, unit ORDER BY nearness, draw
    ) AS nth
    FROM {_FREE}
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY subtask, split, stratum, answer ORDER BY nth, draw) AS place
    FROM heard
)
SELECT candidate FROM ranked JOIN caps USING (subtask, split, stratum) WHERE place > cap
"""
_SPREAD = pa.schema([("subtask", pa.string()), ("unit_id", pa.string()), ("slice_index", pa.int64()), ("nearness", pa.int64())])
# Of composed groups, whose images are chosen: of an inherent group every image is there by nature, and its unit is limited.
# Each use of an image is counted before any group is dropped, so that an image may end below its limit, never above it.
_BEYOND_IMAGE = f"""
WITH uses AS (
    SELECT candidate, draw, unnest(image_ids) AS image_id
    FROM {_FREE} JOIN candidates USING (candidate)
    WHERE origin = 'composed'
)
SELECT candidate FROM uses
QUALIFY row_number() OVER (PARTITION BY image_id ORDER BY draw) > getvariable('max_groups_per_image')
"""
Caps = dict[tuple[str, str, str], int]
"""By sub-task, split and stratum: how many groups each answer may have."""


def select_groups(database: "duckdb.DuckDBPyConnection", settings: Grouping) -> None:
    """Make the table `chosen`: the fate of every candidate of which a group can be made, NULL for those that are taken."""
    database.execute(_PREPARE)
    _spread(database, settings.min_slice_gap)
    _drop(database, Fate.NEIGHBOURING_SLICE, _NEIGHBOURS)
    _drop(database, Fate.UNIT_CAP, _BEYOND_UNIT)
    _set_caps(database, _cap_strata(database, settings.max_label_excess))
    _drop(database, Fate.LABEL_BALANCE, _BEYOND_CAP)
    _set_caps(database, _cap_subtasks(database, settings.max_groups_per_subtask))
    _drop(database, Fate.SUBTASK_CAP, _BEYOND_CAP)
    _drop(database, Fate.IMAGE_CAP, _BEYOND_IMAGE)  # last, so that groups that fall away elsewhere use up no image


def _spread(database: "duckdb.DuckDBPyConnection", gap: int) -> None:
    """Tell each candidate of a slice its place from the middle of its unit's slices; it stays NULL where it is too near."""
    spread = pa.Table.from_pylist(
        [
            {"subtask": subtask, "unit_id": unit_id, "slice_index": index, "nearness": nearness}
            for subtask, unit_id, slices in database.sql(_SLICES).fetchall()
            for nearness, index in enumerate(spread_slices(slices, gap))
        ],
        schema=_SPREAD,
    )
    database.register("spread", spread)
    database.execute(_SET_NEARNESS)


def _cap_strata(database: "duckdb.DuckDBPyConnection", excess: float) -> Caps:
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for subtask, split, stratum, answer, count in database.sql(_COUNTS).fetchall():
        counts.setdefault((subtask, split, stratum), {})[answer] = count
    return {key: cap_labels(found, excess) for key, found in counts.items()}


def _cap_subtasks(database: "duckdb.DuckDBPyConnection", total: int) -> Caps:
    """One cap for all answers of a sub-task and split, whatever is asked."""
    counts: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for subtask, split, stratum, _, count in database.sql(_COUNTS).fetchall():
        counts.setdefault((subtask, split), []).append((stratum, count))
    return {
        (*key, stratum): cap_total([count for _, count in found], total)
        for key, found in counts.items()
        for stratum, _ in found
    }


def _set_caps(database: "duckdb.DuckDBPyConnection", caps: Caps) -> None:
    database.execute("CREATE OR REPLACE TEMP TABLE caps (subtask word, split word, stratum word, cap BIGINT)")
    if caps:
        database.executemany("INSERT INTO caps VALUES ($1, $2, $3, $4)", [(*key, cap) for key, cap in sorted(caps.items())])


def _drop(database: "duckdb.DuckDBPyConnection", fate: Fate, dropped: str) -> None:
    database.execute(f"UPDATE chosen SET fate = '{fate}' WHERE candidate IN ({dropped})")
