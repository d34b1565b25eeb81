"""The quirks of the genuine VQA-RAD file, put into drawn rows by position, never by chance; a reader repairs each of them.

Example:
    >>> row = {"answer_type": "CLOSED", "question_type": "PRES", "question": "Is it?", "answer": "yes"}
    >>> rows = [row | {"image_name": "a.jpg"}]
    >>> add_quirks(rows)
    >>> rows[0]["answer_type"], rows[0]["question_type"]
    ('CLOSED ', 'PRSE')
"""

from collections.abc import Callable, Sequence
from typing import Any

from pipelines.cohort.vqa_rad_cases import RawRow

LOST_CHARACTER = "\ufffd"  # what a curly apostrophe leaves behind when it is decoded wrongly


def add_quirks(rows: Sequence[RawRow]) -> None:
    """Change some rows in place, so that each quirk occurs for which there is a fitting row."""
    _change(rows, 2, _has("answer_type", "CLOSED"), answer_type="CLOSED ")
    _change(rows, 1, _has("question_type", "PRES"), question_type="PRSE")
    _change(rows, 1, _has("question_type", "ATTRIB"), question_type="ATRIB")
    _change(rows, 1, _has("question_type", "ABN"), question_type="Other")
    _change(rows, 1, _has("question_type", "SIZE"), question_type="SIZE, PRES")
    _change(rows, 5, _has("answer", "Heart, lungs"), answer="Heart \tlungs")
    _change(rows, 1, _has("answer", "X-ray"), answer=" X-ray")
    _change(rows, 1, _has("question", "Is this a CT?"), question="Is this a CT? ")
    _change(rows, 1, _has("question", "Is this an MRI?"), question="Is this  an MRI?")
    for row in [row for row in rows if "'" in row["question"]][:1]:
        row["question"] = row["question"].replace("'", LOST_CHARACTER)
    rows[-1]["image_name"] = rows[-1]["image_name"].replace(".jpg", ".JPG ")
    for row in [row for row in rows if row.get("question_rephrase") == "NULL"][:2]:
        del row["question_rephrase"]


def drag_addresses(rows: Sequence[RawRow]) -> None:
    """Count the last digit of the case address up in the last rows of one image, as dragging down a spreadsheet cell does."""
    for distance, row in enumerate(rows[-3:], start=1):
        row["image_case_url"] = f"{row['image_case_url'][:-1]}{distance}"


def _has(key: str, value: str) -> Callable[[RawRow], bool]:
    return lambda row: row[key] == value


def _change(rows: Sequence[RawRow], n: int, fits: Callable[[RawRow], bool], **values: Any) -> None:
    for row in [row for row in rows if fits(row)][:n]:
        row.update(values)
