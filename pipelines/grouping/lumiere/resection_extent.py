"""How much of the enhancing tumour was removed? The visit before surgery and the one after it, CT1, at one slice.

The answer is what the expert's rationale says of the later visit: CRET, complete resection of the enhancing tumour, or PRET,
partial (label `resection`). The visit before is the one directly before it of those whose CT1 shows the slice, rated or not;
before a second operation it is a visit of follow-up.

Left out: a visit whose rating is not post-operative, since its rationale may recall an older operation, and one said to be
both complete and partial (label_ambiguous); where no visit lies before, or the one before is post-operative itself, so that
no image shows the tumour before surgery (no_partner); a visit without a place in time (no_time). The stated volumes go
along as facts, but the answer does not rest on them: automatic segmentation finds enhancement along a cavity too. Released
as `LUMIERE_multichoice_typeB`.

Example:
    >>> RESECTION_EXTENT.answers
    ('complete', 'partial')
"""

from pipelines.grouping.lumiere.visits import VOLUME_CODES, list_in_sql
from pipelines.grouping.rule import GroupingRule
from pipelines.reasons import Fate
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, SubTask

_CANDIDATES = f"""
WITH judged AS (
    SELECT *,
        CASE WHEN visit IS NULL THEN '{Fate.NO_TIME}'
             WHEN image_before IS NULL OR is_post_op_before THEN '{Fate.NO_PARTNER}'
             WHEN len(resections) > 1 THEN '{Fate.LABEL_AMBIGUOUS}'
             WHEN has_rating AND NOT is_post_op THEN '{Fate.LABEL_AMBIGUOUS}'
        END AS fate
    FROM visit_pairs WHERE resections <> []
)
SELECT image_id AS anchor, subject_id, split,
    CASE WHEN study_before IS NULL THEN [study_id] ELSE [study_before, study_id] END AS unit_studies,
    CAST(NULL AS VARCHAR) AS asked,
    CASE WHEN fate IS NULL THEN resections[1] END AS label,
    [image_before, image_id] AS image_ids,
    ['{ImageRole.BEFORE_SURGERY}', '{ImageRole.AFTER_SURGERY}'] AS roles,
    slice_index, fate
FROM judged
"""
_FACTS = f"""
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members JOIN visit_labels USING (study_id)
WHERE code IN {list_in_sql("rano", *VOLUME_CODES)} OR (code = 'resection' AND role = '{ImageRole.AFTER_SURGERY}')
"""
RESECTION_EXTENT = GroupingRule(
    subtask=SubTask.RESECTION_EXTENT,
    ability=Ability.COMPARISON,
    order=ImageOrder.CHRONOLOGICAL,
    why="contrast-enhanced T1 at one slice, before and after surgery",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=("complete", "partial"),
    shared=("sequence", "slice_index"),
    released_as="LUMIERE_multichoice_typeB",
)
