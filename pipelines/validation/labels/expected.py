"""The class that a group's facts give its answer, and the facts that it rests on: nothing else is looked at.

| sub-task | class | facts |
|---|---|---|
| suspicious_image | place of the one image called S, M or K, others being N or B without malignant biopsy | birads |
| view_identification, sequence_identification | place of the one image of the asked view or sequence | view, sequence |
| two_view_assessment | the category that both images' breast was given | birads |
| next_assessment | the category at the visit that is not shown | birads |
| next_status, visit_progression | the RANO status of the visit that is not shown, of the last one shown | rano |
| resection_extent | the extent said of the image after surgery | resection |
| finding_progression | how the asked finding changed by the last film | <finding>_progression |
| eye_diagnosis | the asked eye's one diagnosis; else by its keyword, or its patient's | eye_diagnosis; keyword, diagnosis |
| same_diagnosis | same where diagnoses and keywords are equal, different where both differ | the same, of both eyes |

Facts that give two classes, or none, give nothing.

Example:
    >>> sorted(DERIVATIONS)[:2]
    [<SubTask.EYE_DIAGNOSIS: 'eye_diagnosis'>, <SubTask.FINDING_PROGRESSION: 'finding_progression'>]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.records import Fact, ImageGroup
from pipelines.validation.labels.birads import MALIGNANT
from pipelines.validation.labels.eye_keywords import NORMAL
from pipelines.validation.labels.progression import Progression
from pipelines.validation.labels.sameness import Sameness
from pipelines.vocabulary import ImageRole, SubTask

_STATUS_OF_RANO: Mapping[str, str] = MappingProxyType(
    {"PD": Progression.WORSENING, "SD": Progression.STABLE, "PR": Progression.IMPROVING, "CR": Progression.IMPROVING}
)
_EYES = {"L": ImageRole.LEFT_EYE, "R": ImageRole.RIGHT_EYE}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the facts say the answer is."""

    answer: str
    rests_on: tuple[Fact, ...]


def derive_class(group: ImageGroup) -> Expected | None:
    """Return the class that an inherent group's facts give, None where they give none or several; KeyError for composed."""
    return DERIVATIONS[group.subtask](group)


def place_of_eye(group: ImageGroup, eye: str) -> int:
    """Return the 0-based place of an eye's photograph, "L" or "R"; ValueError where the group shows none."""
    return group.roles.index(_EYES[eye])


def facts_of(group: ImageGroup, code: str, place: int | None) -> tuple[Fact, ...]:
    """Return the facts of one code about one image (0-based), or with None about the visit that is not shown."""
    return tuple(fact for fact in group.facts if fact.code == code and fact.image_index == place)


def _derive_one(group: ImageGroup, code: str, place: int | None) -> Expected | None:
    found = facts_of(group, code, place)
    values = {fact.value for fact in found}
    return Expected(values.pop(), found) if len(values) == 1 else None


def _derive_place(group: ImageGroup, code: str) -> Expected | None:
    found = [facts_of(group, code, place) for place in range(len(group.image_ids))]
    values = [{fact.value for fact in facts} for facts in found]
    fitting = [place for place, one in enumerate(values) if one == {group.asked}]
    if len(fitting) != 1 or any(len(one) != 1 for one in values):
        return None
    return Expected(str(fitting[0] + 1), tuple(fact for facts in found for fact in facts))


def _derive_suspicious(group: ImageGroup) -> Expected | None:
    found = [facts_of(group, "birads", place) for place in range(len(group.image_ids))]
    values = [{fact.value for fact in facts} for facts in found]
    suspicious = [place for place, one in enumerate(values) if one and one <= MALIGNANT]
    others = [place for place, one in enumerate(values) if one and one <= {"N", "B"}]
    if len(suspicious) != 1 or len(suspicious) + len(others) != len(values):
        return None
    if any(fact.value in ("0", "1") for place in others for fact in facts_of(group, "path_severity", place)):
        return None
    return Expected(str(suspicious[0] + 1), tuple(fact for facts in found for fact in facts))


