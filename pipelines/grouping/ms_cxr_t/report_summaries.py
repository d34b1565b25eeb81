r"""What sums up each study's report: one row per section that is worth telling.

The choice is that of `pipelines.sources.ms_cxr_t.report_sections.choose_summary` (the last impression, else findings, else
the last paragraph, else the comparison, of those with a word); findings stand beside an impression, for they say how large
and where.

Example:
    >>> REPORT_SUMMARIES.count("CREATE TEMP TABLE")
    1
"""

REPORT_SUMMARIES = r"""
CREATE TEMP TABLE report_summaries AS
WITH sections AS (
    SELECT study_id, unnest(report, recursive := true), generate_subscripts(report, 1) AS nth FROM studies
), ranked AS (
    SELECT study_id, name, text, nth,
        CASE WHEN name IN ('impression', 'findings_and_impression') THEN 1
             WHEN name = 'findings' THEN 2
             WHEN name = 'last_paragraph' THEN 3
             WHEN name = 'comparison' THEN 4 END AS preference
    FROM sections
    WHERE regexp_matches(text, '[\p{L}\p{N}]')  -- `___`, a redaction, is no word
), last_of_each AS (
    SELECT * FROM ranked
    WHERE preference IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY study_id, preference ORDER BY nth DESC) = 1
)
SELECT study_id, 'report_' || name AS code, text AS value
FROM last_of_each
QUALIFY preference = min(preference) OVER (PARTITION BY study_id) OR preference = 2;
"""
