"""One of LLaVA-Med's questions asked about one figure that stands among figures of other articles.

The paper's composed co-reference groups (Med-MIM, arXiv 2505.19031): the question's own figure with one or two partners of
the same split and modality, so that only the place that the question names tells which one is meant. Partners are of other
articles and of other pixels: figures of one article may show one patient. The answer is the source's own, and open.

A figure whose pixels equal an earlier figure's is shown by that one: what was asked about the pixels is true of them.
Left out: questions whose figure was not rendered (image_not_at_hand), and those whose pool holds no other person (no_partner).
The share of groups of three is a setting; a pool of two persons gives groups of two. Wording is not judged here: whether a
question can bear a place ("in the second image") or needs an earlier turn is for the generation stage.

Example:
    >>> RULE.has_open_labels, RULE.shared
    (True, ('modality',))
"""

from pipelines.grouping.rule import GroupingRule
from pipelines.vocabulary import Ability, ImageOrder, Origin, SubTask

# A place is counted along the ring of the other persons' figures, which begins behind the asked person's own: see figure_pools.
PARTNERS = """
CREATE TEMP TABLE asked_figures AS
SELECT question_id, questions.subject_id, questions.study_id, answer, figures.* EXCLUDE (subject_id, study_id),
    figures.subject_id AS figure_subject, figures.study_id AS figure_study,
    first_place + n_own AS ring_start,
    pool_size - n_own AS ring_size,
    takes_three(shuffled(question_id || '|size')) AS wants_three
FROM questions
LEFT JOIN (
    SELECT source_path, min(coalesce(duplicate_of, image_id)) AS image_id FROM images GROUP BY ALL
) AS asked ON asked.source_path = questions.image_path
LEFT JOIN figures USING (image_id);

CREATE TEMP TABLE first_partners AS
SELECT question_id, figures.image_id AS partner_id, figures.n_own AS partner_n_own,
    (figures.first_place - ring_start + asked_figures.pool_size) % asked_figures.pool_size AS partner_start
FROM asked_figures
JOIN figures ON figures.split = asked_figures.split AND figures.kind = asked_figures.kind
    AND figures.place
        = (ring_start + CAST(shuffled(question_id || '|first') % ring_size AS BIGINT)) % asked_figures.pool_size
WHERE ring_size > 0;

CREATE TEMP TABLE second_partners AS
WITH drawn AS (
    SELECT question_id, split, kind, pool_size, ring_start, partner_start, partner_n_own,
        CAST(shuffled(question_id || '|second') % (ring_size - partner_n_own) AS BIGINT) AS draw
    FROM asked_figures JOIN first_partners USING (question_id)
    WHERE wants_three AND ring_size > partner_n_own
)
SELECT question_id, figures.image_id AS partner_id
FROM drawn
JOIN figures ON figures.split = drawn.split AND figures.kind = drawn.kind
    AND figures.place = (
        ring_start + draw + CASE WHEN draw >= partner_start THEN partner_n_own ELSE 0 END  -- past the first partner's figures
    ) % drawn.pool_size;
"""
_CANDIDATES = """
SELECT question_id AS anchor,
    coalesce(figure_subject, asked.subject_id) AS subject_id,
    coalesce(asked.split, splits.split) AS split,
    [coalesce(figure_study, asked.study_id)] AS unit_studies,
    NULL AS asked, answer AS label,
    list_filter([asked.image_id, one.partner_id, two.partner_id], lambda image_id: image_id IS NOT NULL) AS image_ids,
    ['asked', 'beside', 'beside'][:len(image_ids)] AS roles,
    NULL AS slice_index,
    CASE WHEN asked.image_id IS NULL OR place IS NULL THEN 'image_not_at_hand'
         WHEN one.partner_id IS NULL THEN 'no_partner' END AS fate
FROM asked_figures AS asked
LEFT JOIN splits ON splits.subject_id = asked.subject_id
LEFT JOIN first_partners AS one USING (question_id)
LEFT JOIN second_partners AS two USING (question_id)
"""
_FACTS = """
SELECT anchor, image_index, question_id AS said_by, 'answer' AS code, answer AS value
FROM members JOIN questions ON question_id = anchor
WHERE role = 'asked'
UNION ALL
SELECT anchor, image_index, question_id, 'question', question
FROM members JOIN questions ON question_id = anchor
WHERE role = 'asked'
UNION ALL
SELECT anchor, image_index, source_image_id, code, value
FROM members
JOIN (SELECT target_ids[1] AS source_image_id, code, value FROM labels WHERE target = 'image' AND code = 'domain')
    USING (source_image_id)
"""

RULE = GroupingRule(
    subtask=SubTask.LOCATED_QUESTION,
    ability=Ability.COREFERENCE,
    order=ImageOrder.SHUFFLED,
    why="a question's own figure among figures of the same modality from other articles",
    candidates=_CANDIDATES,
    facts=_FACTS,
    shared=("modality",),
    origin=Origin.COMPOSED,
)
