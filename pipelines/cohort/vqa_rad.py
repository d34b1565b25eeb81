"""Writes a synthetic VQA-RAD: drawn images and true answers in the genuine layout, with the genuine quirks and defects.

The last five subjects are spoilt, one way each: image absent, truncated, constant, empty, and a copy of the first subject's
image. The first subject's case holds two images, the second subject's case address was dragged down in the spreadsheet.
Equal seeds give equal bytes (with equal versions of Pillow and numpy).

Example:
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp()) / "vqa_rad"
    >>> write_vqa_rad(root, subjects=8, seed=1)
    >>> sorted(path.name for path in root.iterdir())
    ['SYNTHETIC_COHORT.json', 'VQA_RAD Dataset Public.json', 'VQA_RAD Image Folder']
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.cohort.marker import CohortError, claim_folder
from pipelines.cohort.vqa_rad_cases import Case, RawRow, draw_case
from pipelines.cohort.vqa_rad_defects import make_constant, repeat_key, spoil_rows, truncate
from pipelines.cohort.vqa_rad_quirks import add_quirks, drag_addresses
from pipelines.sources.vqa_rad_layout import IMAGE_FOLDER_NAME, JSON_NAME
from pipelines.storage import write_bytes
from pipelines.vocabulary import Organ

DEFAULT_SUBJECTS = 60
DEFAULT_SEED = 20250519
MIN_SUBJECTS = 8  # five are spoilt, and one of each organ should be whole
UNREFERENCED_IMAGE = "synpic99999.jpg"


@dataclass(frozen=True)
class Cohort:
    """Everything that is written: the rows of the JSON file and the bytes of each image file by name."""

    rows: list[Any]
    images: dict[str, bytes]


def write_vqa_rad(root: Path, subjects: int = DEFAULT_SUBJECTS, seed: int = DEFAULT_SEED) -> None:
    """Write the cohort into `root`, replacing an earlier cohort; the JSON file comes last, so with it all is there.

    Raises:
        CohortError: fewer than 8 subjects, or a folder that holds something and is not marked as a cohort.
    """
    if subjects < MIN_SUBJECTS:
        raise CohortError(f"--subjects: got {subjects}, expected at least {MIN_SUBJECTS}, for five are spoilt on purpose")
    claim_folder(root, seed, subjects)
    questions, folder = root / JSON_NAME, root / IMAGE_FOLDER_NAME
    questions.unlink(missing_ok=True)
    cohort = make_cohort(subjects, seed)
    folder.mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name not in cohort.images:
            path.unlink()
    for name, content in cohort.images.items():
        write_bytes(str(folder / name), content)
    write_bytes(str(questions), json.dumps(cohort.rows, indent=1, ensure_ascii=False).encode())


def make_cohort(subjects: int, seed: int) -> Cohort:
    """Return the cohort's content."""
    cases = [draw_case(seed, subject) for subject in range(subjects)]
    cases[-1] = _copy_case(cases[0], cases[-1])
    second_image = _join_case(cases[0], draw_case(seed, subjects + (-subjects) % len(Organ)))
    rows = [row for case in (cases[0], second_image, *cases[1:]) for row in case.rows]
    drag_addresses(cases[1].rows)
    add_quirks(rows)
    return Cohort(_number_rows(rows), _draw_images(cases, second_image))


def _number_rows(rows: list[RawRow]) -> list[Any]:
    """Give every row its qid, the position as in the genuine file, and append the defective rows."""
    good = rows[0]
    all_rows = [*rows, *(row for _, row in spoil_rows(good)), repeat_key(good)]
    for position, row in enumerate(all_rows):
        if isinstance(row, dict):
            row["qid"] = position
    rows[0]["qid"] = "0"  # text in the first row alone, as released
    all_rows[-1]["qid"] = 0
    return all_rows


def _draw_images(cases: list[Case], second_image: Case) -> dict[str, bytes]:
    images = {case.image_name: case.draw() for case in (*cases, second_image)}
    empty, constant, truncated, absent = (case.image_name for case in cases[-5:-1])
    images[empty] = b""
    images[constant] = make_constant()
    images[truncated] = truncate(images[truncated])
    del images[absent]
    images[UNREFERENCED_IMAGE] = replace(cases[2], canvas_seed=cases[2].canvas_seed + 1).draw()
    return dict(sorted(images.items()))


def _copy_case(original: Case, copy: Case) -> Case:
    """Return the original under the copy's address and image name: one person who was entered twice."""
    return _rename(replace(original, subject=copy.subject), copy.address, copy.image_name)


def _join_case(first: Case, second: Case) -> Case:
    """Return the second case under the address of the first: two images of one examination."""
    return _rename(second, first.address, second.image_name)


def _rename(case: Case, address: str, image_name: str) -> Case:
    rows = tuple(row | {"image_case_url": address, "image_name": image_name} for row in case.rows)
    return replace(case, address=address, image_name=image_name, rows=rows)
