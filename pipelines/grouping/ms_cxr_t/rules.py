"""All rules of MS-CXR-T.

Example:
    >>> [rule.subtask.value for rule in RULES.rules]
    ['finding_progression']
"""

from pipelines.grouping.ms_cxr_t.films import FILMS
from pipelines.grouping.ms_cxr_t.finding_progression import PROGRESSIONS, RULE
from pipelines.grouping.ms_cxr_t.report_summaries import REPORT_SUMMARIES
from pipelines.grouping.rule import SourceRules

RULES = SourceRules(prepare=FILMS + REPORT_SUMMARIES + PROGRESSIONS, rules=(RULE,))
