"""Suspicious image: which of two or three visits' mammograms of one breast and view shows signs of malignancy?

Clinically: the radiologist called this breast suspicious (BI-RADS S), highly suggestive of malignancy (M) or known to be cancer
(K) at one visit, and negative (N) or benign (B) at the others. Recalls (A) and probably benign findings (P) are neither and are
left out. What was assessed is asked, not what the biopsy found: its result is a fact beside the assessment.

Anchor: the image that stands for a CC or MLO view of a breast with S, M or K (`is_suspicious`); anchor = image_id.
Partners: images that stand for the same view of the same breast of the same subject in another study whose category is N or B
    and whose breast has no label `path_severity` of 0 or 1 (malignancy found at a visit that was read as benign).
    In the order of (xor of the two images' draws, image_id) the first one is taken that lies at least min_visit_gap_days from
    the anchor's visit; where `takes_three` of the anchor's draw, also the first of the others that lies as far from the
    anchor's visit and from the first partner's, if there is one: an episode is not shown twice.
Answer: the place of the anchor. Unit: the anchor's study.
Fates, the first that holds: label_ambiguous (birads NULL), no_time (the anchor's day is unknown), no_partner (no partner
    whatever its day), no_time (no partner with a day), visits_too_close.
Facts: every birads and path_severity of the breast at each image's study, said by the study.

Source: Med-MIM's released tag EMBED_*_typeA (ImgLen2_PosNum1: one positive among images of different studies).

Example:
    >>> RULE.order.value, RULE.shared
    ('shuffled', ('laterality', 'view'))
"""

from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
WITH positives AS (
    SELECT breast_views.*, birads
    FROM breast_views
    JOIN breast_assessments USING (study_id, laterality)
    WHERE view IN ('CC', 'MLO') AND is_suspicious
), negatives AS (
    SELECT breast_views.*
    FROM breast_views
    JOIN breast_assessments USING (study_id, laterality)
    WHERE birads IN ('N', 'B') AND NOT EXISTS (
        FROM breast_facts AS pathology
        WHERE pathology.study_id = breast_views.study_id AND pathology.laterality = breast_views.laterality
            AND code = 'path_severity' AND value IN ('0', '1')
    )
), partners AS (
    SELECT positives.image_id AS anchor, positives.day AS anchor_day, negatives.image_id, negatives.day,
        coalesce(abs(negatives.day - positives.day) >= getvariable('min_visit_gap_days'), false) AS is_far,
        xor(positives.draw, negatives.draw) AS nearness
    FROM positives
    JOIN negatives USING (subject_id, laterality, view)
    WHERE positives.study_id <> negatives.study_id
), partners_of AS (
    SELECT anchor, count(day) AS n_dated, min({'nearness': nearness, 'image_id': image_id, 'day': day}) FILTER (is_far) AS first
    FROM partners
    GROUP BY anchor
), second_of AS (
    SELECT anchor, min({'nearness': partners.nearness, 'image_id': partners.image_id}) AS second
    FROM partners
    JOIN partners_of USING (anchor)
    WHERE is_far AND abs(partners.day - first.day) >= getvariable('min_visit_gap_days')
    GROUP BY anchor
)
SELECT positives.image_id AS anchor, subject_id, split, [study_id] AS unit_studies,
    CASE WHEN birads IS NULL THEN 'label_ambiguous'
         WHEN day IS NULL THEN 'no_time'
         WHEN partners_of.anchor IS NULL THEN 'no_partner'
         WHEN n_dated = 0 THEN 'no_time'
         WHEN first IS NULL THEN 'visits_too_close' END AS fate,
    CAST(NULL AS VARCHAR) AS asked, CAST(NULL AS VARCHAR) AS label,
    CASE WHEN fate IS NOT NULL THEN NULL
         WHEN takes_three(draw) AND second IS NOT NULL THEN [positives.image_id, first.image_id, second.image_id]
         ELSE [positives.image_id, first.image_id] END AS image_ids,
    ['asked', 'beside', 'beside'][:len(image_ids)] AS roles,
    NULL AS slice_index
FROM positives
LEFT JOIN partners_of ON partners_of.anchor = positives.image_id
LEFT JOIN second_of ON second_of.anchor = positives.image_id
"""

_FACTS = """
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members
JOIN breast_facts USING (study_id, laterality)
WHERE code IN ('birads', 'path_severity')
"""

RULE = GroupingRule(
    subtask=SubTask.SUSPICIOUS_IMAGE,
    ability=Ability.COREFERENCE,
    order=ImageOrder.SHUFFLED,
    why="one breast and view at several visits, at one of which it was suspicious or known for malignancy",
    candidates=_CANDIDATES,
    facts=_FACTS,
    shared=("laterality", "view"),
    released_as="EMBED_*_typeA",
)
