"""Which image is of the named MRI sequence? Two or three sequences of one visit at one slice, shuffled.

Contrast-enhanced T1 shows the enhancing tumour, T2 and FLAIR its edema, FLAIR with dark fluid: the anatomy is the same, only
the contrast tells. Asked is every image whose visit has another sequence at its slice; the answer is its place. Nothing but
the sequence of each file is needed, so that unrated visits serve as well. Left out: an image alone at its visit and slice
(no_partner). LUMIERE's atlas grid is one for all sequences of a visit (Suter et al., Sci Data 9:768, 2022); released as
`LUMIERE_multichoice_typeA`.

Example:
    >>> SEQUENCE_IDENTIFICATION.order.value, SEQUENCE_IDENTIFICATION.shared
    ('shuffled', ('study_id', 'slice_index'))
"""

from pipelines.grouping.rule import GroupingRule
from pipelines.reasons import Fate
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, SubTask

_CANDIDATES = f"""
WITH others AS (
    SELECT asked.image_id,
        list(other.image_id ORDER BY shuffled(concat(asked.image_id, '|', other.image_id)), other.image_id) AS image_ids
    FROM slices AS asked
    JOIN slices AS other
        ON other.study_id = asked.study_id AND other.slice_index = asked.slice_index AND other.sequence <> asked.sequence
    GROUP BY asked.image_id
), chosen_others AS (
    SELECT image_id, CASE WHEN takes_three(shuffled(image_id)) THEN image_ids[:2] ELSE image_ids[:1] END AS beside FROM others
)
SELECT image_id AS anchor, subject_id, split,
    [study_id] AS unit_studies,
    sequence AS asked,
    CAST(NULL AS VARCHAR) AS label,
    [image_id] || beside AS image_ids,
    ['{ImageRole.ASKED}'] || list_transform(beside, lambda image: '{ImageRole.BESIDE}') AS roles,
    slice_index,
    CASE WHEN beside IS NULL THEN '{Fate.NO_PARTNER}' END AS fate
FROM slices LEFT JOIN chosen_others USING (image_id)
"""
_FACTS = """
SELECT anchor, image_index, source_image_id AS said_by, 'sequence' AS code, sequence AS value FROM members
"""
SEQUENCE_IDENTIFICATION = GroupingRule(
    subtask=SubTask.SEQUENCE_IDENTIFICATION,
    ability=Ability.COREFERENCE,
    order=ImageOrder.SHUFFLED,
    why="MRI sequences of one visit at one slice",
    candidates=_CANDIDATES,
    facts=_FACTS,
    shared=("study_id", "slice_index"),
    released_as="LUMIERE_multichoice_typeA",
)
