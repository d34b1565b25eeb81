"""What the synthetic LUMIERE holds, subject by subject, before anything is drawn: visits, ratings, files, faults.

The first eight subjects bear one oddity or fault each (`Role`); all others are clean. Nothing here is taken from a genuine
download.

Example:
    >>> [visit.session for visit in plan_subject(seed=1, index=0).visits][:2]
    ['week-000-1', 'week-000-2']
"""

import random
from dataclasses import dataclass, replace
from enum import IntEnum

from pipelines.cohort.lumiere.course import COURSES, Course
from pipelines.cohort.lumiere.tumour import State
from pipelines.sources.lumiere.files import SEQUENCES
from pipelines.vocabulary import Sequence

_WEEKS = (12, 14)  # between two visits after surgery


class Role(IntEnum):
    """Which subject (by its 0-based place) bears which oddity."""

    NATIVE_FILES = 0  # every session also has files on the native grid
    LATE_WEEK = 1  # session week-173-1; ratings with a space at their end and "None"
    GAPS = 2  # a session without FLAIR, one without mask, one without a rating
    COMPLETENESS = 3  # the table states a T2 that is absent, and leaves out one that is there
    TRUNCATED = 4  # a volume that ends in its middle; an unknown rating
    OTHER_GRID = 5  # a volume on another lattice; measured volumes that are no JSON; the rating Post-Op/PD
    NO_MASK = 6  # no mask in any session
    ODD_FOLDER = 7  # a folder that is no session; a rating without a folder


MIN_SUBJECTS = len(Role)


@dataclass(frozen=True)
class VisitPlan:
    """One session: its row in each table, and what its folder holds."""

    session: str
    state: State
    rating: str
    rationale: str
    is_less_than_3_months: bool
    is_non_measurable: bool
    has_rating_row: bool = True
    has_mask: bool = True
    sequences: tuple[Sequence, ...] = SEQUENCES  # that are on disk
    stated: tuple[Sequence, ...] = SEQUENCES  # that the completeness table marks


@dataclass(frozen=True)
class SubjectPlan:
    """One subject: the visits in the order of time."""

    index: int
    name: str
    visits: tuple[VisitPlan, ...]

    def is_in(self, role: Role) -> bool:
        """Return whether the subject bears this oddity."""
        return self.index == role

    @property
    def has_native_files(self) -> bool:
        """True where the sessions also hold what was acquired, before it was brought to the atlas."""
        return self.is_in(Role.NATIVE_FILES)


def plan_subject(seed: int, index: int) -> SubjectPlan:
    """Return the plan of one subject; equal arguments give equal plans, whatever the number of subjects."""
    rng = random.Random(f"{seed} lumiere {index}")
    course = COURSES[index % len(COURSES)]
    visits = [_plan_visit(rng, course, place, session) for place, session in enumerate(_name_sessions(rng, course, index))]
    subject = SubjectPlan(index, f"Patient-{index + 1:03d}", tuple(visits))
    return _spoil(subject) if index < MIN_SUBJECTS else subject


def _name_sessions(rng: random.Random, course: Course, index: int) -> list[str]:
    """Return names as the source has them: before and after surgery in week 0, then every three months."""
    week, names = 0, ["week-000-1", "week-000-2"]
    for _ in course.visits[2:]:
        week += rng.randint(*_WEEKS)
        names.append(f"week-{week:03d}")
    if index == Role.LATE_WEEK:
        names[-1] = "week-173-1"
    return names


def _plan_visit(rng: random.Random, course: Course, place: int, session: str) -> VisitPlan:
    step = course.visits[place]
    is_early = place == 2 and rng.random() < 0.3  # the first visit after radiotherapy, too early for the criteria
    rationale = step.rationale.format(long=rng.randint(14, 34), short=rng.randint(10, 13))
    return VisitPlan(
        session=session,
        state=step.state,
        rating=step.rating,
        rationale="; ".join(filter(None, (rationale, "less than 3 months" if is_early else ""))),
        is_less_than_3_months=is_early,
        is_non_measurable=step.rating in ("SD", "CR") and not step.state.residue_mm,
    )


def _spoil(subject: SubjectPlan) -> SubjectPlan:
    """Return the subject with the oddities of its role."""
    visits = list(subject.visits)
    first, second, last = visits[0], visits[1], visits[-1]
    if subject.is_in(Role.LATE_WEEK):
        visits[1] = replace(second, rating="Post-Op ")
        visits.insert(2, replace(second, session="week-001", rating="None", rationale=""))
    elif subject.is_in(Role.GAPS):
        without = tuple(sequence for sequence in SEQUENCES if sequence is not Sequence.FLAIR)
        visits[1] = replace(second, sequences=without, stated=without)
        visits[-1] = replace(last, has_mask=False, rating="")
        visits[0] = replace(first, has_rating_row=False)
    elif subject.is_in(Role.COMPLETENESS):
        without = tuple(sequence for sequence in SEQUENCES if sequence is not Sequence.T2)
        visits[1] = replace(second, sequences=without)
        visits[-1] = replace(last, stated=without)
    elif subject.is_in(Role.TRUNCATED):
        visits[2] = replace(visits[2], rating="Pseudo")
    elif subject.is_in(Role.OTHER_GRID):
        visits[-1] = replace(last, rating="Post-Op/PD")
    elif subject.is_in(Role.NO_MASK):
        few = (Sequence.CT1, Sequence.FLAIR)
        visits = [replace(visit, has_mask=False, sequences=few, stated=few) for visit in visits]
    return replace(subject, visits=tuple(visits))
