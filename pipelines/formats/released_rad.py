"""The released Med-MIM RAD benchmark against a VQA-RAD download: which rows a record stands on.

Ids read `VQA_RAD<i>-<j>[-<k>]`: 0-based positions in the list of 2,248 rows of `VQA_RAD Dataset Public.json`
(https://osf.io/89kps), one per image. In the genuine file all 961 positions of the 366 records hold the record's image.

Example:
    >>> decode_rows("VQA_RAD229-942-2172")
    (229, 942, 2172)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.formats.mantis import MantisFile, MantisRecord
from pipelines.formats.problem import FormatError, Problem

_ROWS_ID = re.compile(r"VQA_RAD(\d{1,9}(?:-\d{1,9})+)", re.ASCII)  # ODIR's ids, "VQA_RAD-12", must not pass


_WRONG_LIST = "use the VQA-RAD file of 2,248 rows, in its own order"


@dataclass(frozen=True)
class RowCheck:
    """How many (row position, image) pairs of a file agree with the source, and those that do not."""

    n_pairs: int
    n_matching: int
    problems: tuple[Problem, ...]


def decode_rows(record_id: str) -> tuple[int, ...]:
    """Return the 0-based source rows that a released id names, one per image and at least two.

    Raises:
        FormatError: the id is not of the form `VQA_RAD<i>-<j>[-<k>]`.
    """
    match = _ROWS_ID.fullmatch(record_id)
    if match is None:
        raise FormatError(
            f"record id {record_id!r} names no VQA-RAD rows; expected 'VQA_RAD<i>-<j>' as in the released RAD benchmark: "
            "give that file (the ODIR file's ids, 'VQA_RAD-<n>', are no rows)"
        )
    return tuple(int(row) for row in match[1].split("-"))


def check_rows(file: MantisFile, image_names_by_row: Mapping[int, str]) -> RowCheck:
    """Return how many images of a file stand at the source row that the record's id names for them.

    Args:
        file: the released benchmark.
        image_names_by_row: `image_name` of each source row by its 0-based position in the source's file.
    """
    checked = [_compare_rows(record, index, image_names_by_row) for index, record in file.numbered()]
    n_pairs = sum(len(record.images) for record in file.records)
    return RowCheck(n_pairs, sum(n for n, _ in checked), tuple(problem for _, found in checked for problem in found))


def _compare_rows(record: MantisRecord, index: int, names: Mapping[int, str]) -> tuple[int, list[Problem]]:
    """Return how many images of a record stand at their rows, and a problem for each that does not."""
    try:
        rows = decode_rows(record.id)
    except FormatError:
        return 0, [Problem(index, "id", "an id 'VQA_RAD<i>-<j>[-<k>]'", repr(record.id)[:40], "give the released RAD file")]
    if len(rows) != len(record.images):
        got = f"{len(record.images)} images"
        return 0, [Problem(index, f"{record.id} images", f"{len(rows)} images, one per row of the id", got, "mend the record")]
    problems = [
        Problem(index, f"{record.id} images[{place}]", f"{name!r} at row {row}", repr(names.get(row)), _WRONG_LIST)
        for place, (row, name) in enumerate(zip(rows, record.images, strict=True))
        if names.get(row) != name
    ]
    return len(rows) - len(problems), problems
