"""The quirks of the genuine VQA-RAD file, put into drawn rows by position, never by chance; a reader repairs each of them.

Example:
    >>> row = {"answer_type": "CLOSED", "question_type": "PRES", "question": "Is it?", "answer": "yes"}
    >>> [changed] = add_quirks([row | {"image_name": "a.jpg"}])
    >>> changed["answer_type"], changed["question_type"]
    ('CLOSED ', 'PRSE')
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.cohort.vqa_rad.cases import RawRow

_LOST_CHARACTER = "\ufffd"  # what a curly apostrophe leaves behind when it is decoded wrongly


@dataclass(frozen=True)
class _Quirk:
    """A change to the first `n` rows that it fits."""

    n: int
    fits: Callable[[RawRow], bool]
    change: Callable[[RawRow], None]


def add_quirks(rows: Iterable[RawRow]) -> Iterator[RawRow]:
    """Change some rows in place as they pass, so that each quirk occurs for which there is a fitting row."""
    left = {quirk: quirk.n for quirk in _list_quirks()}
    previous: RawRow | None = None
    for row in rows:
        if previous is not None:
            yield previous
        for quirk, n in left.items():
            if n and quirk.fits(row):  # as the quirks before this one have left it
                quirk.change(row)
                left[quirk] = n - 1
        previous = row
    if previous is not None:
        previous["image_name"] = previous["image_name"].replace(".jpg", ".JPG ")
        yield previous


def drag_addresses(rows: Sequence[RawRow]) -> None:
    """Count the last digit of the case address up in the last rows of one image, as dragging down a spreadsheet cell does."""
    for distance, row in enumerate(rows[-3:], start=1):
        row["image_case_url"] = f"{row['image_case_url'][:-1]}{distance}"


def _list_quirks() -> list[_Quirk]:
    """Return the quirks in the order in which they are put into a row."""
    return [
        _replace(2, "answer_type", "CLOSED", "CLOSED "),
        _replace(1, "question_type", "PRES", "PRSE"),
        _replace(1, "question_type", "ATTRIB", "ATRIB"),
        _replace(1, "question_type", "ABN", "Other"),
        _replace(1, "question_type", "SIZE", "SIZE, PRES"),
        _replace(5, "answer", "Heart, lungs", "Heart \tlungs"),
        _replace(1, "answer", "X-ray", " X-ray"),
        _replace(1, "question", "Is this a CT?", "Is this a CT? "),
        _replace(1, "question", "Is this an MRI?", "Is this  an MRI?"),
        _Quirk(1, lambda row: "'" in row["question"], _lose_apostrophe),
        _Quirk(2, lambda row: row.get("question_rephrase") == "NULL", lambda row: row.pop("question_rephrase")),
    ]


def _replace(n: int, key: str, usual: Any, odd: Any) -> _Quirk:
    return _Quirk(n, lambda row: row[key] == usual, lambda row: row.update({key: odd}))


def _lose_apostrophe(row: RawRow) -> None:
    row["question"] = row["question"].replace("'", _LOST_CHARACTER)
