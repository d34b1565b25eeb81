"""All rules of ODIR-5K.

Example:
    >>> [rule.subtask.value for rule in RULES.rules]
    ['eye_diagnosis', 'same_diagnosis']
"""

from pipelines.grouping.odir import eye_diagnosis, same_diagnosis
from pipelines.grouping.odir.both_eyes import BOTH_EYES
from pipelines.grouping.rule import SourceRules

RULES = SourceRules(prepare=BOTH_EYES, rules=(eye_diagnosis.RULE, same_diagnosis.RULE))
