"""The SQL behind the numbers: the two populations as one relation, and what is counted of each row.

`items` has a row per group and per record; `shown` a row per image in one of them. Every count is made for each
combination of source, split and sub-task and for all of them together (CUBE), null standing for "all".

Example:
    >>> print(ITEM_COUNTS[Measure.ORIGIN].splitlines()[1])
    FROM items GROUP BY ALL
"""

from pipelines.statistics.statistic import (
    ALL,
    ITS_PLACE,
    NO_LETTER,
    NOT_RENDERED,
    OTHER_LABELS,
    REAL,
    SEVERAL,
    SYNTHETIC,
    UNKNOWN,
    Counted,
    Measure,
)

GROUP_COLUMNS = (
    *("source", "split", "subtask", "ability", "origin", "unit_id", "image_ids", "subject_ids"),
    *("is_synthetic", "order", "roles", "asked", "label"),
)
RECORD_COLUMNS = (
    *("source", "split", "subtask", "ability", "origin", "answer_type", "unit_id", "image_ids", "subject_ids"),
    *("is_synthetic", "conversation"),
)
IMAGE_COLUMNS = ("image_id", "modality")
LABELS_NAMED = 30  # of one sub-task and thing asked; rarer ones are counted together

# An option line and an answer as in `pipelines.formats.closed_question`; a test holds the two to each other.
ITEMS = f"""
CREATE TEMP TABLE items AS
WITH read_records AS (
    SELECT *,
        left(source, greatest(0, length(source) - length(subtask) - length(answer_type) - 2)) AS source_key,
        [left(line, 1)
            FOR line IN string_split(regexp_replace(conversation[1].content, '^(\\s*<image>)+\\s*', ''), chr(10))
            IF regexp_matches(line, '^[A-Z]: ')] AS option_letters,
        CASE WHEN answer_type <> 'closed' THEN NULL
            WHEN regexp_full_match(conversation[2].content, '[A-Z]: [^\\n]*\\s*') THEN left(conversation[2].content, 1)
            ELSE '{NO_LETTER}' END AS letter
    FROM records
), both_populations AS (
    SELECT 'groups' AS population, source, split, subtask, ability, origin, unit_id, image_ids, subject_ids, is_synthetic,
        NULL AS answer_type, NULL AS n_options, NULL AS letter,
        "order", asked, label, list_position(roles, 'asked') AS place,
        len([role FOR role IN roles IF role = 'asked']) AS n_asked
    FROM groups
    UNION ALL
    SELECT 'records', source_key, split, subtask, ability, origin, unit_id, image_ids, subject_ids, is_synthetic,
        answer_type, CASE WHEN len(option_letters) > 1 THEN len(list_distinct(option_letters)) ELSE 0 END, letter,
        NULL, NULL, NULL, NULL, NULL
    FROM read_records
)
SELECT row_number() OVER () AS item, * FROM both_populations;

CREATE TEMP TABLE shown AS
SELECT item, population, source, split, subtask, image_id,
    CASE WHEN images.image_id IS NULL THEN '{NOT_RENDERED}' ELSE coalesce(modality, '{UNKNOWN}') END AS modality
FROM (SELECT item, population, source, split, subtask, unnest(image_ids) AS image_id FROM items) AS stands
LEFT JOIN images USING (image_id);

CREATE TEMP TABLE item_modalities AS
SELECT item, CASE
    WHEN bool_or(modality = '{NOT_RENDERED}') THEN '{NOT_RENDERED}'
    WHEN count(DISTINCT modality) FILTER (modality <> '{UNKNOWN}') > 1 THEN '{SEVERAL}'
    WHEN bool_or(modality = '{UNKNOWN}') THEN '{UNKNOWN}'
    ELSE min(modality) END AS modality
FROM shown GROUP BY item;
"""

STRATUM = "population, source, split, subtask"


def _by(column: str) -> str:
    return f"""SELECT {STRATUM}, '' AS within, CAST({column} AS VARCHAR) AS key, count(*) AS value
FROM items GROUP BY ALL"""


