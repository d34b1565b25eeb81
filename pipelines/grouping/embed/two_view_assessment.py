"""Two-view assessment: the BI-RADS category of a breast from its craniocaudal and its mediolateral oblique view.

Clinically: a finding is read in both standard views of a breast; what is seen in one alone may be overlapping tissue.

Anchor: every study and laterality with an image of any view in `breast_views`; anchor = study_id|laterality.
Images: the CC view, then the MLO view of this very study and breast: both full-field 2D where both views have one, else both
    C-views where both have one, else the image that stands for each view.
Answer: birads of the breast, one of A, N, B, P, S, M, K. Unit: the study.
Fates, the first that holds: no_label (no birads of this breast), label_ambiguous (birads NULL), no_partner (CC or MLO missing).
Facts: birads of the breast on both images, because the category is said of the breast that either shows (a fact of one image
    alone would read as if the finding were seen in that view), and breast_density of the study, on both likewise; said by the
    study.

Source: Med-MIM's released tag EMBED_*_typeD (two images of one study, CC then MLO, seven categories).

Example:
    >>> RULE.order.value, RULE.answers
    ('fixed', ('A', 'N', 'B', 'P', 'S', 'M', 'K'))
"""

from pipelines.grouping.embed.breast_views import BIRADS
from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
WITH breasts AS (
    SELECT subject_id, split, study_id, laterality,
        min(full_field_id) FILTER (view = 'CC') AS cc_full_field, min(full_field_id) FILTER (view = 'MLO') AS mlo_full_field,
        min(c_view_id) FILTER (view = 'CC') AS cc_c_view, min(c_view_id) FILTER (view = 'MLO') AS mlo_c_view,
        min(image_id) FILTER (view = 'CC') AS cc, min(image_id) FILTER (view = 'MLO') AS mlo
    FROM breast_views
    GROUP BY ALL
)
SELECT concat(study_id, '|', laterality) AS anchor, subject_id, split, [study_id] AS unit_studies,
    CASE WHEN breast_assessments.study_id IS NULL THEN 'no_label'
         WHEN birads IS NULL THEN 'label_ambiguous'
         WHEN cc IS NULL OR mlo IS NULL THEN 'no_partner' END AS fate,
    CAST(NULL AS VARCHAR) AS asked,
    CASE WHEN fate IS NULL THEN birads END AS label,
    CASE WHEN fate IS NOT NULL THEN NULL
         WHEN cc_full_field IS NOT NULL AND mlo_full_field IS NOT NULL THEN [cc_full_field, mlo_full_field]
         WHEN cc_c_view IS NOT NULL AND mlo_c_view IS NOT NULL THEN [cc_c_view, mlo_c_view]
         ELSE [cc, mlo] END AS image_ids,
    ['cc_view', 'mlo_view'][:len(image_ids)] AS roles,
    NULL AS slice_index
FROM breasts
LEFT JOIN breast_assessments USING (study_id, laterality)
"""

_FACTS = """
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members
JOIN breast_facts USING (study_id, laterality)
WHERE code = 'birads'
UNION ALL
SELECT anchor, image_index, study_id, code, value
FROM members
JOIN (SELECT DISTINCT study_id, code, value FROM labels WHERE target = 'study' AND code = 'breast_density') USING (study_id)
"""

RULE = GroupingRule(
    subtask=SubTask.TWO_VIEW_ASSESSMENT,
    ability=Ability.REASONING,
    order=ImageOrder.FIXED,
    why="the two standard views of one breast at one visit",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=BIRADS,
    shared=("study_id", "laterality"),
    released_as="EMBED_*_typeD",
)
