"""The rows of a synthetic VQA-RAD in the order of the file, one case in memory at a time.

The first subject's case holds two images, the second subject's case address was dragged down in the spreadsheet, the last
subject is a copy of the first one. The defective rows come last.

Example:
    >>> rows = list(stream_rows(subjects=8, seed=1))
    >>> rows[0]["qid"], rows[1]["qid"], rows[-1]["qid"]
    ('0', 1, 0)
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipelines.cohort.vqa_rad.cases import ORGANS, Case, RawRow, draw_case
from pipelines.cohort.vqa_rad.defects import repeat_key, spoil_rows
from pipelines.cohort.vqa_rad.quirks import add_quirks, drag_addresses


def draw_cases(subjects: int, seed: int) -> Iterator[Case]:
    """Yield one case per subject, and after the first one its second image."""
    first = draw_case(seed, 0)
    yield first
    yield _join_case(first, draw_case(seed, subjects + (-subjects) % len(ORGANS)))
    yield from (draw_case(seed, subject) for subject in range(1, subjects - 1))
    yield _copy_case(draw_case(seed, 0), draw_case(seed, subjects - 1))  # drawn anew: rows are changed as they pass


def stream_rows(subjects: int, seed: int) -> Iterator[Any]:
    """Yield every row with its qid, the position as in the genuine file; the defective ones are not all objects."""
    good: RawRow = {}
    position = 0
    for position, row in enumerate(add_quirks(_draw_rows(subjects, seed))):
        row["qid"] = position
        good = good or dict(row)
        yield row | {"qid": "0"} if position == 0 else row  # text in the first row alone, as released
    for place, (_, spoilt) in enumerate(spoil_rows(good), start=position + 1):
        yield spoilt | {"qid": place} if isinstance(spoilt, dict) else spoilt
    yield repeat_key(good)


def _draw_rows(subjects: int, seed: int) -> Iterator[RawRow]:
    for place, case in enumerate(draw_cases(subjects, seed)):
        if place == 2:  # the second subject: the first one has two images
            drag_addresses(case.rows)
        yield from case.rows


def _copy_case(original: Case, copy: Case) -> Case:
    """Return the original under the copy's address and image name: one person who was entered twice."""
    return _rename(replace(original, subject=copy.subject), copy.address, copy.image_name)


def _join_case(first: Case, second: Case) -> Case:
    """Return the second case under the address of the first: two images of one examination."""
    return _rename(second, first.address, second.image_name)


def _rename(case: Case, address: str, image_name: str) -> Case:
    rows = tuple(row | {"image_case_url": address, "image_name": image_name} for row in case.rows)
    return replace(case, address=address, image_name=image_name, rows=rows)
