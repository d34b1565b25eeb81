"""Which rules group the images of which source; VQA-RAD's are composed by the meaning of its questions instead.

Example:
    >>> [rule.subtask.value for rule in RULES[Source.LUMIERE].rules]
    ['sequence_identification', 'resection_extent', 'visit_progression', 'next_status']
"""

from collections.abc import Mapping

from pipelines.grouping.embed.rules import RULES as EMBED_RULES
from pipelines.grouping.llava_med.rules import RULES as LLAVA_MED_RULES
from pipelines.grouping.lumiere.rules import RULES as LUMIERE_RULES
from pipelines.grouping.ms_cxr_t.rules import RULES as MS_CXR_T_RULES
from pipelines.grouping.odir.rules import RULES as ODIR_RULES
from pipelines.grouping.rule import SourceRules
from pipelines.vocabulary import Source

RULES: Mapping[Source, SourceRules] = {
    Source.EMBED: EMBED_RULES,
    Source.LUMIERE: LUMIERE_RULES,
    Source.MS_CXR_T: MS_CXR_T_RULES,
    Source.ODIR: ODIR_RULES,
    Source.LLAVA_MED: LLAVA_MED_RULES,
}
