"""All rules of LLaVA-Med VQA.

Example:
    >>> [rule.subtask.value for rule in RULES.rules]
    ['located_question']
"""

from pipelines.grouping.llava_med.figure_pools import FIGURES
from pipelines.grouping.llava_med.located_question import PARTNERS, RULE
from pipelines.grouping.rule import SourceRules

RULES = SourceRules(prepare=FIGURES + PARTNERS, rules=(RULE,))
