"""Rule across records: about the same pictures, the same question has one answer.

Where two records of the same pictures, sub-task and thing asked about have answers of different classes, nobody knows which
one is right, and all of them fall.

Example:
    >>> find_contradictions([], Context.of([], []))
    {}
"""

from collections import defaultdict
from collections.abc import Iterable

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.pictures import OPEN_CLASS, pictures_of, say_answer, say_subject
from pipelines.vocabulary import ImageOrder

_COMPOSED = "composed"


def find_contradictions(records: Iterable[Record], context: Context) -> dict[str, Failure]:
    """Return the failure of each record that another one contradicts, keyed by record_id."""
    answers: defaultdict[tuple[object, ...], dict[str, str]] = defaultdict(dict)  # what is asked -> record -> answer
    for record in records:
        if record.answer_class != OPEN_CLASS:  # free words differ without contradicting each other
            pictures = pictures_of(record, context)
            answers[_question_of(record, pictures, context)][record.record_id] = say_answer(record, pictures)
    failures: dict[str, Failure] = {}
    for said in answers.values():
        if len(set(said.values())) > 1:
            failures |= {record_id: Failure(Reason.CONTRADICTION, _tell(record_id, said)) for record_id in said}
    return failures


def _question_of(record: Record, pictures: tuple[str, ...], context: Context) -> tuple[object, ...]:
    """Return what is asked. In time, and from left to right, the same pictures in another order are another question."""
    is_shuffled = context.groups[record.group_id].order is ImageOrder.SHUFFLED
    # "Which image shows it?" and "Does the first image show it?" have answers of different kinds.
    form = record.template_id.split("/", 1)[0] if record.generator == _COMPOSED else None
    return (tuple(sorted(pictures)) if is_shuffled else pictures, form, *say_subject(record, pictures, context))


def _tell(record_id: str, said: dict[str, str]) -> str:
    other = min(one for one, answer in said.items() if answer != said[record_id])
    return f"{other} gives another answer to the same question about the same images"
