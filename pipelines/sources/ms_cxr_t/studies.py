"""Puts a subject's studies in the order of time that the metadata tell.

Example:
    >>> order_visits({"late": ("2180-05-07", 0.0), "early": ("2180-05-06", 60.0)})
    {'early': 1, 'late': 2}
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines.source_records import ReportSection, Study
from pipelines.sources.ms_cxr_t.images import Film, study_key, subject_key
from pipelines.sources.ms_cxr_t.metadata import Acquisition
from pipelines.sources.ms_cxr_t.pairs import SOURCE
from pipelines.sources.ms_cxr_t.settle import SettledRow

Moment = tuple[str, float]
"""ISO date and seconds since midnight."""


def build_studies(
    films: Iterable[Film],
    acquisitions: Mapping[str, Acquisition],
    reports: Mapping[str, tuple[ReportSection, ...]],
    remarks: Counter[str],
) -> list[Study]:
    """Return the studies of films that are used, ordered by subject and study number; visits are counted among these alone."""
    films_of: defaultdict[tuple[str, str], list[Film]] = defaultdict(list)
    for film in films:
        films_of[(film.reference.subject, film.reference.study)].append(film)
    moments: defaultdict[str, dict[str, Moment]] = defaultdict(dict)
    for (subject, study), of_study in films_of.items():
        told = [moment for film in of_study if (moment := moment_of(acquisitions.get(film.reference.dicom))) is not None]
        if told:
            moments[subject][study] = min(told)
            remarks["study whose films have different dates: the first is used"] += len({date for date, _ in told}) > 1
    visits = {subject: order_visits(of_subject) for subject, of_subject in moments.items()}
    for of_subject in moments.values():
        remarks["studies of one subject at one moment: put in order of their numbers"] += len(of_subject) > len(
            set(of_subject.values())
        )
    remarks["study without a place in time: no date"] += len(films_of) - sum(map(len, moments.values()))
    return [
        Study(
            source=SOURCE,
            subject_id=subject_key(of_study[0].reference),
            study_id=study_key(of_study[0].reference),
            visit=visits.get(subject, {}).get(study),
            date=moments[subject][study][0] if study in moments[subject] else None,
            week=None,
            age_years=None,
            report=reports.get(of_study[0].reference.study_folder, ()),
        )
        for (subject, study), of_study in sorted(films_of.items())
    ]


def order_visits(moments: Mapping[str, Moment]) -> dict[str, int]:
    """Return each study's place in time, from 1; of two at one moment the smaller number comes first."""
    ordered = sorted(moments, key=lambda study: (moments[study], study))
    return {study: place for place, study in enumerate(ordered, start=1)}


def moment_of(acquisition: Acquisition | None) -> Moment | None:
    """Return when a film was taken; None where no date is known, midnight where no time is."""
    if acquisition is None or acquisition.date is None:
        return None
    return acquisition.date, acquisition.time or 0.0


def remark_on_order(settled: Sequence[SettledRow], acquisitions: Mapping[str, Acquisition], remarks: Counter[str]) -> None:
    """Count the pairs whose films are not the earlier and the later one of two studies."""
    for one in settled:
        previous, current = (moment_of(acquisitions.get(film.dicom)) for film in (one.row.previous, one.row.current))
        if previous is not None and current is not None and previous > current:
            remarks["prior image is dated after the current one"] += 1
        if one.row.previous.study == one.row.current.study:
            remarks["both images of a pair are of one study"] += 1
