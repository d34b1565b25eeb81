"""The visits at which a breast was assessed, in time order: which one came before, with another episode, and which one next.

`assessed_visits`: one row per study and laterality of `breast_assessments` whose study has a day, whether or not it has images.
Visits of one subject and breast are ordered by (day, visit with NULL last, study_id), so that two accessions of one date are
two visits of one episode.
    next_study_id, next_birads, days_to_next: the visit right after it in that order, however near it lies; NULL after the last.
    before_id: the visit of the episode before: the last in that order of those whose day lies at least min_visit_gap_days
        earlier. What lies nearer belongs to the same episode, of which the later visit counts. NULL where there is none or
        where its birads is NULL (ambiguous).
    before_that_id: before_id of the visit before_id.

A study without a day has no place in time: it is neither next nor before.

Example:
    >>> "days_to_next" in PREPARE
    True
"""

PREPARE = """
CREATE TEMP TABLE assessed_visits AS
WITH timed AS (
    SELECT subject_id, laterality, study_id, birads, day,
        row_number() OVER in_order AS nth,
        count(*) OVER episodes_before AS nth_before,
        lead(study_id) OVER in_order AS next_study_id,
        lead(birads) OVER in_order AS next_birads,
        lead(day) OVER in_order - day AS days_to_next
    FROM breast_assessments
    JOIN study_times USING (study_id)
    WHERE day IS NOT NULL
    WINDOW
        in_order AS (PARTITION BY subject_id, laterality ORDER BY day, visit NULLS LAST, study_id),
        episodes_before AS (
            PARTITION BY subject_id, laterality ORDER BY day
            RANGE BETWEEN UNBOUNDED PRECEDING AND CAST(getvariable('min_visit_gap_days') AS BIGINT) PRECEDING
        )
), linked AS (
    SELECT timed.*, before.study_id AS before_id, before.nth_before AS nth_before_that
    FROM timed
    LEFT JOIN timed AS before
        ON before.subject_id = timed.subject_id AND before.laterality = timed.laterality
        AND before.nth = timed.nth_before AND before.birads IS NOT NULL
)
SELECT linked.*, before_that.study_id AS before_that_id
FROM linked
LEFT JOIN timed AS before_that
    ON before_that.subject_id = linked.subject_id AND before_that.laterality = linked.laterality
    AND before_that.nth = linked.nth_before_that AND before_that.birads IS NOT NULL;
"""
