"""Rows that cannot be used, one for each reason that a reader knows, so that a demo shows every rejection.

Example:
    >>> [reason.value for reason in list_row_defects()][:2]
    ['row_not_an_object', 'field_missing']
"""

from collections.abc import Iterator
from typing import Any

from pipelines.cohort.vqa_rad.cases import RawRow
from pipelines.reasons import Reason


def spoil_rows(good: RawRow) -> Iterator[tuple[Reason, Any]]:
    """Yield (reason, row) made from a row that can be used; `qid` is to be given by the caller where a row is an object."""
    unasked = good | {"question": "Is there subcutaneous air?", "question_type": "PRES", "answer_type": "CLOSED"}
    yield Reason.ROW_NOT_AN_OBJECT, "end of sheet 1"
    yield Reason.FIELD_MISSING, {key: value for key, value in good.items() if key != "question"}
    yield Reason.FIELD_EMPTY, unasked | {"answer": "NULL"}
    yield Reason.FIELD_WRONG_TYPE, unasked | {"answer": ["yes", "no"]}
    yield Reason.UNKNOWN_VALUE, unasked | {"image_organ": "LEG", "answer": "No"}
    yield Reason.TEXT_DAMAGED, unasked | {"question": "Is there sub\ufffd\ufffdaneous air?", "answer": "No"}
    yield Reason.UNSAFE_PATH, unasked | {"image_name": "../" + good["image_name"], "answer": "No"}
    yield Reason.CONTRADICTORY_ANSWERS, unasked | {"answer": "No"}
    yield Reason.CONTRADICTORY_ANSWERS, unasked | {"answer": "Yes"}
    yield Reason.DUPLICATE_QUESTION, dict(good)


def repeat_key(good: RawRow) -> RawRow:
    """Return a row that asks something new under the qid of a row that can be used."""
    return good | {"question": "Is there free air?", "question_type": "PRES", "answer": "No", "answer_type": "CLOSED"}


def list_row_defects() -> list[Reason]:
    """Return the reasons of the defective rows in their order: those of `spoil_rows`, then that of `repeat_key`."""
    return [*(reason for reason, _ in spoil_rows({"image_name": "synpic1.jpg"})), Reason.DUPLICATE_KEY]
