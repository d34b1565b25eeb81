"""Whether a question asks for what its sub-task's answers tell: a question about brightness has no RANO status for an answer.

Refused is only what names another matter and nothing of the sub-task's own: there are more ways to ask than a list can hold.

Example:
    >>> asks_for("How much of the tumour was removed?", SubTask.RESECTION_EXTENT)
    True
    >>> asks_for("Which of the two images is brighter?", SubTask.VISIT_PROGRESSION)
    False
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pipelines.vocabulary import SubTask

_ASSESSMENT = (
    r"bi-?rads|assess|categor|classif|suspi|malignan|cancer|benign|impression|apprais|rate|rating|judg|grade|graded|conclu|verdict|"
    r"findings?|outcome|result|forecast|foresee|anticipat|follows|found|read(?:ing)?\b|interpret|diagnos|workup|work-up|manag|recommend|evaluat|opinion|score|expect|predict|bring"
)
_COURSE = (
    r"status|rano|respon|progress|chang|course|diseas|stab|improv|wors|evol|develop|better|behav|trend|outcome|outlook|fare|"
    r"grow|shrink|regress|compar|differ|trajector|become|became|happen|expect|predict|forecast|prognos|anticipat|assess|rating|rated|categor|situation|"
    r"deteriorat|remission|verdict|extent|size|larger|smaller|tumou?r"
)
_TOPICS: Mapping[SubTask, re.Pattern[str]] = MappingProxyType(
    {
        SubTask.TWO_VIEW_ASSESSMENT: re.compile(_ASSESSMENT),
        SubTask.NEXT_ASSESSMENT: re.compile(_ASSESSMENT),
        SubTask.RESECTION_EXTENT: re.compile(
            r"resect|remov|surg|operat|excis|residu|remain|left behind|left over|taken out|debulk|rest of the|clear|complete"
        ),
        SubTask.VISIT_PROGRESSION: re.compile(_COURSE),
        SubTask.NEXT_STATUS: re.compile(_COURSE),
        SubTask.EYE_DIAGNOSIS: re.compile(
            r"diagnos|diseas|condition|finding|abnormal|patholog|show|see[ns]?\b|found|find|wrong|present|describ|affect|suffer|"
            r"state|classif|suggest|disorder|depict|demonstrat|display|reveal|call|name|label|healthy|ill\b|matter|have\b|has\b|"
            r"judg|conclu|identif|assess|interpret|belong|reads?\b|given|impression|appl"
        ),
        SubTask.SAME_DIAGNOSIS: re.compile(
            r"same|differ|agree|identical|alike|match|compar|share|equal|similar|distinct|common|relation|symmetr|diverg|consisten|"
            r"concord|correspond|tell apart|one diagnosis|either|each other"
        ),
    }
)
_OF_THE_PICTURE = re.compile(r"\b(?:better|best|higher|worse|worst|poorer|lower) (?:\w+ )?(?:quality|resolution|contrast)\b")
_OTHER_MATTER = re.compile(
    r"bright|dark|ventric|midline|densit|composition|gender|\bsex\b|\bage\b|modalit|\bplane\b|scanner|resolution|quality|"
    r"orientation|how many|how old|colou?r|art[ei]fact|device|catheter|pacemaker|fracture|skull|vessel calib|organ\b|hospital|"
    r"contrast agent|sharp|blurr|zoom|crop"
)


@lru_cache(maxsize=1 << 14)  # wordings repeat by the thousand
def asks_for(question: str, subtask: SubTask) -> bool:
    """Return False where a question names another matter alone; sub-tasks that ask for a named thing are checked by that."""
    topic = _TOPICS.get(subtask)
    lowered = _OF_THE_PICTURE.sub("quality", question.lower())
    return topic is None or _OTHER_MATTER.search(lowered) is None or topic.search(lowered) is not None
