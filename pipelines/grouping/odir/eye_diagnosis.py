"""What one named eye shows, both fundus photographs being shown, the left one first.

After the release's VQA_ODIR_instruction_multichoice (held out), which asks for the keywords of the first, the second or both
images. The answer is the asked eye's own diagnosis, one of eight (`both_eyes` tells where it comes from). An eye of which
several diagnoses are given has no single answer (label_ambiguous: none in the genuine table, which gives each eye one). Its
keywords, and those of the other eye, are facts: an eye diagnosed as diabetes may show drusen too, so no option may be wrong
merely because it is not the label.

Left out beside what `both_eyes` tells: eyes without a diagnosis of their own (no_label: nobody published how keywords become
diagnoses), and eyes whose diagnosis contradicts their keywords (label_ambiguous).

Example:
    >>> len(RULE.answers)
    8
"""

from pipelines.grouping.odir.both_eyes import EYE_FACTS
from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
SELECT concat_ws('|', subject_id, side) AS anchor, subject_id, split, unit_studies,
    side AS asked, diagnoses[1] AS label, image_ids, roles, NULL AS slice_index,
    CASE WHEN pair_fate = 'no_partner' AND image_id IS NULL THEN 'image_not_at_hand'
         WHEN pair_fate IS NOT NULL THEN pair_fate
         WHEN len(diagnoses) = 0 THEN 'no_label'
         WHEN len(diagnoses) > 1 OR is_contradictory THEN 'label_ambiguous' END AS fate
FROM eyes JOIN both_eyes USING (subject_id)
"""

RULE = GroupingRule(
    subtask=SubTask.EYE_DIAGNOSIS,
    ability=Ability.COREFERENCE,
    order=ImageOrder.FIXED,
    why="fundus photographs of one person's left and right eye, one of which is asked about",
    candidates=_CANDIDATES,
    facts=EYE_FACTS,
    answers=("normal", "diabetes", "glaucoma", "cataract", "amd", "hypertension", "myopia", "other"),
    released_as="VQA_ODIR_instruction_multichoice",
)
