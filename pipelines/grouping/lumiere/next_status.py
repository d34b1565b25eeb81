"""What will the status be at the next visit? Two or three visits are shown, CT1, at one slice; a forecast, not in the release.

Every visit rated PD, SD, PR or CR is hidden once for each slice of its subject's CT1 and needs no image of its own. Shown are
the visits directly before it whose CT1 shows the slice: three where there are as many and `three_image_share` wants them,
else two. The answer is the hidden visit's status, as in `visit_progression`; the time from the last visit shown is a fact,
in days (weeks x 7; 0 where both are of one week). Progression told of T2 counts here, since the hidden visit shows nothing.

Left out: a rating of several statuses, and surgery between the last visit shown and the hidden one (a pre-operative visit
from the first on, a post-operative one up to the second), since nobody could foresee it (label_ambiguous); a rated visit
between them that has no image, since the hidden one is not the next then (image_not_at_hand, as where the subject has no
image at all); fewer than two earlier visits with an image (no_partner); a visit without a place in time, or shown or hidden
without a week (no_time).

Example:
    >>> NEXT_STATUS.released_as is None, NEXT_STATUS.answers
    (True, ('worsening', 'stable', 'improving'))
"""

from pipelines.grouping.lumiere.visits import STATUSES, VOLUME_CODES, list_in_sql
from pipelines.grouping.rule import GroupingRule
from pipelines.reasons import Fate
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, SubTask

PREPARE = """
CREATE TEMP TABLE forecasts AS
WITH hidden AS (
    SELECT visits.*, split, slice_index, concat(visits.study_id, '|', slice_index) AS anchor
    FROM visits
    JOIN splits ON splits.subject_id = visits.subject_id
    LEFT JOIN (SELECT DISTINCT subject_id, slice_index FROM kept_visits) AS shown ON shown.subject_id = visits.subject_id
    WHERE statuses <> []
), nearest AS (
    SELECT anchor, kept_visits.*,
        row_number() OVER (PARTITION BY anchor ORDER BY kept_visits.visit DESC, kept_visits.study_id) AS nth
    FROM hidden JOIN kept_visits
        ON kept_visits.subject_id = hidden.subject_id
        AND kept_visits.slice_index = hidden.slice_index
        AND kept_visits.visit < hidden.visit
    QUALIFY nth <= CASE WHEN takes_three(shuffled(anchor)) THEN 3 ELSE 2 END
), shown AS (
    SELECT anchor,
        list(image_id ORDER BY visit) AS image_ids,
        bool_and(day IS NOT NULL) AS has_days,
        arg_max(study_id, visit) AS last_study,
        arg_max(day, visit) AS last_day,
        max(surgery_marks) AS surgery_marks,
        max(n_rated_until) AS n_rated_until
    FROM nearest GROUP BY anchor
)
SELECT hidden.anchor, subject_id, split, slice_index, visit, study_id AS hidden_study, last_study, statuses, image_ids,
    day - last_day AS days_after_last_visit,
    has_days AND day IS NOT NULL AS has_days,
    hidden.surgery_marks > shown.surgery_marks AS has_surgery_between,
    hidden.n_rated_before > shown.n_rated_until AS has_rated_between
FROM hidden LEFT JOIN shown ON shown.anchor = hidden.anchor;
"""
_CANDIDATES = f"""
WITH judged AS (
    SELECT *,
        CASE WHEN slice_index IS NULL THEN '{Fate.IMAGE_NOT_AT_HAND}'
             WHEN visit IS NULL THEN '{Fate.NO_TIME}'
             WHEN image_ids IS NULL OR len(image_ids) < 2 THEN '{Fate.NO_PARTNER}'
             WHEN NOT has_days THEN '{Fate.NO_TIME}'
             WHEN len(statuses) > 1 OR has_surgery_between THEN '{Fate.LABEL_AMBIGUOUS}'
             WHEN has_rated_between THEN '{Fate.IMAGE_NOT_AT_HAND}'
        END AS fate
    FROM forecasts
)
SELECT anchor, subject_id, split,
    CASE WHEN last_study IS NULL THEN [hidden_study] ELSE [last_study, hidden_study] END AS unit_studies,
    CAST(NULL AS VARCHAR) AS asked,
    CASE WHEN fate IS NULL THEN statuses[1] END AS label,
    image_ids,
    list_transform(image_ids, lambda image: '{ImageRole.EARLIER_VISIT}') AS roles,
    slice_index, fate
FROM judged
"""
_FACTS = f"""
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members JOIN visit_labels USING (study_id)
WHERE code IN {list_in_sql("rano", *VOLUME_CODES)}
UNION ALL
SELECT anchor, CAST(NULL AS BIGINT) AS image_index, hidden_study AS said_by, code, value
FROM forecasts JOIN visit_labels ON visit_labels.study_id = hidden_study
WHERE code = 'rano' AND anchor IN (SELECT anchor FROM members)
UNION ALL
SELECT anchor, CAST(NULL AS BIGINT), hidden_study, 'days_after_last_visit', CAST(days_after_last_visit AS VARCHAR)
FROM forecasts
WHERE anchor IN (SELECT anchor FROM members)
"""
NEXT_STATUS = GroupingRule(
    subtask=SubTask.NEXT_STATUS,
    ability=Ability.TEMPORAL,
    order=ImageOrder.CHRONOLOGICAL,
    why="contrast-enhanced T1 at one slice, the visits before the one whose status is asked",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=STATUSES,
    shared=("sequence", "slice_index"),
)
