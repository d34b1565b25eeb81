"""Is the disease stable, worsening or improving at the later of two consecutive visits? CT1, at one slice, in order of time.

The release files this under `temporal`, and so do we, but it forecasts nothing: the later visit is shown, and its own rating
is the answer. PD is worsening, SD stable, PR and CR improving; the release asks of the first two only. RANO compares with
baseline and nadir, not with the visit before: a tumour rated SD may have grown a little since then, one rated PR may have
stood still. The question asks for the status at the later visit, not for the difference between two pictures.

Consecutive are visits whose CT1 shows the slice. Left out as label_ambiguous: a rating of several statuses; `Post-Op/PD`, and
every pair with surgery between its visits, since what is seen is then the operation; progression told of T2 (rationale
`T2-Progr.`), which CT1 does not show. A later visit without a response (not rated, pre- or post-operative only) is no_label,
a first one no_partner, one without a place in time no_time. `Less than 3 months` stays, as a fact: so soon after
radiotherapy, RANO cannot tell progression from its imitation. Released as `LUMIERE_multichoice_typeC`.

Example:
    >>> VISIT_PROGRESSION.answers
    ('worsening', 'stable', 'improving')
"""

from pipelines.grouping.lumiere.visits import STATUSES, VOLUME_CODES, list_in_sql
from pipelines.grouping.rule import GroupingRule
from pipelines.reasons import Fate
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, SubTask

_CANDIDATES = f"""
WITH judged AS (
    SELECT *,
        CASE WHEN visit IS NULL THEN '{Fate.NO_TIME}'
             WHEN image_before IS NULL THEN '{Fate.NO_PARTNER}'
             WHEN statuses = [] THEN '{Fate.NO_LABEL}'
             WHEN len(statuses) > 1 OR has_surgery_between OR is_progression_on_t2 THEN '{Fate.LABEL_AMBIGUOUS}'
        END AS fate
    FROM visit_pairs
)
SELECT image_id AS anchor, subject_id, split,
    CASE WHEN study_before IS NULL THEN [study_id] ELSE [study_before, study_id] END AS unit_studies,
    CAST(NULL AS VARCHAR) AS asked,
    CASE WHEN fate IS NULL THEN statuses[1] END AS label,
    [image_before, image_id] AS image_ids,
    ['{ImageRole.PRIOR}', '{ImageRole.CURRENT}'] AS roles,
    slice_index, fate
FROM judged
"""
_FACTS = f"""
SELECT anchor, image_index, study_id AS said_by, code, value
FROM members JOIN visit_labels USING (study_id)
WHERE code IN {list_in_sql("rano", *VOLUME_CODES)} OR (code = 'less_than_3_months' AND role = '{ImageRole.CURRENT}')
"""
VISIT_PROGRESSION = GroupingRule(
    subtask=SubTask.VISIT_PROGRESSION,
    ability=Ability.TEMPORAL,
    order=ImageOrder.CHRONOLOGICAL,
    why="contrast-enhanced T1 at one slice, two consecutive visits",
    candidates=_CANDIDATES,
    facts=_FACTS,
    answers=STATUSES,
    shared=("sequence", "slice_index"),
    released_as="LUMIERE_multichoice_typeC",
)