def _derive_two_views(group: ImageGroup) -> Expected | None:
    found = [_derive_one(group, "birads", place) for place in range(len(group.image_ids))]
    known = [one for one in found if one is not None]
    if len(known) != len(found) or len({one.answer for one in known}) != 1:
        return None
    return Expected(known[0].answer, tuple(fact for one in known for fact in one.rests_on))


def _derive_status(group: ImageGroup, place: int | None) -> Expected | None:
    found = tuple(fact for fact in facts_of(group, "rano", place) if fact.value in _STATUS_OF_RANO)
    statuses = {_STATUS_OF_RANO[fact.value] for fact in found}
    return Expected(statuses.pop(), found) if len(statuses) == 1 else None


def _derive_eye(group: ImageGroup) -> Expected | None:
    place = place_of_eye(group, group.asked or "")
    own = _derive_one(group, "eye_diagnosis", place)
    if own is not None or facts_of(group, "eye_diagnosis", place):
        return own
    keywords = facts_of(group, "keyword", place)
    if {fact.value for fact in keywords} == {"normal fundus"}:
        return Expected(NORMAL, keywords)
    patient = tuple(fact for fact in facts_of(group, "diagnosis", place) if fact.value != NORMAL)
    diseases = {fact.value for fact in patient}
    is_ill = bool(keywords) and not any(fact.value == "normal fundus" for fact in keywords)
    return Expected(diseases.pop(), (*keywords, *patient)) if is_ill and len(diseases) == 1 else None


def _derive_sameness(group: ImageGroup) -> Expected | None:
    eyes = [_diagnose(group, eye) for eye in _EYES]
    if not all(diagnoses for diagnoses, _, _ in eyes):
        return None
    (left, left_words, left_facts), (right, right_words, right_facts) = eyes
    rests_on = left_facts + right_facts
    if left == right and left_words == right_words and not (left == {"other"} and not left_words):
        return Expected(Sameness.SAME, rests_on)
    is_different = left != right and (left_words != right_words or not left_words)
    return Expected(Sameness.DIFFERENT, rests_on) if is_different else None


def _diagnose(group: ImageGroup, eye: str) -> tuple[set[str], set[str], tuple[Fact, ...]]:
    """Return an eye's diagnoses, its keywords, and the facts of both."""
    place = place_of_eye(group, eye)
    keywords = facts_of(group, "keyword", place)
    words = {fact.value for fact in keywords}
    own = facts_of(group, "eye_diagnosis", place)
    if own:
        return {fact.value for fact in own}, words, own + keywords
    patient = tuple(fact for fact in facts_of(group, "diagnosis", place) if fact.value != NORMAL)
    if words == {"normal fundus"}:
        return {NORMAL}, words, keywords
    is_ill = bool(words) and "normal fundus" not in words and len(patient) == 1
    return {fact.value for fact in patient} if is_ill else set(), words, patient + keywords


DERIVATIONS: Mapping[SubTask, Callable[[ImageGroup], Expected | None]] = MappingProxyType(
    {
        SubTask.SUSPICIOUS_IMAGE: _derive_suspicious,
        SubTask.VIEW_IDENTIFICATION: lambda group: _derive_place(group, "view"),
        SubTask.TWO_VIEW_ASSESSMENT: _derive_two_views,
        SubTask.NEXT_ASSESSMENT: lambda group: _derive_one(group, "birads", None),
        SubTask.SEQUENCE_IDENTIFICATION: lambda group: _derive_place(group, "sequence"),
        SubTask.RESECTION_EXTENT: lambda group: _derive_one(group, "resection", len(group.image_ids) - 1),
        SubTask.VISIT_PROGRESSION: lambda group: _derive_status(group, len(group.image_ids) - 1),
        SubTask.NEXT_STATUS: lambda group: _derive_status(group, None),
        SubTask.FINDING_PROGRESSION: lambda group: _derive_one(group, f"{group.asked}_progression", len(group.image_ids) - 1),
        SubTask.EYE_DIAGNOSIS: _derive_eye,
        SubTask.SAME_DIAGNOSIS: _derive_sameness,
    }
)
