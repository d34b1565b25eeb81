"""Sums up who was taken to be one person, so that links that chain half a download together are seen.

Example:
    >>> summarise_people([]).largest_person
    0
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.records import SubjectSplit
from pipelines.vocabulary import LinkKind, Split

SUSPICIOUS_SUBJECTS = 25
"""Subjects of one person from which on the links rather than the people should be doubted."""


@dataclass(frozen=True)
class PeopleSummary:
    """What links made of the subjects of one source."""

    n_subjects: int
    n_people: int
    n_linked_subjects: int  # those that are linked to another one
    n_links: dict[LinkKind, int]  # pairs of subjects by why they were joined
    n_moved: dict[Split, int]  # subjects that a link moved out of the split that they drew, by that split
    largest_person: int  # subjects of the person that has most; 0 where there is none
    largest_person_id: str | None

    @property
    def is_suspicious(self) -> bool:
        """True where one person has more subjects than is to be believed."""
        return self.largest_person > SUSPICIOUS_SUBJECTS


def summarise_people(splits: Iterable[SubjectSplit]) -> PeopleSummary:
    """Return the summary of splits/subjects of one source."""
    rows = list(splits)
    sizes = Counter(row.person_id for row in rows)
    largest = min(sizes, key=lambda person: (-sizes[person], person), default=None)
    links = Counter(link.kind for row in rows for link in row.links if row.subject_id < link.subject_id)
    moved = Counter(row.drawn for row in rows if row.drawn is not row.split)
    return PeopleSummary(
        n_subjects=len(rows),
        n_people=len(sizes),
        n_linked_subjects=sum(bool(row.links) for row in rows),
        n_links={kind: links[kind] for kind in LinkKind},
        n_moved={split: moved[split] for split in Split},
        largest_person=0 if largest is None else sizes[largest],
        largest_person_id=largest,
    )