# Options and places that are nobody's answer are counted as 0: that they are missing is what one wants to see.
_LETTERS = f"""
SELECT {STRATUM}, concat(n_options, ' options') AS within, letter AS key, 1 AS value FROM items WHERE answer_type = 'closed'
UNION ALL
SELECT {STRATUM}, within, chr(CAST(ascii('A') + unnest(range(n_options)) AS INTEGER)), 0
FROM (SELECT DISTINCT {STRATUM}, n_options, concat(n_options, ' options') AS within FROM items WHERE answer_type = 'closed')
"""
_IS_PLACED = """population = 'groups' AND "order" = 'shuffled' AND n_asked = 1"""
_PLACES = f"""
SELECT {STRATUM}, concat(len(image_ids), ' images') AS within, CAST(place AS VARCHAR) AS key, 1 AS value
FROM items WHERE {_IS_PLACED}
UNION ALL
SELECT {STRATUM}, concat(size, ' images'), CAST(unnest(range(1, size + 1)) AS VARCHAR), 0
FROM (SELECT DISTINCT {STRATUM}, len(image_ids) AS size FROM items WHERE {_IS_PLACED})
"""
# What a composed group is asked and how it is answered are a source's own words; of those only yes and no are named.
# Answers that are a place are told by size of the group, under `place`: here they would mix groups of two and of three.
_LABELS = f"""
WITH said AS (
    SELECT {STRATUM},
        CASE WHEN origin = 'composed' THEN '' ELSE coalesce(asked, '') END AS within,
        CASE WHEN origin = 'composed' AND NOT regexp_full_match(label, '(yes|no)(, (yes|no))*') THEN '{OTHER_LABELS}'
            WHEN {_IS_PLACED} AND label = CAST(place AS VARCHAR) THEN '{ITS_PLACE}'
            ELSE label END AS label,
        count(*) AS value
    FROM items WHERE population = 'groups' GROUP BY ALL
), frequent AS (
    SELECT source, subtask, within, label, sum(value) AS frequency FROM said GROUP BY ALL
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY source, subtask, within ORDER BY frequency DESC, label) AS nth FROM frequent
)
SELECT {STRATUM}, within, CASE WHEN nth > {LABELS_NAMED} THEN '{OTHER_LABELS}' ELSE label END AS key, value
FROM said JOIN ranked USING (source, subtask, within, label)
"""
ITEM_COUNTS: dict[Measure, str] = {
    Measure.SIZE: _by(f"'{ALL}'"),
    Measure.ABILITY: _by("ability"),
    Measure.SUBTASK: _by("subtask"),
    Measure.ORIGIN: _by("origin"),
    Measure.N_IMAGES: _by("len(image_ids)"),
    Measure.PROVENANCE: _by(f"CASE WHEN is_synthetic THEN '{SYNTHETIC}' ELSE '{REAL}' END"),
    Measure.ANSWER_TYPE: f"SELECT * FROM ({_by('answer_type')}) WHERE key IS NOT NULL",
    Measure.MODALITY: f"""
        SELECT {STRATUM}, '' AS within, modality AS key, count(*) AS value
        FROM items JOIN item_modalities USING (item) GROUP BY ALL
    """,
    Measure.LETTER: _LETTERS,
    Measure.PLACE: _PLACES,
    Measure.LABEL: _LABELS,
}

# Every count, for each combination of source, split and sub-task; labels of different sub-tasks are not of one kind.
CUBE = f"""
WITH counts AS ({{counts}}), cubed AS (
    SELECT {STRATUM}, within, key, sum(value) AS value
    FROM counts GROUP BY population, within, key, CUBE (source, split, subtask)
)
SELECT '{{measure}}' AS measure, '{Counted.ITEM}' AS counted, {STRATUM}, within, key, value,
    sum(value) OVER (PARTITION BY {STRATUM}, within) AS total
FROM cubed WHERE '{{measure}}' <> '{Measure.LABEL}' OR subtask IS NOT NULL
"""
