"""The image files of a synthetic study: which views were taken, and where each file lies.

Example:
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=0)
    >>> [f"{file.side}{file.view}" for file in list_files(subject, subject.studies[0], seed=1)]
    ['LCC', 'LMLO', 'RCC', 'RMLO', 'LCC', 'LMLO', 'RCC', 'RMLO']
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.cohort.embed.course import BreastFinding
from pipelines.cohort.embed.oddities import FILE_ODDITIES, FileOddity, StudyOddity
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.vocabulary import ImageType, Laterality, View

_STANDARD = (View.CC, View.MLO)
_LATERAL_PLACE = -0.3  # a lesion beyond it lies in the outer part of a CC, which an XCCL shows better
_C_VIEW_EVERY = 4


@dataclass(frozen=True, slots=True)
class EmbedFile:
    """One file: what it shows and how it is named."""

    number: int  # from 0, in its study
    side: Laterality
    view: View
    image_type: ImageType
    study_uid: str
    series_uid: str
    sop_uid: str
    path: str  # relative to the root
    oddity: FileOddity | None


def list_files(subject: EmbedSubject, study: EmbedStudy, seed: int) -> tuple[EmbedFile, ...]:
    """Return the files of one study, those included that are absent on purpose."""
    rng = random.Random(f"embed/{seed}/{subject.index}/{study.number}")
    shown = list(_choose_views(subject, study))
    if study.oddity is StudyOddity.NOT_IN_CLINICAL:
        shown = shown[:1]
    study_uids = [_draw_study_uid(rng, study) for _ in range(2)]
    files: list[EmbedFile] = []
    for number, (side, view, image_type) in enumerate(shown):
        is_second = study.oddity is StudyOddity.TWO_STUDY_UIDS and number >= len(shown) // 2
        study_uid = study_uids[is_second]
        series_uid = (
            f"1.2.999.2.{rng.randrange(10**9, 10**10)}.{rng.randrange(10**9, 10**10)}.{rng.randrange(10**3, 10**4)}.{number}"
        )
        sop_uid = f"1.2.826.0.1.3680043.8.498.{rng.randrange(10**37, 10**38)}"
        path = f"images/cohort_{subject.cohort}/{subject.empi}/{study_uid}/{series_uid}/{sop_uid}.dcm"
        oddity = FILE_ODDITIES.get((subject.index, study.number, number))
        files.append(EmbedFile(number, side, view, image_type, study_uid, series_uid, sop_uid, path, oddity))
    return tuple(files)


def describe_study(subject: EmbedSubject, study: EmbedStudy) -> str:
    """Return the study description: text that tells screening from diagnostic, and which breasts."""
    if study.is_screening:
        return "MG Screen Bilat w/Tomo/CAD Stnd Protocol" if _has_c_views(subject, study) else "MG Screening Bilateral"
    if len(study.sides) == len(Laterality):
        return "MG Diagnostic Mammo Bilateral"
    return f"MG Diagnostic {study.sides[0].name.title()}"


def _has_c_views(subject: EmbedSubject, study: EmbedStudy) -> bool:
    return (subject.index + study.number) % _C_VIEW_EVERY == 0


def _choose_views(subject: EmbedSubject, study: EmbedStudy) -> Iterator[tuple[Laterality, View, ImageType]]:
    standard = [(side, view) for side in study.sides for view in _STANDARD]
    yield from ((side, view, ImageType.FULL_FIELD_2D) for side, view in standard)
    if _has_c_views(subject, study):
        yield from ((side, view, ImageType.C_VIEW) for side, view in standard)
    if study.oddity is StudyOddity.REPEATED_VIEW:
        yield *standard[0], ImageType.FULL_FIELD_2D
    if not study.is_screening:
        for side in study.sides:
            yield from _add_views(side, study.findings[side])


def _add_views(side: Laterality, findings: tuple[BreastFinding, ...]) -> Iterator[tuple[Laterality, View, ImageType]]:
    """Yield what a work-up adds to the standard views of a breast with findings."""
    if findings:
        lesion = findings[0].lesions[0]
        yield side, View.ML, ImageType.FULL_FIELD_2D
        yield side, View.CC, ImageType.SPOT_MAGNIFICATION
        if lesion.lateral < _LATERAL_PLACE:
            yield side, View.XCCL, ImageType.FULL_FIELD_2D


def _draw_study_uid(rng: random.Random, study: EmbedStudy) -> str:
    """Return a study UID; most seem to hold a date, and none of these dates exists."""
    machine, order = rng.randrange(10**7, 10**8), rng.randrange(1, 10)
    if rng.random() < 0.25:
        return f"1.2.999.7.{machine}.{rng.randrange(10**9, 10**10)}.{order}"
    month, day = rng.choice(((rng.randint(13, 19), 11), (7, rng.randint(32, 39)), (2, 30)))
    return f"1.2.999.1.3.62.1.{machine}.{study.date.year + rng.randint(-3, 3)}{month:02d}{day:02d}.{order}"
