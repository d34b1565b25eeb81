"""Schema rule: a record's fields are filled, of bearable length, and agree with its group and images.

Example:
    >>> MAX_QUESTION
    600
"""

from pipelines.generation.record import digest_shown
from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context, Failure
from pipelines.vocabulary import AnswerType

MAX_QUESTION = 600  # characters
MAX_OPTION = 240
MAX_ANSWER = 600
MIN_QUESTION = 8
IMAGE_COUNTS = range(2, 8)


def check_schema(record: Record, context: Context) -> Failure | None:
    """Empty or overlong text, a missing or superfluous letter, or fields that differ from the group's."""
    group = context.groups.get(record.group_id)
    detail = _check_texts(record) or _check_answer_type(record) or _check_keys(record, context, group)
    return None if detail is None else Failure(Reason.SCHEMA, detail)


def _check_texts(record: Record) -> str | None:
    texts = (("question", record.question, MIN_QUESTION, MAX_QUESTION), ("answer", record.answer, 1, MAX_ANSWER))
    options = tuple((f"option {place + 1}", option, 1, MAX_OPTION) for place, option in enumerate(record.options))
    for name, text, low, high in (*texts, *options):
        if not low <= len(text.strip()) <= high:
            return f"{name}: got {len(text.strip())} characters, expected {low} to {high}"
        if text != " ".join(text.split()):
            return f"{name}: got space at an edge, a doubled space or a line break, expected single spaces"
    return None if record.question[-1] in "?." else f"question: ends in {record.question[-1]!r}, expected '?' or '.'"


def _check_answer_type(record: Record) -> str | None:
    if record.answer_type is AnswerType.CLOSED and record.letter is None:
        return "letter: none, expected the key of a closed record"
    if record.answer_type is AnswerType.OPEN and (record.letter is not None or record.options):
        return f"letter {record.letter!r} and {len(record.options)} options, expected none of an open record"
    return None


def _check_keys(record: Record, context: Context, group: ImageGroup | None) -> str | None:
    if group is None:
        return f"group_id: {record.group_id} is no group of these tables; materialize groups and records in one run"
    if len(record.image_ids) not in IMAGE_COUNTS:
        return f"image_ids: got {len(record.image_ids)}, expected {IMAGE_COUNTS.start} to {IMAGE_COUNTS.stop - 1}"
    if unknown := [image_id for image_id in record.image_ids if image_id not in context.images]:
        return f"image_ids: {unknown[0]} is no rendered image; render the images first"
    own = (record.split, record.image_ids, record.subject_ids, record.unit_id, record.subtask, record.ability)
    groups = (group.split, group.image_ids, group.subject_ids, group.unit_id, group.subtask, group.ability)
    names = ("split", "image_ids", "subject_ids", "unit_id", "subtask", "ability")
    for name, got, expected in zip(names, own, groups, strict=True):
        if got != expected:
            return f"{name}: got {got!r}, expected {expected!r} as in its group"
    shown = digest_shown(record.question, record.options, record.letter, record.answer, record.image_ids)
    return (
        None if record.digest == shown else "digest: is not that of what the record shows; it was changed without a new version"
    )
