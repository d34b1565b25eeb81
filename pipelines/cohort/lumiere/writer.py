"""Writes a synthetic LUMIERE: drawn brains with a tumour that is operated and comes back, in the genuine layout.

Every oddity that a genuine download may hold is planted in the first eight subjects (`pipelines.cohort.lumiere.plan.Role`);
`planted_faults` lists those that a reader or a renderer must reject. Equal seeds give equal bytes (with equal versions of
numpy, nibabel and isal).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "lumiere"
    >>> write_lumiere(root, subjects=8, seed=1, tables_only=True)
    >>> sorted(path.name for path in root.iterdir())[:2]
    ['LUMIERE-Demographics_Pathology.csv', 'LUMIERE-ExpertRating-v202211.csv']
"""

import shutil
from pathlib import Path

from pipelines.choices import LumiereReading
from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.lumiere.plan import MIN_SUBJECTS, Role, SubjectPlan, plan_subject
from pipelines.cohort.lumiere.scans import ODD_SESSION, draw_subject, spoilt_volume, spoilt_volumes_file
from pipelines.cohort.lumiere.tables import (
    ABSENT_SESSION,
    HEADERS,
    RATINGS_NAME,
    SUBJECTS_NAME,
    count_rating_rows,
    write_tables,
)
from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.reasons import Reason, Stage
from pipelines.sources.lumiere.files import list_volumes
from pipelines.storage import write_bytes
from pipelines.vocabulary import Sequence

_IMAGING = "Imaging"


def write_lumiere(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier one; the tables come last, so with them all is there.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for each of those bears an oddity")
    claim_folder(root, seed, subjects)
    for name in HEADERS:
        (root / name).unlink(missing_ok=True)
    shutil.rmtree(root / _IMAGING, ignore_errors=True)
    for index in range(0 if tables_only else subjects):
        subject = plan_subject(seed, index)
        for path, content in draw_subject(subject, seed):
            write_bytes(str(root / _IMAGING / subject.name / path), content, is_synced=False)
    write_tables(root, subjects, seed)


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return every fault that the cohort holds and that must be rejected; those of files are not there with `tables_only`."""
    of = {role: plan_subject(seed, role) for role in Role}
    rows = count_rating_rows(seed)
    unknown = rows.index((of[Role.TRUNCATED].name, of[Role.TRUNCATED].visits[2].session))
    absent = rows.index((of[Role.ODD_FOLDER].name, ABSENT_SESSION))
    in_folder = {role: f"{_IMAGING}/{subject.name}/" for role, subject in of.items()}
    read, render = Stage.READ, Stage.RENDER
    return (
        PlantedFault("rating of no known spelling", read, f"{RATINGS_NAME} row {unknown}", Reason.UNKNOWN_VALUE),
        PlantedFault("rating of a session that is not on disk", read, f"{RATINGS_NAME} row {absent}", Reason.NO_COUNTERPART),
        PlantedFault("person who has no images", read, f"{SUBJECTS_NAME} row {subjects}", Reason.NO_COUNTERPART),
        PlantedFault("folder that is no session", read, in_folder[Role.ODD_FOLDER] + ODD_SESSION, Reason.UNKNOWN_VALUE),
        PlantedFault("stated sequence that is not on disk", read, _absent_volume(of[Role.COMPLETENESS]), Reason.IMAGE_MISSING),
        PlantedFault(
            "measured volumes that are no JSON",
            read,
            in_folder[Role.OTHER_GRID] + spoilt_volumes_file(of[Role.OTHER_GRID]),
            Reason.TEXT_DAMAGED,
        ),
        PlantedFault(
            "volume cut short", render, in_folder[Role.TRUNCATED] + spoilt_volume(of[Role.TRUNCATED]), Reason.IMAGE_TRUNCATED
        ),
        PlantedFault(
            "volume on another grid",
            render,
            in_folder[Role.OTHER_GRID] + spoilt_volume(of[Role.OTHER_GRID]),
            Reason.GRID_MISMATCH,
        ),
        *(
            PlantedFault("volume of a subject without masks", render, path, Reason.MASK_MISSING)
            for path in _list_volumes(of[Role.NO_MASK])
        ),
    )


def _absent_volume(subject: SubjectPlan) -> str:
    visit = subject.visits[1]
    path = next(wanted.path for wanted in list_volumes(LumiereReading().grid) if wanted.sequence is Sequence.T2)
    return f"{_IMAGING}/{subject.name}/{visit.session}/{path}"


def _list_volumes(subject: SubjectPlan) -> list[str]:
    return [
        f"{_IMAGING}/{subject.name}/{visit.session}/{wanted.path}"
        for visit in subject.visits
        for wanted in list_volumes(LumiereReading().grid)
        if wanted.sequence in visit.sequences
    ]
