"""What happens to the subjects of the synthetic MS-CXR-T: which findings, how severe at each study, taken when and how.

Pictures, labels and reports are all made from this, so that they agree. Numbers are counted down from p19999900 and s59999999,
taken from nowhere.

Example:
    >>> subject = draw_subject(seed=1, position=0)
    >>> subject.number, len(subject.studies) in (2, 3, 4)
    (19999900, True)
    >>> progression(1, 3), progression(2, 2), progression(2, 0)
    ('worsening', 'stable', 'improving')
"""

import datetime
import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.vocabulary import View

FILES_FOLDER = "files"
_MAX_SEVERITY = 3
_FIRST_SUBJECT = 19_999_900
_LAST_STUDY = 59_999_999
_MAX_STUDIES = 4
_FIRST_YEAR = 2120  # genuine dates are shifted into such years
# The first lies on the one side, the second on the other (edema on both): what is in one lung can be told there.
_FINDINGS: Sequence[tuple[str, ...]] = (
    ("pleural_effusion", "pneumothorax"),
    ("consolidation",),
    ("edema",),
    ("pneumonia",),
    ("pneumothorax",),
    ("pleural_effusion",),
    ("edema", "pleural_effusion"),
    ("pleural_effusion", "consolidation"),
    ("pneumonia", "pneumothorax"),
    ("pneumothorax", "consolidation"),
    ("edema", "pneumothorax"),
    ("pneumonia", "pleural_effusion"),
)
_QUALITIES = ("one_expert", "multiple_experts", "disagreement")


@dataclass(frozen=True)
class FilmTruth:
    """One study with its frontal film."""

    study: int
    dicom: str
    view: View
    moment: datetime.datetime
    severities: Mapping[str, int]  # 0 (absent) to 3 of each finding that the subject ever has
    pose_seed: int


@dataclass(frozen=True)
class SubjectTruth:
    """One subject and the studies in order of time."""

    number: int
    anatomy_seed: int
    findings: tuple[str, ...]
    first_side: int  # image half (-1 or 1) of the first finding; the second lies on the other
    studies: tuple[FilmTruth, ...]

    def folder(self, film: FilmTruth) -> str:
        """Return a study's folder below `files/`."""
        return f"p{str(self.number)[:2]}/p{self.number}/s{film.study}"

    def tail(self, film: FilmTruth) -> str:
        """Return a film as MS-CXR-T names it."""
        return f"{self.folder(film)}/{film.dicom}"

    def film_path(self, film: FilmTruth) -> str:
        """Return a film's file below the cohort's root."""
        return f"{FILES_FOLDER}/{self.tail(film)}.jpg"

    def report_path(self, film: FilmTruth) -> str:
        """Return a report's file below the cohort's root: beside the study's folder, not in it."""
        return f"{FILES_FOLDER}/{self.folder(film)}.txt"

    def side(self, finding: str) -> int:
        """Return the image half in which a finding lies: -1 is the patient's right."""
        return self.first_side if self.findings.index(finding) == 0 else -self.first_side


@dataclass(frozen=True)
class PairTruth:
    """Two successive films and what changed between them: the value and its quality by finding."""

    subject: SubjectTruth
    previous: FilmTruth
    current: FilmTruth
    labels: Mapping[str, tuple[str, str]]


def draw_subject(seed: int, position: int) -> SubjectTruth:
    """Return the subject at a position (from 0) of the cohort; it depends on nothing but the two numbers."""
    rng = random.Random(f"{seed} {position}")
    # The first subjects show every combination, so that small cohorts do.
    findings = _FINDINGS[position % len(_FINDINGS)] if position < len(_FINDINGS) else rng.choice(_FINDINGS)
    n_studies = rng.randint(2, _MAX_STUDIES)
    numbers = [_LAST_STUDY - _MAX_STUDIES * position - place for place in range(n_studies)]
    rng.shuffle(numbers)  # genuine study numbers tell nothing of the order in time
    moments = list(_draw_moments(rng, n_studies))
    courses = [_draw_course(rng, n_studies) for _ in findings]
    number = _FIRST_SUBJECT - position
    return SubjectTruth(
        number=number,
        anatomy_seed=rng.getrandbits(32),
        findings=findings,
        first_side=rng.choice((-1, 1)),
        studies=tuple(
            FilmTruth(
                study=numbers[place],
                dicom=mint_dicom(seed, number, numbers[place]),
                view=rng.choice((View.AP, View.PA)),
                moment=moments[place],
                severities={finding: course[place] for finding, course in zip(findings, courses, strict=True)},
                pose_seed=rng.getrandbits(32),
            )
            for place in range(n_studies)
        ),
    )


def draw_pairs(seed: int, position: int, subject: SubjectTruth) -> Iterator[PairTruth]:
    """Yield the successive pairs of a subject with at least one label."""
    rng = random.Random(f"{seed} {position} quality")
    for previous, current in pairwise(subject.studies):
        labels: dict[str, tuple[str, str]] = {}
        for finding in subject.findings:
            before, after = previous.severities[finding], current.severities[finding]
            quality = rng.choices(_QUALITIES, (55, 35, 10))[0]
            if max(before, after) > 0:
                labels[finding] = (progression(before, after), quality)
        if labels:
            yield PairTruth(subject, previous, current, labels)


def progression(before: int, after: int) -> str:
    """Return MS-CXR-T's word for a change of severity."""
    if before == after:
        return "stable"
    return "worsening" if after > before else "improving"


def mint_dicom(seed: int, *parts: object) -> str:
    """Return an image id in MIMIC-CXR's form: five groups of eight hexadecimal digits."""
    digits = hashlib.sha256(" ".join(map(str, (seed, *parts))).encode()).hexdigest()
    return "-".join(digits[place : place + 8] for place in range(0, 40, 8))


def _draw_course(rng: random.Random, n_studies: int) -> list[int]:
    """Return severities whose changes are drawn as evenly as the bounds allow."""
    course = [rng.choice((0, 1, 1, 2, 2, 3))]
    while len(course) < n_studies:
        now = course[-1]
        step = rng.choice((1, 1, 2))
        wishes = {"improving": max(0, now - step), "stable": now, "worsening": min(_MAX_SEVERITY, now + step)}
        possible = [later for wish, later in wishes.items() if progression(now, later) == wish and max(now, later) > 0]
        course.append(rng.choice(possible))
    return course


def _draw_moments(rng: random.Random, n_studies: int) -> Iterator[datetime.datetime]:
    moment = datetime.datetime(_FIRST_YEAR + rng.randrange(70), 1, 1, tzinfo=datetime.UTC)
    moment += datetime.timedelta(days=rng.randrange(365), seconds=rng.randrange(1, 40_000), milliseconds=rng.randrange(1000))
    for _ in range(n_studies):
        yield moment
        # A fifth of the studies follow on the same day, told apart by the time alone.
        moment += datetime.timedelta(hours=8) if rng.random() < 0.2 else datetime.timedelta(days=rng.randrange(1, 200))
