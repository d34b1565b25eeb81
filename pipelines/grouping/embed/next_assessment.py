"""Next assessment: from one to three earlier visits of a breast in one view, its BI-RADS category at the visit that follows.

Clinically: what a follow-up will find, from how the breast looked before: stable tissue stays negative or benign, a focus that
grows is recalled or called suspicious. The visit that is forecast is hidden; it needs no image.

Anchor: every study, laterality and view CC or MLO with an image in `breast_views`, as the last visit shown;
    anchor = study_id|laterality|view.
Hidden visit: the next of `assessed_visits` of this breast, however near; a visit within the same episode makes the forecast
    too soon, so that a recall is never foretold from the very screening that led to it.
Shown visits: the last one; before it `before_id`; before that `before_that_id`. The row of visits ends at the first that has no
    image of this view, so that no assessed episode is skipped.
    one visit: its full-field 2D image, then its C-view of this breast and view; possible where it has both.
    two or three visits, the earliest first: the full-field 2D image of each where all have one, else the C-view of each where
        all have one, else the image that stands for the view at each.
    Of what is possible three visits are shown where `takes_three` of the draw of the last visit's image_id; else, of one and
    two, the possible one, or where both are, one visit where draw // 1000 is even and two where it is odd.
Answer: birads of the hidden visit for this breast. Unit: last visit shown and hidden visit.
Fates, the first that holds: no_label (last visit shown not assessed for this breast), label_ambiguous (its birads NULL),
    no_time (its day unknown), no_next_visit, next_visit_too_soon (days_to_next < min_forecast_days), next_visit_too_late
    (> max_forecast_days), label_ambiguous (birads of the hidden visit NULL), no_partner (neither both types of the last visit
    nor an earlier visit with this view).
Facts: birads of the breast at each image's study; of the hidden visit, with no image, its birads and days_after_last_visit, the
    days from the last visit shown; said by the study.

Source: Med-MIM's released tag EMBED_*_typeB (ImgLenRandom_Forecast1Year), whose pairs of one age are here one episode.

Example:
    >>> RULE.order.value, RULE.shared
    ('chronological', ('laterality', 'view'))
"""

from pipelines.grouping.embed.breast_views import BIRADS
from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
WITH standard_views AS (
    SELECT subject_id, split, study_id, day, laterality, view, image_id, full_field_id, c_view_id, draw
    FROM breast_views
    WHERE view IN ('CC', 'MLO')
), forecasts AS (
    SELECT last.*, next_study_id, next_birads, before_id, before_that_id,
        CASE WHEN breast_assessments.study_id IS NULL THEN 'no_label'
             WHEN breast_assessments.birads IS NULL THEN 'label_ambiguous'
             WHEN last.day IS NULL THEN 'no_time'
             WHEN next_study_id IS NULL THEN 'no_next_visit'
             WHEN days_to_next < getvariable('min_forecast_days') THEN 'next_visit_too_soon'
             WHEN days_to_next > getvariable('max_forecast_days') THEN 'next_visit_too_late'
             WHEN next_birads IS NULL THEN 'label_ambiguous' END AS obstacle
    FROM standard_views AS last
    LEFT JOIN breast_assessments USING (study_id, laterality)
    LEFT JOIN assessed_visits USING (study_id, laterality)
), shown AS (
    SELECT forecasts.*,
        {'full_field': before.full_field_id, 'c_view': before.c_view_id, 'any': before.image_id} AS before,
        {'full_field': earliest.full_field_id, 'c_view': earliest.c_view_id, 'any': earliest.image_id} AS earliest,
        CASE WHEN earliest.image_id IS NOT NULL AND before.image_id IS NOT NULL AND takes_three(forecasts.draw) THEN 3
             WHEN before.image_id IS NULL THEN 1
             WHEN forecasts.full_field_id IS NULL OR forecasts.c_view_id IS NULL OR forecasts.draw // 1000 % 2 = 1 THEN 2
             ELSE 1 END AS n_visits
    FROM forecasts
    LEFT JOIN standard_views AS before
        ON before.study_id = before_id AND before.laterality = forecasts.laterality AND before.view = forecasts.view
        AND obstacle IS NULL
    LEFT JOIN standard_views AS earliest
        ON earliest.study_id = before_that_id AND earliest.laterality = forecasts.laterality AND earliest.view = forecasts.view
        AND obstacle IS NULL
)
SELECT concat(study_id, '|', laterality, '|', view) AS anchor, subject_id, split,
    CASE WHEN next_study_id IS NULL THEN [study_id] ELSE [study_id, next_study_id] END AS unit_studies,
    CASE WHEN obstacle IS NOT NULL THEN obstacle
         WHEN n_visits = 1 AND (full_field_id IS NULL OR c_view_id IS NULL) THEN 'no_partner' END AS fate,
    CAST(NULL AS VARCHAR) AS asked,
    CASE WHEN fate IS NULL THEN next_birads END AS label,
    CASE WHEN fate IS NOT NULL THEN NULL
         WHEN n_visits = 1 THEN [full_field_id, c_view_id]
         WHEN n_visits = 2 THEN CASE
             WHEN before.full_field IS NOT NULL AND full_field_id IS NOT NULL THEN [before.full_field, full_field_id]
             WHEN before.c_view IS NOT NULL AND c_view_id IS NOT NULL THEN [before.c_view, c_view_id]
             ELSE [before.any, image_id] END
         ELSE CASE
             WHEN earliest.full_field IS NOT NULL AND before.full_field IS NOT NULL AND full_field_id IS NOT NULL
                 THEN [earliest.full_field, before.full_field, full_field_id]
             WHEN earliest.c_view IS NOT NULL AND before.c_view IS NOT NULL AND c_view_id IS NOT NULL
                 THEN [earliest.c_view, before.c_view, c_view_id]
             ELSE [earliest.any, before.any, image_id] END
    END AS image_ids,
    ['earlier_visit', 'earlier_visit', 'earlier_visit'][:len(image_ids)] AS roles,
    NULL AS slice_index
FROM shown
"""

_FACTS = """
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members
JOIN breast_facts USING (study_id, laterality)
WHERE code = 'birads'
UNION ALL
SELECT anchor, NULL, next_study_id,
    unnest(['birads', 'days_after_last_visit']), unnest([next_birads, CAST(days_to_next AS VARCHAR)])
FROM members
JOIN assessed_visits USING (study_id, laterality)
QUALIFY image_index = max(image_index) OVER (PARTITION BY anchor)
"""

RULE = GroupingRule(
    subtask=SubTask.NEXT_ASSESSMENT,
    ability=Ability.TEMPORAL,
    order=ImageOrder.CHRONOLOGICAL,
    why="one breast and view at up to three visits before the one that is forecast",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=BIRADS,
    shared=("laterality", "view"),
    released_as="EMBED_*_typeB",
)
