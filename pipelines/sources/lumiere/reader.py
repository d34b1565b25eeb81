"""Reads LUMIERE (Suter et al., Sci Data 9:768, 2022; doi 10.6084/m9.figshare.c.5904905): glioblastoma MRI over time, rated.

Sessions come from the folders on disk, in the order of week and repeat; each is a study, also where several fall into one
week. The tables add labels to what is on disk; a table that is not there is a remark. Rows about what is not on disk are
rejected and counted, also where nothing is: a download of the tables alone is read, and has no study. The age at surgery is
a label of the subject, so Study.age_years stays empty: at later visits the subject is older by an unknown amount.

Example:
    >>> from pathlib import Path
    >>> read_lumiere(SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.lumiere: no/such/folder is no such folder, expected ...
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pipelines.choices import Reading, SourceFolders
from pipelines.source_records import Study
from pipelines.sources.corpus import Corpus
from pipelines.sources.locate import require_folder
from pipelines.sources.lumiere.completeness import read_completeness
from pipelines.sources.lumiere.files import refuse_choice
from pipelines.sources.lumiere.folder_listing import FolderListing
from pipelines.sources.lumiere.images import read_images
from pipelines.sources.lumiere.ratings import read_ratings
from pipelines.sources.lumiere.sessions import SETTING, SOURCE, Session, complain_of_images, find_imaging, list_sessions
from pipelines.sources.lumiere.subjects import read_subjects
from pipelines.sources.lumiere.tables import COMPLETENESS, DEMOGRAPHICS, RATINGS_TABLE, find_table
from pipelines.sources.lumiere.volumes import read_volumes


def read_lumiere(folders: SourceFolders, reading: Reading) -> Corpus:
    """Return everything in the download: studies, labels and images ordered by subject and visit.

    Raises:
        SourceError: nothing can be read: there is neither an image nor a table, a folder is missing or ambiguous, a table is
            broken as a whole, the settings ask for masks that the source does not have, or all volumes lie on the other grid.
    """
    refuse_choice(reading.lumiere)
    require_folder(folders.tables, SETTING)
    imaging = find_imaging(folders.images)
    if imaging is None and not any(find_table(folders.tables, name) for name in (RATINGS_TABLE, DEMOGRAPHICS, COMPLETENESS)):
        raise complain_of_images(folders.images, "nor any table of LUMIERE: download it")
    sessions, listed = list_sessions(folders.images, imaging)
    listings = {session.path: FolderListing(folders.images / session.path) for session in sessions}
    keys = frozenset(session.key for session in sessions)
    completeness, audited = read_completeness(folders.tables, keys)
    return _join(
        Corpus(studies=_build_studies(sessions)),
        listed,
        read_images(folders.images, sessions, listings, completeness, reading.lumiere),
        read_subjects(folders.tables, frozenset(key.patient for key in keys)),
        read_ratings(folders.tables, keys),
        read_volumes(folders.images, sessions, listings),
        audited,
    )


def _build_studies(sessions: Sequence[Session]) -> tuple[Study, ...]:
    visits: Counter[int] = Counter()
    studies: list[Study] = []
    for session in sessions:
        key = session.key
        visits[key.patient] += 1
        studies.append(
            Study(
                source=SOURCE,
                subject_id=key.subject_id,
                study_id=key.study_id,
                visit=visits[key.patient],
                date=None,
                week=key.week,
                age_years=None,
                report=(),
            )
        )
    return tuple(studies)


def _join(*parts: Corpus) -> Corpus:
    """Return the parts as one; no unit and no remark occurs in two of them."""
    return Corpus(
        studies=tuple(study for part in parts for study in part.studies),
        labels=tuple(label for part in parts for label in part.labels),
        images=tuple(image for part in parts for image in part.images),
        rejections=tuple(rejection for part in parts for rejection in part.rejections),
        found=_merge(part.found for part in parts),
        used=_merge(part.used for part in parts),
        remarks=_merge(part.remarks for part in parts),
    )


def _merge(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for each in counts:
        merged |= each
    return merged
