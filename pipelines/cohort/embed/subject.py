"""One synthetic subject of EMBED: who she is, her two breasts, her studies and what was found at each.

Everything comes from the seed and the subject's number, so a subject is the same in a small cohort and in a large one.

Example:
    >>> subject = draw_subject(seed=1, index=1)
    >>> subject.empi, subject.cohort, len(subject.studies), subject.studies[0].accession
    (99000002, 2, 4, 9999000002012171)
"""

import datetime
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.cohort.embed.course import STUDIES_RANGE, Assessment, BreastFinding, draw_course
from pipelines.cohort.embed.oddities import COURSES, STUDIES_OF_FIRST, STUDY_ODDITIES, StudyOddity
from pipelines.cohort.phantoms.breast import Breast
from pipelines.vocabulary import Laterality

FIRST_EMPI = 99_000_001
_FIRST_DAYS = (datetime.date(2011, 1, 3), 1500)  # the first study falls within so many days from here
# A, B and N are what screening ends with; the rest belongs to a work-up.
_SCREENING = frozenset({Assessment.ADDITIONAL_EVALUATION, Assessment.NEGATIVE, Assessment.BENIGN})
_RACES = ("Caucasian or White", "African American  or Black", "Asian", "Unknown, Unavailable or Unreported")
_ETHNIC_GROUPS = ("Non-Hispanic or Latino", "Hispanic or Latino", "Unreported, Unknown, Unavailable")
_MARITAL = ("Married", "Single", "Divorced", "Widowed")


@dataclass(frozen=True, slots=True)
class EmbedStudy:
    """One study: an accession number and what was found."""

    number: int  # from 0
    accession: int  # 16 digits, beyond what a float holds exactly
    date: datetime.date
    age_years: float
    is_screening: bool
    sides: tuple[Laterality, ...]  # which breasts were examined
    findings: Mapping[Laterality, tuple[BreastFinding, ...]]
    oddity: StudyOddity | None


@dataclass(frozen=True, slots=True)
class EmbedSubject:
    """One subject; every text and number is invented."""

    index: int
    empi: int
    cohort: int  # 1 or 2
    birth: datetime.date
    race: str
    ethnic_group: str
    marital_status: str
    breasts: Mapping[Laterality, Breast]  # of one density
    studies: tuple[EmbedStudy, ...]

    @property
    def density(self) -> int:
        """BI-RADS density, 1 to 4."""
        return self.breasts[Laterality.LEFT].density


def draw_subject(seed: int, index: int) -> EmbedSubject:
    """Return the subject of this number, counted from 0."""
    rng = random.Random(f"embed/{seed}/{index}")
    density = 1 + (index + index // 4 + seed) % 4
    reach, texture = rng.uniform(1.22, 1.55), rng.randrange(2**31)
    # The breasts of one woman are alike, and never the same.
    breasts = {
        side: Breast(density, reach + rng.uniform(-0.04, 0.04), 2 * texture + place) for place, side in enumerate(Laterality)
    }
    first = _FIRST_DAYS[0] + datetime.timedelta(days=rng.randrange(_FIRST_DAYS[1]))
    birth = first - datetime.timedelta(days=rng.randrange(41 * 365, 74 * 365))
    return EmbedSubject(
        index=index,
        empi=FIRST_EMPI + index,
        cohort=1 + index % 2,
        birth=birth,
        race=rng.choice(_RACES),
        ethnic_group=rng.choice(_ETHNIC_GROUPS),
        marital_status=rng.choice(_MARITAL),
        breasts=breasts,
        studies=_draw_studies(rng, index, first, birth),
    )


def _draw_studies(rng: random.Random, index: int, first: datetime.date, birth: datetime.date) -> tuple[EmbedStudy, ...]:
    n_studies = STUDIES_OF_FIRST[index] if index < len(STUDIES_OF_FIRST) else rng.randint(*STUDIES_RANGE)
    turn, place = divmod(index, len(COURSES))
    left, right = COURSES[place][:: -1 if turn % 2 else 1]
    courses = {
        Laterality.LEFT: draw_course(rng, left, n_studies),
        Laterality.RIGHT: draw_course(rng, right, n_studies),
    }
    studies: list[EmbedStudy] = []
    day = first
    for number in range(n_studies):
        findings = {side: visits[number] for side, visits in courses.items()}
        if number:
            day += datetime.timedelta(days=_draw_interval(rng, studies[-1].findings.values()))
        is_screening = all(finding.assessment in _SCREENING for found in findings.values() for finding in found)
        studies.append(
            EmbedStudy(
                number=number,
                accession=99 * 10**14 + (FIRST_EMPI + index) * 10**6 + (number + 1) * 10**4 + 2 * rng.randrange(5000) + 1,
                date=day,
                age_years=(day - birth).days / 365.2425,
                is_screening=is_screening,
                sides=_choose_sides(findings, is_screening, index),
                findings=findings,
                oddity=STUDY_ODDITIES.get((index, number)),
            )
        )
    return tuple(studies)


def _draw_interval(rng: random.Random, before: Iterable[tuple[BreastFinding, ...]]) -> int:
    """Return the days until the next study: a work-up follows soon, a probably benign mass is seen after half a year."""
    assessments = {finding.assessment for found in before for finding in found}
    if assessments - _SCREENING - {Assessment.PROBABLY_BENIGN} or Assessment.ADDITIONAL_EVALUATION in assessments:
        return rng.randint(12, 48)
    if Assessment.PROBABLY_BENIGN in assessments:
        return rng.randint(175, 205)
    return rng.randint(335, 420)


def _choose_sides(
    findings: Mapping[Laterality, tuple[BreastFinding, ...]], is_screening: bool, index: int
) -> tuple[Laterality, ...]:
    """Return the breasts that are examined: of a work-up in every other subject the one with the finding alone."""
    found = tuple(side for side in Laterality if findings[side])
    return found if not is_screening and index % 2 and len(found) == 1 else tuple(Laterality)
