"""How one finding changed from the prior chest film to the current one: improving, stable or worsening.

Released as MS_CXR_T_conv_{finding} (open) and MS_CXR_T_vqa_{finding} (closed), one group per progression label of
MS-CXR-T 1.0.0 (1,326 labels of five findings on 1,045 pairs; Bannur et al., arXiv 2301.04558). The films are those that the
label names, the prior one first. The answer is the label's own word, never read from a report; both reports and both
studies' CheXpert labels of the finding go along as facts.

Left out:
- label_ambiguous: two progressions of one finding and pair; or a "prior" film that is dated later than the "current" one:
  shown in time the label would have to be turned round, and which of label and date is wrong cannot be told;
- label_disputed: the experts disagreed (quality "disagreement"), unless the setting `use_disputed_labels` is on;
- image_not_at_hand: a film was not rendered;
- repeated_image: both films have equal pixels, or one has those of another study's film;
- visits_too_close: both films are of one study.
Films of unknown date stay: the source itself says which is the prior one.

Example:
    >>> RULE.answers
    ('improving', 'stable', 'worsening')
"""

from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

PROGRESSIONS = """
CREATE TEMP TABLE progressions AS
SELECT concat_ws('|', target_ids[1], target_ids[2], code) AS anchor, subject_id, study_id,
    target_ids[1] AS prior_film, target_ids[2] AS current_film,
    code, left(code, len(code) - len('_progression')) AS finding,
    min(value) AS value, count(DISTINCT value) > 1 AS is_contradictory, bool_or(quality = 'disagreement') AS is_disputed
FROM labels
WHERE target = 'pair' AND ends_with(code, '_progression')
GROUP BY ALL;
"""
_CANDIDATES = """
SELECT anchor, progressions.subject_id, splits.split,
    [prior.study_id, coalesce(current.study_id, progressions.study_id)] AS unit_studies,
    finding AS asked, value AS label,
    [prior.image_id, current.image_id] AS image_ids,
    ['prior', 'current'] AS roles,
    NULL AS slice_index,
    CASE WHEN is_contradictory THEN 'label_ambiguous'
         WHEN is_disputed AND NOT getvariable('use_disputed_labels') THEN 'label_disputed'
         WHEN prior.image_id IS NULL OR current.image_id IS NULL THEN 'image_not_at_hand'
         WHEN prior.image_id = current.image_id THEN 'repeated_image'
         WHEN NOT (prior.is_of_one_study AND current.is_of_one_study) THEN 'repeated_image'
         WHEN prior.study_id = current.study_id THEN 'visits_too_close'
         WHEN prior.visit >= current.visit OR prior.day > current.day THEN 'label_ambiguous' END AS fate
FROM progressions
LEFT JOIN splits ON splits.subject_id = progressions.subject_id
LEFT JOIN films AS prior ON prior.source_image_id = prior_film
LEFT JOIN films AS current ON current.source_image_id = current_film
"""
_FACTS = """
SELECT anchor, image_index, progressions.study_id AS said_by, code, value
FROM members JOIN progressions USING (anchor)
WHERE role = 'current'
UNION ALL
SELECT anchor, image_index, members.study_id, labels.code, labels.value
FROM members JOIN progressions USING (anchor)
JOIN labels ON labels.study_id = members.study_id AND labels.target = 'study' AND labels.code = 'chexpert_' || finding
UNION ALL
SELECT anchor, image_index, study_id, code, value
FROM members JOIN report_summaries USING (study_id)
"""

RULE = GroupingRule(
    subtask=SubTask.FINDING_PROGRESSION,
    ability=Ability.COMPARISON,
    order=ImageOrder.CHRONOLOGICAL,
    why="prior and current frontal chest film of one subject, on which the source tells how a finding changed",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=("improving", "stable", "worsening"),
    released_as="MS_CXR_T_{conv,vqa}_{finding}",
)
