"""Which facts of an inherent group its answer rests on: they are the evidence of its records, whoever words them.

A group holds everything that the source says of its images; most of it may be quoted or used to word an open answer, but the
answer itself rests on few facts. Where the answer is a place, it rests on that fact of every image: an image is the only
craniocaudal view because the others are none. What an answer rests on, by sub-task:

- suspicious_image: the BI-RADS category of every image's breast;
- view_identification, sequence_identification: view or sequence of every image;
- two_view_assessment: the BI-RADS category, said of the breast and therefore on both images;
- next_assessment, next_status: BI-RADS category or RANO rating of the visit that is not shown;
- resection_extent, visit_progression: extent of resection or RANO rating at the later visit;
- finding_progression: the progression of the finding that is asked about, said of the current film;
- eye_diagnosis: the diagnosis of the asked eye, and where the source gives none to an eye alone, that of the patient with
  the eye's keywords (`pipelines.grouping.odir.both_eyes`);
- same_diagnosis: the same of both eyes, always with their keywords.

Example:
    >>> sorted(_CODES) == sorted(task for task in SubTask if task not in (SubTask.LOCATED_QUESTION, SubTask.SHARED_FINDING))
    True
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import ImageRole, Laterality, SubTask

_CODES: Mapping[SubTask, tuple[str, ...]] = MappingProxyType(
    {
        SubTask.SUSPICIOUS_IMAGE: ("birads",),
        SubTask.VIEW_IDENTIFICATION: ("view",),
        SubTask.TWO_VIEW_ASSESSMENT: ("birads",),
        SubTask.NEXT_ASSESSMENT: ("birads",),
        SubTask.SEQUENCE_IDENTIFICATION: ("sequence",),
        SubTask.RESECTION_EXTENT: ("resection",),
        SubTask.VISIT_PROGRESSION: ("rano",),
        SubTask.NEXT_STATUS: ("rano",),
        SubTask.FINDING_PROGRESSION: ("{asked}_progression",),
        SubTask.EYE_DIAGNOSIS: ("eye_diagnosis",),
        SubTask.SAME_DIAGNOSIS: ("eye_diagnosis", "keyword"),
    }
)
_OF_THE_HIDDEN_VISIT = frozenset({SubTask.NEXT_ASSESSMENT, SubTask.NEXT_STATUS})
_OF_THE_LAST_IMAGE = frozenset({SubTask.RESECTION_EXTENT, SubTask.VISIT_PROGRESSION, SubTask.FINDING_PROGRESSION})
_EYE_ROLES = MappingProxyType({Laterality.LEFT: ImageRole.LEFT_EYE, Laterality.RIGHT: ImageRole.RIGHT_EYE})


class KeyFactsError(ValueError):
    """A group that holds no fact which its answer could rest on, or whose sub-task is none of those known here."""


def find_key_facts(group: ImageGroup) -> tuple[Fact, ...]:
    """Return the facts that the group's answer rests on, in the group's order; at least one.

    Raises:
        KeyFactsError: the group is a composed one, or it lacks the fact; the message names group, sub-task and codes.
    """
    if group.subtask not in _CODES:
        raise KeyFactsError(f"group {group.group_id}: sub-task {group.subtask} is composed; its facts belong to its question")
    codes = tuple(code.format(asked=group.asked) for code in _CODES[group.subtask])
    places = find_key_places(group)
    found = _select(group, codes, places)
    if group.subtask in (SubTask.EYE_DIAGNOSIS, SubTask.SAME_DIAGNOSIS):
        found = _add_patient_facts(group, codes, places)
    if not found:
        said = ", ".join(sorted({fact.code for fact in group.facts})) or "nothing"
        raise KeyFactsError(
            f"group {group.group_id} ({group.subtask}): expected a fact {' or '.join(codes)} of {_name_places(places)}, "
            f"got {said}; make the groups again"
        )
    return found


def find_key_places(group: ImageGroup) -> tuple[int | None, ...]:
    """Return the 0-based places of the images whose facts decide the answer; (None,) for the visit that is not shown."""
    if group.subtask in _OF_THE_HIDDEN_VISIT:
        return (None,)
    if group.subtask in _OF_THE_LAST_IMAGE:
        return (len(group.image_ids) - 1,)
    if group.subtask is SubTask.EYE_DIAGNOSIS and group.asked is not None:
        return (group.roles.index(_EYE_ROLES[Laterality(group.asked)]),)
    return tuple(range(len(group.image_ids)))


def _select(group: ImageGroup, codes: tuple[str, ...], places: tuple[int | None, ...]) -> tuple[Fact, ...]:
    return tuple(fact for fact in group.facts if fact.code in codes and fact.image_index in places)


def _add_patient_facts(group: ImageGroup, codes: tuple[str, ...], places: tuple[int | None, ...]) -> tuple[Fact, ...]:
    """An eye without a diagnosis of its own has the patient's, and its keywords tell that it is this eye which is ill."""
    with_own = {fact.image_index for fact in group.facts if fact.code == "eye_diagnosis"}
    without = tuple(place for place in places if place not in with_own)
    chosen = {*_select(group, codes, places), *_select(group, ("diagnosis", "keyword"), without)}
    return tuple(fact for fact in group.facts if fact in chosen)


def _name_places(places: tuple[int | None, ...]) -> str:
    if places == (None,):
        return "the visit that is not shown"
    return "image " + ", ".join(str(place + 1) for place in places if place is not None)
