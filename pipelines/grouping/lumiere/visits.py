"""What the rules of LUMIERE share: a subject's visits in order, what was said of each, and its contrast-enhanced slices.

A visit is a study by its place in `Study.visit`; two scans of one week are two visits of the same day. Two studies of one
subject that claim the same place have none. The expert's rating (label `rano`) is a response (PD, SD, PR, CR), a mark of
surgery (pre_op, post_op), both (`Post-Op/PD` is two labels), or missing. RANO (Wen et al., J Clin Oncol 28:1963-1972, 2010)
tells response from the baseline and progression from the nadir; it does not compare with the visit before. Slices of one
index show one anatomy on the atlas grid alone (`reading.lumiere.grid`); on native grids they do not.

Relations made here:

- `slices`: one image per study, sequence and slice, the first by source_path where there are several;
- `visit_labels` (study_id, code, value): what is said of a study, each once;
- `visits`: every study, with its ratings and running counts that tell what lies between two visits;
- `kept_visits`: the visits whose CT1 shows a slice, one row per visit and slice;
- `visit_pairs`: `kept_visits` with the one directly before it at that slice.

Example:
    >>> STATUS_OF_RATING["PR"], STATUSES
    ('improving', ('worsening', 'stable', 'improving'))
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.compartments import COMPARTMENTS
from pipelines.vocabulary import SegmentationTool

STATUS_OF_RATING: Mapping[str, str] = MappingProxyType(
    {"PD": "worsening", "SD": "stable", "PR": "improving", "CR": "improving"}
)
"""What a response is called in answers; the release asks of PD and SD only."""

STATUSES = tuple(dict.fromkeys(STATUS_OF_RATING.values()))
VOLUME_CODES = tuple(f"{compartment}_mm3" for compartment in COMPARTMENTS[SegmentationTool.DEEP_BRA_TUM_IA].values())


def list_in_sql(*values: str) -> str:
    """Return texts as a list for SQL's IN; they are constants of this package and hold no quotation mark."""
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


_STATUS = " ".join(f"WHEN '{rating}' THEN '{status}'" for rating, status in STATUS_OF_RATING.items())

PREPARE = f"""
CREATE TEMP TABLE slices AS
SELECT image_id, subject_id, study_id, split, sequence, slice_index
FROM usable_images
WHERE sequence IS NOT NULL AND slice_index IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY study_id, sequence, slice_index ORDER BY source_path, image_id) = 1;

CREATE TEMP TABLE visit_labels AS
SELECT DISTINCT study_id, code, value FROM labels WHERE target = 'study';

CREATE TEMP TABLE visits AS
WITH told AS (
    SELECT study_id,
        bool_or(code = 'rano') AS has_rating,
        bool_or(code = 'rano' AND value = 'pre_op') AS is_pre_op,
        bool_or(code = 'rano' AND value = 'post_op') AS is_post_op,
        bool_or(code = 't2_progression') AS is_progression_on_t2,
        list(DISTINCT CASE value {_STATUS} END)
            FILTER (code = 'rano' AND value IN {list_in_sql(*STATUS_OF_RATING)}) AS statuses,
        list(DISTINCT value) FILTER (code = 'resection') AS resections
    FROM visit_labels GROUP BY study_id
), placed AS (
    SELECT study_id, subject_id, day,
        CASE WHEN count(*) OVER (PARTITION BY subject_id, visit) = 1 THEN visit END AS visit
    FROM study_times
), described AS (
    SELECT placed.*,
        coalesce(has_rating, false) AS has_rating,
        coalesce(is_pre_op, false) AS is_pre_op,
        coalesce(is_post_op, false) AS is_post_op,
        coalesce(is_progression_on_t2, false) AS is_progression_on_t2,
        coalesce(statuses, []) AS statuses,
        coalesce(resections, []) AS resections
    FROM placed LEFT JOIN told USING (study_id)
)
SELECT *,
    -- Surgery is just after a pre-operative and just before a post-operative visit; where a later visit has more marks than
    -- an earlier one, there was surgery between the two
    count(*) FILTER (is_pre_op) OVER before + count(*) FILTER (is_post_op) OVER until AS surgery_marks,
    count(*) FILTER (statuses <> []) OVER before AS n_rated_before,
    count(*) FILTER (statuses <> []) OVER until AS n_rated_until
FROM described
WINDOW before AS (PARTITION BY subject_id ORDER BY visit NULLS LAST, study_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    until AS (PARTITION BY subject_id ORDER BY visit NULLS LAST, study_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);

CREATE TEMP TABLE kept_visits AS
SELECT image_id, slices.subject_id, split, slice_index, slices.study_id, visits.* EXCLUDE (subject_id, study_id)
FROM slices LEFT JOIN visits USING (study_id)
WHERE sequence = 'CT1';

CREATE TEMP TABLE visit_pairs AS
SELECT *,
    lag(image_id) OVER in_order AS image_before,
    lag(study_id) OVER in_order AS study_before,
    lag(is_post_op) OVER in_order AS is_post_op_before,
    surgery_marks > lag(surgery_marks) OVER in_order AS has_surgery_between
FROM kept_visits
WINDOW in_order AS (PARTITION BY subject_id, slice_index ORDER BY visit NULLS LAST, study_id);
"""
