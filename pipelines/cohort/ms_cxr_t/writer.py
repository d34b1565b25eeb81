"""Writes a synthetic MS-CXR-T with the part of MIMIC-CXR that it names: serial films, tables and reports in the genuine layout.

A radiologist who compares two films sees what the table says of them; what is spoilt on purpose is told by `planted_faults`.
Equal seeds give equal bytes (with equal versions of Pillow, numpy and zlib).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "ms_cxr_t"
    >>> write_ms_cxr_t(root, subjects=8, seed=1, tables_only=True)
    >>> len(list(root.glob("*.csv"))), len(list(root.glob("*.csv.gz"))), (root / "files").exists()
    (3, 3, False)
"""

import shutil
from pathlib import Path

from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.cohort.ms_cxr_t.course import FILES_FOLDER, SubjectTruth, draw_subject
from pipelines.cohort.ms_cxr_t.faults import Spoilt, choose_spoilt
from pipelines.cohort.ms_cxr_t.report import style_of, write_report
from pipelines.cohort.ms_cxr_t.tables import TABLES, TableWriter
from pipelines.cohort.phantoms.serial_chest import SerialChest
from pipelines.cohort.spoilt_file import make_constant, truncate
from pipelines.storage import write_bytes

MIN_SUBJECTS = 8  # four have a spoilt film, four others must stay whole


def write_ms_cxr_t(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; the table of pairs comes last, so with it all is there.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for four are spoilt on purpose")
    claim_folder(root, seed, subjects)
    for name in reversed(TABLES):
        (root / name).unlink(missing_ok=True)
    if (root / FILES_FOLDER).exists():
        shutil.rmtree(root / FILES_FOLDER)
    n_reports = 0
    with TableWriter(root, seed) as tables:
        for position in range(subjects):
            subject = draw_subject(seed, position)
            tables.add_subject(position, subject)
            if not tables_only:
                _write_films(root, subject)
                n_reports += _write_reports(root, subject, n_reports)
        if not tables_only:
            _spoil(root, choose_spoilt(subjects, seed))
        tables.finish()


def _write_films(root: Path, subject: SubjectTruth) -> None:
    chest = SerialChest(subject.anatomy_seed)
    sides = {finding: subject.side(finding) for finding in subject.findings}
    for film in subject.studies:
        picture = chest.draw(film.severities, sides, film.view, film.pose_seed)
        write_bytes(str(root / subject.film_path(film)), picture, is_synced=False)


def _write_reports(root: Path, subject: SubjectTruth, n_before: int) -> int:
    for visit, film in enumerate(subject.studies):
        text = write_report(subject, visit, style_of(n_before + visit))
        write_bytes(str(root / subject.report_path(film)), text, is_synced=False)
    return len(subject.studies)


def _spoil(root: Path, spoilt: Spoilt) -> None:
    missing, cut_short, black, empty = (
        root / pair.subject.film_path(pair.current)
        for pair in (spoilt.missing, spoilt.truncated, spoilt.constant, spoilt.empty)
    )
    missing.unlink()
    cut_short.write_bytes(truncate(cut_short.read_bytes()))
    black.write_bytes(make_constant())
    empty.write_bytes(b"")
    untold, wordless = (root / pair.subject.report_path(pair.current) for pair in (spoilt.report_missing, spoilt.report_empty))
    untold.unlink()
    wordless.write_text(" " * 33 + "FINAL REPORT\n \n", encoding="ascii")
