"""Settles what single rows cannot know: their image, repeated keys, repeated questions and answers that contradict.

Each rule takes the rows that are left and returns those it keeps; a row is rejected at most once, by the first rule that
it breaks.

Example:
    >>> settle_rows([], ImageIndex([]))
    ([], [])
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.safe_path import is_plain_name
from pipelines.sources.corpus import QUESTION_UNIT, name_row
from pipelines.sources.image_file import ImageFile
from pipelines.sources.image_folder import ImageIndex
from pipelines.sources.vqa_rad.rows import Row
from pipelines.vocabulary import Source


@dataclass(frozen=True)
class SettledRow:
    """A row and the file that it asks about."""

    row: Row
    image: ImageFile

    @property
    def asked(self) -> tuple[str, str]:
        """What is asked about what: two of these with one answer are duplicates, with two a contradiction."""
        return self.image.path, self.row.question.casefold()


def settle_rows(rows: Sequence[Row], index: ImageIndex) -> tuple[list[SettledRow], list[Rejection]]:
    """Return the rows that can be used, in file order, and a rejection for each of the others."""
    settled, rejections = _find_images(rows, index)
    for rule in (_drop_repeated_keys, _drop_contradictions, _drop_repeated_questions):
        settled, more = rule(settled)
        rejections += more
    return settled, rejections


def reject_row(position: int, reason: Reason, detail: str) -> Rejection:
    """Return the rejection of one row of the file."""
    return Rejection(Source.VQA_RAD, Stage.READ, name_row(position), reason, detail, QUESTION_UNIT)


def _find_images(rows: Sequence[Row], index: ImageIndex) -> tuple[list[SettledRow], list[Rejection]]:
    settled: list[SettledRow] = []
    rejections: list[Rejection] = []
    absent = {row.image_name for row in rows if is_plain_name(row.image_name) and index.find(row.image_name) is None}
    for row in rows:
        image = index.find(row.image_name)
        if not is_plain_name(row.image_name):
            detail = f"image_name {row.image_name!a} is no plain file name; folders, drives and '..' are refused"
            rejections.append(reject_row(row.position, Reason.UNSAFE_PATH, detail))
        elif image is None:
            detail = f"{row.image_name!a} is not in the image folder (absent images in all: {len(absent)}); download it again"
            rejections.append(reject_row(row.position, Reason.IMAGE_MISSING, detail))
        elif image.problem is not None:
            detail = f"{image.name!a} cannot be used: {image.problem}"
            rejections.append(reject_row(row.position, Reason.IMAGE_NOT_USABLE, detail))
        else:
            settled.append(SettledRow(row, image))
    return settled, rejections


def _drop_repeated_keys(rows: list[SettledRow]) -> tuple[list[SettledRow], list[Rejection]]:
    first: dict[str, int] = {}
    kept: list[SettledRow] = []
    rejections: list[Rejection] = []
    for settled in rows:
        holder = first.setdefault(settled.row.qid, settled.row.position)
        if holder == settled.row.position:
            kept.append(settled)
        else:
            detail = f"qid {settled.row.qid!a} is that of {name_row(holder)}; give each question a qid of its own"
            rejections.append(reject_row(settled.row.position, Reason.DUPLICATE_KEY, detail))
    return kept, rejections


def _drop_contradictions(rows: list[SettledRow]) -> tuple[list[SettledRow], list[Rejection]]:
    answers: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for settled in rows:
        answers[settled.asked].setdefault(settled.row.answer.casefold(), settled.row.position)
    kept = [settled for settled in rows if len(answers[settled.asked]) == 1]
    rejections = [
        reject_row(settled.row.position, Reason.CONTRADICTORY_ANSWERS, _tell_contradiction(answers[settled.asked]))
        for settled in rows
        if len(answers[settled.asked]) > 1
    ]
    return kept, rejections


def _tell_contradiction(answers: dict[str, int]) -> str:
    told = ", ".join(f"{answer!a} ({name_row(position)})" for answer, position in answers.items())
    return f"one question about one image has {len(answers)} answers: {told}; none is used, keep the right one"


def _drop_repeated_questions(rows: list[SettledRow]) -> tuple[list[SettledRow], list[Rejection]]:
    first: dict[tuple[str, str], int] = {}
    kept: list[SettledRow] = []
    rejections: list[Rejection] = []
    for settled in rows:
        holder = first.setdefault(settled.asked, settled.row.position)
        if holder == settled.row.position:
            kept.append(settled)
        else:
            detail = f"same image, question and answer as {name_row(holder)}, which is kept"
            rejections.append(reject_row(settled.row.position, Reason.DUPLICATE_QUESTION, detail))
    return kept, rejections
