"""The rules of LUMIERE, in the order of the abilities that they ask for.

Example:
    >>> print(*(rule.subtask for rule in RULES.rules), sep=", ")
    sequence_identification, resection_extent, visit_progression, next_status
"""

from pipelines.grouping.lumiere import next_status, visits
from pipelines.grouping.lumiere.resection_extent import RESECTION_EXTENT
from pipelines.grouping.lumiere.sequence_identification import SEQUENCE_IDENTIFICATION
from pipelines.grouping.lumiere.visit_progression import VISIT_PROGRESSION
from pipelines.grouping.rule import SourceRules

RULES = SourceRules(
    prepare=visits.PREPARE + next_status.PREPARE,
    rules=(SEQUENCE_IDENTIFICATION, RESECTION_EXTENT, VISIT_PROGRESSION, next_status.NEXT_STATUS),
)
