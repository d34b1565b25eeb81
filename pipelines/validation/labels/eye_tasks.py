"""What is read in texts about fundus photographs of both eyes.

Example:
    >>> EYE_DIAGNOSIS.true_as_well is not SAME_DIAGNOSIS.true_as_well
    True
"""

from pipelines.validation.labels import questions
from pipelines.validation.labels.eye_answers import find_false_diagnosis, possible_diagnoses, read_diagnosis_of
from pipelines.validation.labels.laterality import find_eyes
from pipelines.validation.labels.places import read_place
from pipelines.validation.labels.placing import find_false_place, pair_places
from pipelines.validation.labels.sameness import read_sameness
from pipelines.validation.labels.task import Item, Task, find_first


def _check_placing(text: str, item: Item) -> str | None:
    """A photograph that is said to be of the other eye."""
    named = [(one.start, one.sides) for one in find_eyes(text) if len(one.sides) == 1 and one.sides <= {"L", "R"}]
    place = find_false_place(pair_places(text, named, item.scene.n_images), item.scene.sides)
    return None if place is None else f"calls image {place} the other eye, expected {item.scene.sides[place - 1]}"


def _check_eye_asked(text: str, item: Item) -> str | None:
    return questions.check_eye(text, item.scene.asked)


def _check_both_eyes(text: str, item: Item) -> str | None:
    return questions.check_both_eyes(text)


def _check_diagnoses(text: str, item: Item) -> str | None:
    eye = find_false_diagnosis(text, item.group, item.scene.asked)
    return None if eye is None else f"says of eye {eye} what no fact supports"


def _read_diagnosis(text: str, item: Item) -> str | None:
    """A text that names the other eye, or its photograph, alone says nothing of the asked one."""
    eye = item.scene.asked or ""
    place = read_place(text, item.scene.n_images)
    if place is not None and item.scene.sides[place - 1] != eye:
        return None
    sides = frozenset().union(*(mention.sides for mention in find_eyes(text)))
    return None if sides and sides <= {"L", "R"} and eye not in sides else read_diagnosis_of(text, eye)


def _read_sameness(text: str, item: Item) -> str | None:
    return read_sameness(text, item.record.question)


def _true_of_the_eye(item: Item) -> frozenset[str]:
    """What the asked eye's keywords speak for must not be offered as wrong."""
    return possible_diagnoses(item.group, item.scene.asked or "")


EYE_DIAGNOSIS = Task(
    _read_diagnosis,
    find_first(_check_eye_asked, _check_placing),
    find_first(_check_placing, _check_diagnoses),
    _true_of_the_eye,
)
SAME_DIAGNOSIS = Task(
    _read_sameness, find_first(_check_both_eyes, _check_placing), find_first(_check_placing, _check_diagnoses)
)
