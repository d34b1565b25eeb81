"""Whether both eyes of one person show the same, the left photograph shown first.

After the release's VQA_ODIR_instruction_conversation (held out; 51 stems that ask for same, different, or to compare). What
an ophthalmologist would sign:
- same: equal diagnoses and equal keywords;
- different: other diagnoses and other keywords;
- neither (label_ambiguous): one disease at two stages (mild and moderate nonproliferative retinopathy), "suspected" and
  certain, one disease with a further finding in one eye, two findings that both count as "other"; also equal keywords under
  different diagnoses, "other" without a keyword, and an eye whose diagnosis contradicts its keywords.
Keywords that judge the photograph do not count. An eye without a diagnosis of its own leaves its pair without a label.

Example:
    >>> RULE.answers
    ('same', 'different')
"""

from pipelines.grouping.odir.both_eyes import EYE_FACTS
from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
WITH compared AS (
    SELECT both_eyes.*, l.diagnoses AS left_diagnoses, r.diagnoses AS right_diagnoses,
        l.is_contradictory OR r.is_contradictory AS is_contradictory,
        CASE WHEN l.diagnoses = r.diagnoses AND l.keywords = r.keywords
                  AND NOT (list_contains(l.diagnoses, 'other') AND len(l.keywords) = 0) THEN 'same'
             WHEN l.diagnoses <> r.diagnoses AND (l.keywords <> r.keywords OR len(l.keywords) = 0) THEN 'different'
             END AS label
    FROM both_eyes
    LEFT JOIN eyes AS l ON l.subject_id = both_eyes.subject_id AND l.side = 'L'
    LEFT JOIN eyes AS r ON r.subject_id = both_eyes.subject_id AND r.side = 'R'
)
SELECT subject_id AS anchor, subject_id, split, unit_studies, NULL AS asked, label, image_ids, roles, NULL AS slice_index,
    CASE WHEN pair_fate IS NOT NULL THEN pair_fate
         WHEN len(left_diagnoses) = 0 OR len(right_diagnoses) = 0 THEN 'no_label'
         WHEN is_contradictory OR label IS NULL THEN 'label_ambiguous' END AS fate
FROM compared
"""

RULE = GroupingRule(
    subtask=SubTask.SAME_DIAGNOSIS,
    ability=Ability.COMPARISON,
    order=ImageOrder.FIXED,
    why="fundus photographs of one person's left and right eye, compared with each other",
    candidates=_CANDIDATES,
    facts=EYE_FACTS,
    answers=("same", "different"),
    released_as="VQA_ODIR_instruction_conversation",
)
