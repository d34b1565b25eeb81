"""The SQL for what counts once however often it occurs: images, subjects, units, and the items of each unit.

Each counts once in every combination of source, split and sub-task, and once in all together: over sub-tasks the numbers
do not add up where one image serves two of them; over splits they do, unless something leaks.

Example:
    >>> bin_of_count(3), bin_of_count(12), bin_of_count(5000)
    ('3', '9-16', '129 and more')
"""

from pipelines.statistics.queries import STRATUM
from pipelines.statistics.statistic import ALL, Counted, Measure

_BOUNDS = (*range(1, 9), 16, 32, 64, 128)
_NAMES = (*(str(count) for count in range(1, 9)), "9-16", "17-32", "33-64", "65-128")
BINS = (*_NAMES, "129 and more")
"""The keys of `items_per_unit`, in order."""


def bin_of_count(count: int) -> str:
    """Return the key that a number of items per unit is counted under: itself up to 8, then ranges that double."""
    return next((name for bound, name in zip(_BOUNDS, _NAMES, strict=True) if count <= bound), BINS[-1])


_BIN = " ".join(f"WHEN n_items <= {bound} THEN '{name}'" for bound, name in zip(_BOUNDS, _NAMES, strict=True))
# Something of one source is nothing of another: distinct within each source, then added up.
PREPARE = f"""
CREATE TEMP TABLE distinct_counts AS
WITH things AS (
    SELECT DISTINCT {STRATUM}, '{Counted.IMAGE}' AS counted, modality, image_id AS thing FROM shown
    UNION ALL
    SELECT DISTINCT {STRATUM}, '{Counted.SUBJECT}', '', unnest(subject_ids) FROM items
), by_source AS (
    SELECT {STRATUM}, counted, modality, count(DISTINCT thing) AS value
    FROM things GROUP BY population, source, counted, modality, CUBE (split, subtask)
)
SELECT {STRATUM}, counted, modality, sum(value) AS value
FROM by_source GROUP BY population, split, subtask, counted, modality, CUBE (source);

CREATE TEMP TABLE unit_sizes AS
WITH counts AS (SELECT {STRATUM}, concat(source, ' ', unit_id) AS unit, count(*) AS n_items FROM items GROUP BY ALL)
SELECT {STRATUM}, sum(n_items) AS n_items FROM counts GROUP BY population, unit, CUBE (source, split, subtask);

CREATE TEMP TABLE unit_summaries AS
SELECT {STRATUM}, count(*) AS n_units, avg(n_items) AS mean, median(n_items) AS median, max(n_items) AS max
FROM unit_sizes GROUP BY ALL;
"""

# Columns: measure, counted, the stratum, within, key, value, total; an image has one modality, so those add up.
COUNTS = f"""
SELECT '{Measure.MODALITY}' AS measure, counted, {STRATUM}, '' AS within, modality AS key, value,
    sum(value) OVER (PARTITION BY {STRATUM}) AS total
FROM distinct_counts WHERE counted = '{Counted.IMAGE}'
UNION ALL
SELECT '{Measure.SIZE}', counted, {STRATUM}, '', '{ALL}', sum(value), sum(value)
FROM distinct_counts GROUP BY counted, {STRATUM}
UNION ALL
SELECT '{Measure.SIZE}', '{Counted.UNIT}', {STRATUM}, '', '{ALL}', n_units, n_units FROM unit_summaries
UNION ALL
SELECT '{Measure.ITEMS_PER_UNIT_SUMMARY}', '{Counted.UNIT}', {STRATUM}, '', key, value, n_units
FROM (
    SELECT {STRATUM}, n_units, unnest(['mean', 'median', 'max']) AS key, unnest([mean, median, max]) AS value
    FROM unit_summaries
)
UNION ALL
SELECT '{Measure.ITEMS_PER_UNIT}', '{Counted.UNIT}', {STRATUM}, '', key, value, sum(value) OVER (PARTITION BY {STRATUM})
FROM (
    SELECT {STRATUM}, CASE {_BIN} ELSE '{BINS[-1]}' END AS key, count(*) AS value FROM unit_sizes GROUP BY ALL
)
"""
