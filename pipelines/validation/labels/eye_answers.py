"""What an answer says of one eye, where it may speak of the other one too.

Example:
    >>> read_diagnosis_of("The left eye has glaucoma, while the right one is normal.", eye="R")
    'normal'
"""

from pipelines.records import ImageGroup
from pipelines.validation.labels.expected import facts_of, place_of_eye
from pipelines.validation.labels.eye_diagnoses import DIAGNOSES, find_diagnoses
from pipelines.validation.labels.eye_keywords import suggest_diagnoses
from pipelines.validation.labels.laterality import BOTH, OTHER, find_eyes
from pipelines.validation.labels.sentence import read_sentence


def read_diagnosis_of(text: str, eye: str) -> str | None:
    """Return the one diagnosis that a text states of an eye, "L" or "R"; what names no eye is said of this one."""
    stated = [possible for eyes, possible in _attribute(text, eye) if eye in eyes]
    possible = DIAGNOSES.intersection(*stated)
    return next(iter(possible)) if len(possible) == 1 else None


def possible_diagnoses(group: ImageGroup, eye: str) -> frozenset[str]:
    """Return what may be said of an eye: its diagnosis or its patient's, and what its keywords speak for."""
    place = place_of_eye(group, eye)
    own = frozenset(fact.value for code in ("eye_diagnosis", "diagnosis") for fact in facts_of(group, code, place))
    return own.union(*(suggest_diagnoses(fact.value) for fact in facts_of(group, "keyword", place)))


def find_false_diagnosis(text: str, group: ImageGroup, asked: str | None) -> str | None:
    """Return the eye of which a text says what no fact of the group supports.

    What names no eye is said of the asked one, and where none is asked, of both.
    """
    for eyes, possible in _attribute(text, asked):
        for eye in sorted(eyes):
            if not possible & possible_diagnoses(group, eye):
                return eye
    return None


def _attribute(text: str, asked: str | None) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the eyes that each statement is about: those named in its clause, else the one named last before it."""
    sentence = read_sentence(text)
    mentions = find_eyes(text)
    unnamed = BOTH if asked is None else frozenset(asked)
    attributed = []
    for place, possible in find_diagnoses(text):
        near = [one for one in mentions if sentence.clause[one.start] == sentence.clause[place]]
        before = [one for one in mentions if one.start < place and sentence.sentence[one.start] == sentence.sentence[place]]
        chosen = near or before[-1:]
        sides = min(chosen, key=lambda one: abs(one.start - place)).sides if chosen else unnamed
        attributed.append((BOTH - unnamed if sides == OTHER else sides, possible))
    return attributed
