"""Who is who in VQA-RAD: the file names cases, not people, and some cases are one case.

Dragging a cell down in the spreadsheet counted the last digits of some case addresses up, so that one image stands under
several cases. Each image belongs to the smallest of its addresses; cases that share an image are one subject, for a person
must not stand on both sides of a split.

Example:
    >>> people = identify_people([("a.jpg", "case?id=5"), ("a.jpg", "case?id=6"), ("b.jpg", "case?id=6")])
    >>> people.case_of_image["a.jpg"], people.subject_of_case["case?id=6"]
    ('case?id=5', 'case?id=5')
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.linkage import join_linked


@dataclass(frozen=True)
class People:
    """The case of every image and the subject of every case, the latter named by its smallest case."""

    case_of_image: dict[str, str]
    subject_of_case: dict[str, str]


def identify_people(sightings: Iterable[tuple[str, str]]) -> People:
    """Return who is who from (image, case address) pairs, in whatever order they come."""
    case_of_image: dict[str, str] = {}
    pairs = sorted(set(sightings))
    for image, case in pairs:
        case_of_image.setdefault(image, case)  # sorted: the first is the smallest
    links = [(case_of_image[image], case) for image, case in pairs]
    return People(case_of_image, join_linked([], links))
