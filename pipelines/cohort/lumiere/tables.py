"""The tables of the synthetic LUMIERE, row by row from the plans: headers as released, every value invented.

Example:
    >>> next(list_ratings([plan_subject(seed=1, index=0)]))
    ['Patient-001', 'week-000-1', '', '', 'Pre-Op', '']
"""

import csv
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.cohort.lumiere.plan import MIN_SUBJECTS, Role, SubjectPlan, VisitPlan, plan_subject
from pipelines.sources.lumiere.files import SEQUENCES

RATINGS_NAME = "LUMIERE-ExpertRating-v202211.csv"
SUBJECTS_NAME = "LUMIERE-Demographics_Pathology.csv"
_COMPLETENESS_NAME = "LUMIERE-datacompleteness.csv"
_ACQUISITION_NAME = "LUMIERE-MRinfo.csv"
ABSENT_SESSION = "week-200"  # rated, and not on disk: of the subject with the odd folder
_ABSENT_SUBJECT = "Patient-{:03d}"  # of the demographics: one more than there are

_RATING = (
    "Rating (according to RANO, PD: Progressive disease, SD: Stable disease, PR: Partial response, CR: Complete response, "
    "Pre-Op: Pre-Operative, Post-Op: Post-Operative)"
)
_RATIONALE = (
    "Rating rationale (CRET: complete resection of the enhancing tumor, PRET: partial resection of the enhancing tumor, "
    "T2-Progr.: T2-Progression, L: Lesion)"
)
HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        RATINGS_NAME: ("Patient", "Date", "LessThan3Months", "NonMeasurableLesions", _RATING, _RATIONALE),
        SUBJECTS_NAME: (
            "Patient",
            "Survival time (weeks)",
            "Sex",
            "Age at surgery (years)",
            "IDH (WT: wild type)",
            "IDH method",
            "MGMT qualitative",
            "MGMT quantitative",
        ),
        _COMPLETENESS_NAME: (
            "Patient",
            "Timepoint",
            *(str(sequence) for sequence in SEQUENCES),
            "DeepBraTumIA",
            "HD-GLIO-AUTO",
            "DeepBraTumIA-CoLlAGe",
            "HD-GLIO-AUTO-CoLlAGe",
        ),
        _ACQUISITION_NAME: (
            "Patient",
            "Timepoint",
            "Sequence",
            "Field strength",
            "Manufacturer",
            "Model",
            "Spacing",
            "Slice thickness",
        ),
    }
)
_NOT_KNOWN = ("na", "n/a", "NA", "N-A")  # as the source spells "no value": of the MGMT status of the first four subjects


def write_tables(root: Path, subjects: int, seed: int) -> None:
    """Write the four tables, each in one pass over the plans; ratings begin with a byte-order mark, as spreadsheets save."""
    writers: Mapping[str, Callable[[Iterable[SubjectPlan]], Iterator[list[str]]]] = {
        _ACQUISITION_NAME: list_acquisitions,
        _COMPLETENESS_NAME: list_completeness,
        SUBJECTS_NAME: lambda plans: list_subjects(plans, seed, subjects),
        RATINGS_NAME: list_ratings,
    }
    for name, write in writers.items():
        with (root / name).open("w", newline="", encoding="utf-8-sig" if name == RATINGS_NAME else "utf-8") as sink:
            table = csv.writer(sink, lineterminator="\n")
            table.writerow(HEADERS[name])
            table.writerows(write(plan_subject(seed, index) for index in range(subjects)))


def list_ratings(plans: Iterable[SubjectPlan]) -> Iterator[list[str]]:
    """Yield the rows of the experts' ratings."""
    for subject in plans:
        for visit in subject.visits:
            if visit.has_rating_row:
                yield _rate(subject, visit)
        if subject.is_in(Role.ODD_FOLDER):
            yield [subject.name, ABSENT_SESSION, "", "", "PD", ""]


def list_completeness(plans: Iterable[SubjectPlan]) -> Iterator[list[str]]:
    """Yield what the source states of each session: x where something is there."""
    for subject in plans:
        for visit in subject.visits:
            drawn = "x" if visit.has_mask else ""
            marks = ["x" if sequence in visit.stated else "" for sequence in SEQUENCES]
            glio = drawn if subject.has_native_files else ""
            yield [subject.name, visit.session, *marks, drawn, glio, drawn, glio]


def list_subjects(plans: Iterable[SubjectPlan], seed: int, subjects: int) -> Iterator[list[str]]:
    """Yield what is known of each subject, and a row of one whose images are not there."""
    for subject in plans:
        rng = random.Random(f"{seed} lumiere person {subject.index}")
        is_methylated = rng.random() < 0.45
        missing = _NOT_KNOWN[subject.index] if subject.index < len(_NOT_KNOWN) else None
        yield [
            subject.name,
            str(rng.randint(20, 180)),
            rng.choice(("male", "female")),
            str(rng.randint(38, 79)),
            "R132H mut" if rng.random() < 0.1 else "WT",
            "IHC",
            missing or ("methylated" if is_methylated else "not methylated"),
            missing or (f"{rng.uniform(10, 60):.2f}%" if is_methylated else "0.00%"),
        ]
    yield [_ABSENT_SUBJECT.format(subjects + 1), "50", "female", "61", "WT", "IHC", "na", "na"]


def list_acquisitions(plans: Iterable[SubjectPlan]) -> Iterator[list[str]]:
    """Yield how each sequence was acquired; the source's header is known approximately, and nothing reads it."""
    for subject in plans:
        for visit in subject.visits:
            for sequence in visit.sequences:
                yield [subject.name, visit.session, str(sequence), "1.5", "Phantom", "Drawn", "[2.5, 2.5]", "2.5"]


def count_rating_rows(seed: int) -> list[tuple[str, str]]:
    """Return (subject, session) of the rating rows of the subjects that bear faults, in the file's order."""
    return [(row[0], row[1]) for row in list_ratings(plan_subject(seed, index) for index in range(MIN_SUBJECTS))]


def _rate(subject: SubjectPlan, visit: VisitPlan) -> list[str]:
    less, non_measurable = ("x" if flag else "" for flag in (visit.is_less_than_3_months, visit.is_non_measurable))
    return [subject.name, visit.session, less, non_measurable, visit.rating, visit.rationale]
