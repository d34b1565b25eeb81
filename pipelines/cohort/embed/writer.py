"""Writes a synthetic EMBED: tables and DICOM mammograms in the genuine layout, with the genuine gaps and oddities.

The first eight subjects carry every oddity (`pipelines.cohort.embed.oddities`); those that cost an input are `planted_faults`.
Equal seeds give equal bytes (with equal versions of numpy, Pillow, pydicom and imagecodecs).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "embed"
    >>> write_embed(root, subjects=8, seed=1, tables_only=True)
    >>> sorted(path.name for path in (root / "tables").iterdir())[:2]
    ['AWS_Open_Data_Clinical_Legend.csv', 'EMBED_OpenData_clinical.csv']
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.cohort.embed.clinical import BAD_DATE, UNKNOWN_ASSESSMENT, list_findings
from pipelines.cohort.embed.image import encode_file
from pipelines.cohort.embed.oddities import MIN_SUBJECTS, FileOddity, StudyOddity
from pipelines.cohort.embed.tables import CLINICAL_NAME, METADATA_NAME, Visit, list_visits, write_tables
from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.reasons import Reason, Stage
from pipelines.sources.corpus import name_row
from pipelines.storage import write_bytes

TABLES_FOLDER, IMAGES_FOLDER = "tables", "images"

_RENDER_REASONS = {
    FileOddity.TRUNCATED: ("DICOM file cut off in its pixels", Reason.IMAGE_TRUNCATED),
    FileOddity.CONSTANT: ("DICOM file whose pixels are all equal", Reason.IMAGE_CONSTANT),
    FileOddity.BURNED_IN_TEXT: ("DICOM file with a name in its pixels", Reason.HAS_BURNED_IN_TEXT),
}


def write_embed(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; the tables come last, so with them all is there.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for the first carry EMBED's oddities")
    claim_folder(root, seed, subjects)
    for folder in (TABLES_FOLDER, IMAGES_FOLDER):
        if (root / folder).exists():
            shutil.rmtree(root / folder)
    if not tables_only:
        _write_images(root, list_visits(subjects, seed))
    write_tables(root / TABLES_FOLDER, list_visits(subjects, seed))


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return what reading and rendering a cohort must reject, whatever its size; without images only the rows count."""
    return tuple(_find_faults(list_visits(min(subjects, MIN_SUBJECTS), seed)))


def _write_images(root: Path, visits: Iterator[Visit]) -> None:
    for visit in visits:
        for file in visit.files:
            if file.oddity is not FileOddity.MISSING:
                # The tables, written last, mark the cohort as whole: no file needs to reach the disk by itself.
                write_bytes(str(root / file.path), encode_file(visit.subject, visit.study, file), is_synced=False)


def _find_faults(visits: Iterator[Visit]) -> Iterator[PlantedFault]:
    n_clinical, n_metadata = 0, 0
    for visit in visits:
        for row in list_findings(visit.subject, visit.study):
            item = f"{CLINICAL_NAME} {name_row(n_clinical)}"
            if row["asses"] == UNKNOWN_ASSESSMENT:
                yield PlantedFault(
                    f"asses {UNKNOWN_ASSESSMENT}, a letter unknown to the legend", Stage.READ, item, Reason.UNKNOWN_VALUE
                )
            if row["study_date_anon"] == BAD_DATE:
                yield PlantedFault(f"study date {BAD_DATE}", Stage.READ, item, Reason.BAD_DATE)
            n_clinical += 1
        for file in visit.files:
            item = f"{METADATA_NAME} {name_row(n_metadata)}"
            if visit.study.oddity is StudyOddity.NOT_IN_CLINICAL:
                yield PlantedFault("image of a study without clinical row", Stage.READ, item, Reason.NO_COUNTERPART)
            if file.oddity is FileOddity.MISSING:
                yield PlantedFault("row whose file is not there", Stage.READ, item, Reason.IMAGE_MISSING)
            if file.oddity is not None and file.oddity in _RENDER_REASONS:
                what, reason = _RENDER_REASONS[file.oddity]
                yield PlantedFault(what, Stage.RENDER, file.path, reason)
            n_metadata += 1
