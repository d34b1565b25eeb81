"""Rule about labels: the key, read from the printed text, is the class that the group's structured facts give.

Nothing of the generator is looked at: no wording file, no template, no letter's origin. A text that states two classes or none
is not guessed at but refused. What is found is told in classes, never in the words of a text or a report.

Example:
    >>> SubTask.LOCATED_QUESTION in TASKS
    False
"""

from collections.abc import Sequence

from pipelines.generation.letters import LETTERS
from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.labels.expected import Expected, derive_class
from pipelines.validation.labels.scene import look_at
from pipelines.validation.labels.task import Item, Task
from pipelines.validation.labels.tasks import TASKS
from pipelines.validation.labels.topics import asks_for
from pipelines.vocabulary import SubTask


def has_labels(subtask: SubTask) -> bool:
    """Return whether records of a sub-task are checked here: those of inherent groups are."""
    return subtask in TASKS


def check_labels(record: Record, context: Context) -> Failure | None:
    """A key, label, class, question or option that says another class than the facts; KeyError for a composed record."""
    group = context.groups[record.group_id]
    expected = derive_class(group)
    if expected is None:
        return _mismatch(f"label: the facts give no single class, got {group.label}")
    detail = _check_evidence(record, expected)
    if detail is not None:
        return Failure(Reason.FACT_MISMATCH, detail)
    item = Item(record, group, look_at(group, context.images))
    task = TASKS[record.subtask]
    detail = _check_group(record, group, expected) or _check_question(item, task) or _check_answers(item, task, expected)
    return None if detail is None else _mismatch(detail)


def _mismatch(detail: str) -> Failure:
    return Failure(Reason.LABEL_MISMATCH, detail)


def _check_evidence(record: Record, expected: Expected) -> str | None:
    missing = [fact for fact in expected.rests_on if fact not in record.evidence]
    if not missing:
        return None
    first = missing[0]
    return f"evidence: the fact {first.code} of {first.said_by} is missing; the key rests on {len(expected.rests_on)} facts"


def _check_group(record: Record, group: ImageGroup, expected: Expected) -> str | None:
    classes = (
        ("label of the group", group.label, expected.answer),
        ("asked", record.asked, group.asked),
        ("answer_class", record.answer_class, expected.answer),
    )
    return next((f"{name}: got {got}, expected {wanted}" for name, got, wanted in classes if got != wanted), None)


def _check_question(item: Item, task: Task) -> str | None:
    question, subtask = item.record.question, item.record.subtask
    detail = task.check_question(question, item)
    detail = detail or (None if asks_for(question, subtask) else f"asks for nothing that a {subtask} answers")
    return None if detail is None else f"question: {detail}"


def _check_answers(item: Item, task: Task, expected: Expected) -> str | None:
    record = item.record
    if record.options:
        stated = [task.read(option, item) for option in record.options]
        detail = _check_options(record, stated, expected) or _check_wrong_options(record, stated, task.true_as_well(item))
    else:
        detail = _compare("answer", task.read(record.answer, item), expected.answer)
    if detail is not None:
        return detail
    detail = task.check_answer(record.answer, item)
    return None if detail is None else f"answer: {detail}"


def _check_options(record: Record, stated: Sequence[str | None], expected: Expected) -> str | None:
    if len(record.option_classes) != len(stated):
        return f"option_classes: got {len(record.option_classes)}, expected {len(stated)}"
    key = record.options.index(record.answer)
    detail = _compare(f"key {LETTERS[key]}", stated[key], expected.answer)
    if detail is not None:
        return detail
    for letter, got, wanted in zip(LETTERS, stated, record.option_classes, strict=False):
        if (detail := _compare(f"option {letter}", got, wanted)) is not None:
            return detail
    twice = next((one for one in stated if stated.count(one) > 1), None)
    return None if twice is None else f"options: {stated.count(twice)} of them read as {twice}, expected each class once"


def _check_wrong_options(record: Record, stated: Sequence[str | None], true_as_well: frozenset[str]) -> str | None:
    for letter, option, one in zip(LETTERS, record.options, stated, strict=False):
        if option != record.answer and one in true_as_well:
            return f"option {letter}: {one} is true of the asked image as well, expected classes that the facts refute"
    return None


def _compare(name: str, got: str | None, expected: str) -> str | None:
    if got is None:
        return f"{name}: no class can be read, expected {expected}"
    return None if got == expected else f"{name}: reads as {got}, expected {expected}"
