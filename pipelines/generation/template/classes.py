"""Which answers an inherent sub-task has: the classes of its grouping rule, or the place of the asked image.

Example:
    >>> classes_of(SubTask.VISIT_PROGRESSION), classes_of(SubTask.VIEW_IDENTIFICATION)
    (('worsening', 'stable', 'improving'), ('place',))
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.grouping.registry import RULES
from pipelines.vocabulary import Origin, SubTask

PLACE = "place"
"""The one class of "Which image ...?": its answers are the places of the group's images."""

_CLASSES: Mapping[SubTask, tuple[str, ...]] = MappingProxyType(
    {
        rule.subtask: rule.answers or (PLACE,)
        for rules in RULES.values()
        for rule in rules.rules
        if rule.origin is Origin.INHERENT
    }
)
NAMES_WHAT_IS_ASKED: Mapping[SubTask, frozenset[str]] = MappingProxyType(
    {
        SubTask.VIEW_IDENTIFICATION: frozenset({"asked"}),
        SubTask.SEQUENCE_IDENTIFICATION: frozenset({"asked"}),
        SubTask.FINDING_PROGRESSION: frozenset({"asked"}),
        SubTask.EYE_DIAGNOSIS: frozenset({"asked", "side"}),
    }
)
"""Of sub-tasks that ask about one view, sequence, finding or eye: the placeholders of which every stem must hold one."""
TEMPLATED = tuple(_CLASSES)
"""The sub-tasks that have a file of wordings, in the order of the sources."""


def classes_of(subtask: SubTask) -> tuple[str, ...]:
    """Return the classes that answers of an inherent sub-task can have; KeyError for a composed one."""
    return _CLASSES[subtask]
