"""Writes a synthetic VQA-RAD: drawn images and true answers in the genuine layout, with the genuine quirks and defects.

The last five subjects are spoilt, one way each: image absent, truncated, constant, empty, and a copy of the first subject's
image. Equal seeds give equal bytes (with equal versions of Pillow and numpy).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "vqa_rad"
    >>> write_vqa_rad(root, subjects=8, seed=1)
    >>> sorted(path.name for path in root.iterdir())
    ['SYNTHETIC_COHORT.json', 'VQA_RAD Dataset Public.json', 'VQA_RAD Image Folder']
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.flat_folder import fill_folder
from pipelines.cohort.json_stream import write_json_list
from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.cohort.spoilt_file import make_constant, truncate
from pipelines.cohort.vqa_rad.cases import Case
from pipelines.cohort.vqa_rad.defects import list_row_defects
from pipelines.cohort.vqa_rad.stream import draw_cases, stream_rows
from pipelines.reasons import Reason, Stage
from pipelines.sources.corpus import name_row
from pipelines.sources.vqa_rad.layout import IMAGE_FOLDER_NAME, JSON_NAME

MIN_SUBJECTS = 8  # five are spoilt, and one of each organ should be whole
UNREFERENCED_IMAGE = "synpic99999.jpg"


def write_vqa_rad(root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; the JSON file comes last, so with it all is there.

    With `tables_only` the image folder stays empty, and memory does not grow with the number of subjects.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for five are spoilt on purpose")
    claim_folder(root, seed, subjects)
    (root / JSON_NAME).unlink(missing_ok=True)
    images = {} if tables_only else _draw_images(list(draw_cases(subjects, seed)))
    fill_folder(root / IMAGE_FOLDER_NAME, images)
    write_json_list(root / JSON_NAME, stream_rows(subjects, seed), indent=1)


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return every rejection that reading and rendering a cohort of this size and seed must make."""
    empty, constant, truncated, absent, _ = list(draw_cases(subjects, seed))[-5:]
    rows = list(stream_rows(subjects, seed))
    defects = list_row_defects()
    faults = [
        PlantedFault("empty file", Stage.READ, _path(empty), Reason.IMAGE_UNREADABLE),
        PlantedFault("image without a row", Stage.READ, f"{IMAGE_FOLDER_NAME}/{UNREFERENCED_IMAGE}", Reason.IMAGE_UNREFERENCED),
        PlantedFault("black image", Stage.RENDER, _path(constant), Reason.IMAGE_CONSTANT),
        PlantedFault("truncated image", Stage.RENDER, _path(truncated), Reason.IMAGE_TRUNCATED),
        *_name_rows_of(rows, empty, "row of an empty image", Reason.IMAGE_NOT_USABLE),
        *_name_rows_of(rows, absent, "row of an absent image", Reason.IMAGE_MISSING),
    ]
    first = len(rows) - len(defects)
    faults += [PlantedFault("spoilt row", Stage.READ, name_row(first + n), reason) for n, reason in enumerate(defects)]
    return tuple(faults)


def _path(case: Case) -> str:
    return f"{IMAGE_FOLDER_NAME}/{case.image_name}"


def _name_rows_of(rows: Sequence[object], case: Case, what: str, reason: Reason) -> list[PlantedFault]:
    return [
        PlantedFault(what, Stage.READ, name_row(position), reason)
        for position, row in enumerate(rows)
        if isinstance(row, Mapping) and row["image_name"] == case.image_name
    ]


def _draw_images(cases: Sequence[Case]) -> dict[str, bytes]:
    images = {case.image_name: case.draw() for case in cases}
    empty, constant, truncated, absent = (case.image_name for case in cases[-5:-1])
    images[empty] = b""
    images[constant] = make_constant()
    images[truncated] = truncate(images[truncated])
    del images[absent]
    third = cases[3]  # the first subject has two
    images[UNREFERENCED_IMAGE] = replace(third, canvas_seed=third.canvas_seed + 1).draw()
    return dict(sorted(images.items()))
