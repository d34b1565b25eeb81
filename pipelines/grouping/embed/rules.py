"""EMBED's rules: which mammograms stand together, in the order of the sub-tasks.

Example:
    >>> [rule.subtask.value for rule in RULES.rules]
    ['suspicious_image', 'view_identification', 'two_view_assessment', 'next_assessment']
"""

from pipelines.grouping.embed import (
    assessed_visits,
    breast_views,
    next_assessment,
    suspicious_image,
    two_view_assessment,
    view_identification,
)
from pipelines.grouping.rule import SourceRules

RULES = SourceRules(
    prepare=breast_views.PREPARE + assessed_visits.PREPARE,
    rules=(suspicious_image.RULE, view_identification.RULE, two_view_assessment.RULE, next_assessment.RULE),
)
