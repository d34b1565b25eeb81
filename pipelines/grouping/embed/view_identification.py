"""View identification: which of two or three mammograms of one breast is the named projection?

Clinically: the craniocaudal view looks down on the breast, the mediolateral oblique one along the pectoral muscle, the lateral
ones (ML, LM) straight across; an exaggerated craniocaudal view (XCCL, XCCM) is a craniocaudal view turned to one side. Views of
one `projection` (CC, XCCL, XCCM; ML, LM) are not put beside one another: nobody can tell them apart without the marker, and the
answer would be a matter of definition.

Anchor: every image that stands for a view of a breast (`breast_views`); anchor = image_id, asked = its view.
Partners: images that stand for a view of another projection of the same breast of the same subject, of any study, with or
    without a date. In the order of (xor of the two images' draws, image_id) the first one, and where `takes_three` of the
    anchor's draw also the second, if there is one; the two may be of one view.
Answer: the place of the anchor. Unit: the anchor's study. Fate: no_partner.
Facts: view and laterality of every image, said by its file (source_image_id).

Source: Med-MIM's released tag EMBED_*_typeC (CCImgNum1: one craniocaudal view among others); every view is asked for here.

Example:
    >>> RULE.order.value, RULE.shared
    ('shuffled', ('laterality',))
"""

from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, SubTask

_CANDIDATES = """
WITH partners_of AS (
    SELECT asked.image_id AS anchor,
        min({'nearness': xor(asked.draw, beside.draw), 'image_id': beside.image_id}, 2) AS partners
    FROM breast_views AS asked
    JOIN breast_views AS beside USING (subject_id, laterality)
    WHERE asked.projection <> beside.projection
    GROUP BY ALL
)
SELECT image_id AS anchor, subject_id, split, [study_id] AS unit_studies,
    CASE WHEN partners IS NULL THEN 'no_partner' END AS fate,
    view AS asked, CAST(NULL AS VARCHAR) AS label,
    CASE WHEN partners IS NULL THEN NULL
         WHEN takes_three(draw) AND len(partners) = 2 THEN [image_id, partners[1].image_id, partners[2].image_id]
         ELSE [image_id, partners[1].image_id] END AS image_ids,
    ['asked', 'beside', 'beside'][:len(image_ids)] AS roles,
    NULL AS slice_index
FROM breast_views
LEFT JOIN partners_of ON partners_of.anchor = breast_views.image_id
"""

_FACTS = """
SELECT anchor, image_index, source_image_id AS said_by, 'view' AS code, view AS value FROM members
UNION ALL
SELECT anchor, image_index, source_image_id, 'laterality', laterality FROM members
"""

RULE = GroupingRule(
    subtask=SubTask.VIEW_IDENTIFICATION,
    ability=Ability.COREFERENCE,
    order=ImageOrder.SHUFFLED,
    why="one breast in several projections, one of which is the asked one",
    candidates=_CANDIDATES,
    facts=_FACTS,
    shared=("laterality",),
    released_as="EMBED_*_typeC",
)
