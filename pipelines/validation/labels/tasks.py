"""Which task each inherent sub-task is: a new sub-task needs a line here and one in `expected`.

Example:
    >>> from pipelines.validation.labels.expected import DERIVATIONS
    >>> set(TASKS) == set(DERIVATIONS)
    True
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.validation.labels import brain_tasks, breast_tasks, chest_tasks, eye_tasks
from pipelines.validation.labels.task import Task
from pipelines.vocabulary import SubTask

TASKS: Mapping[SubTask, Task] = MappingProxyType(
    {
        SubTask.SUSPICIOUS_IMAGE: breast_tasks.SUSPICIOUS_IMAGE,
        SubTask.VIEW_IDENTIFICATION: breast_tasks.VIEW_IDENTIFICATION,
        SubTask.TWO_VIEW_ASSESSMENT: breast_tasks.TWO_VIEW_ASSESSMENT,
        SubTask.NEXT_ASSESSMENT: breast_tasks.NEXT_ASSESSMENT,
        SubTask.SEQUENCE_IDENTIFICATION: brain_tasks.SEQUENCE_IDENTIFICATION,
        SubTask.RESECTION_EXTENT: brain_tasks.RESECTION_EXTENT,
        SubTask.VISIT_PROGRESSION: brain_tasks.VISIT_PROGRESSION,
        SubTask.NEXT_STATUS: brain_tasks.NEXT_STATUS,
        SubTask.FINDING_PROGRESSION: chest_tasks.FINDING_PROGRESSION,
        SubTask.EYE_DIAGNOSIS: eye_tasks.EYE_DIAGNOSIS,
        SubTask.SAME_DIAGNOSIS: eye_tasks.SAME_DIAGNOSIS,
    }
)
