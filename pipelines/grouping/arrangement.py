"""Puts the images of taken groups in order: as the rule gave them, or shuffled with the asked image's place balanced.

Of shuffled groups of one sub-task, split, size and asked thing the asked image stands at each place equally often (counts
differ by at most one); the others follow in hash order. Makes the table `grouped_images`, one row per image of a taken group.

Example:
    >>> ARRANGE.count("CREATE TEMP TABLE")
    2
"""

ARRANGE = """
CREATE TEMP TABLE placed AS
SELECT candidates.*, len(image_ids) AS size,
    CASE WHEN image_order = 'shuffled' THEN (
        row_number() OVER (stratum ORDER BY draw) + shuffled(concat(subtask, split, len(image_ids), asked)) % 6
    ) % len(image_ids) END AS asked_index
FROM candidates JOIN (SELECT candidate, draw FROM chosen WHERE chosen.fate IS NULL) USING (candidate)
WINDOW stratum AS (PARTITION BY subtask, split, image_order, len(image_ids), asked);

CREATE TEMP TABLE grouped_images AS
WITH listed AS (
    SELECT candidate, subtask, anchor, asked_index, unnest(image_ids) AS image_id, unnest(roles) AS role,
        generate_subscripts(image_ids, 1) AS nth
    FROM placed
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY candidate, role = 'asked' ORDER BY shuffled(concat(anchor, '|', image_id)), nth
    ) - 1 AS other_index
    FROM listed
)
SELECT candidate, subtask, anchor, role,
    CASE WHEN asked_index IS NULL THEN nth - 1
         WHEN role = 'asked' THEN asked_index
         WHEN other_index < asked_index THEN other_index
         ELSE other_index + 1 END AS image_index,
    unique_images.*
FROM ranked JOIN unique_images USING (image_id);
"""
