r"""A case as a model is told it: what is to be worded, and what the sources say, without ids and without dates.

Everything that comes from a group goes through `pipelines.governance.pseudonyms`, and everything that a person or a model
wrote of it through the scrubber; nothing else of a group reaches a prompt.

Example:
    >>> name_letters(("Stable", "Worse"))
    'A: Stable\nB: Worse'
"""

from collections.abc import Mapping, Sequence

from pipelines.generation.key_facts import find_key_places
from pipelines.generation.letters import LETTERS
from pipelines.generation.model.item import Item
from pipelines.generation.model.prompt_texts import PromptText
from pipelines.generation.ordinals import ordinal_image
from pipelines.generation.rewrite import Rewrite
from pipelines.governance.pseudonyms import describe_group
from pipelines.governance.scrubbing import scrub_text
from pipelines.records import ImageGroup, Record
from pipelines.vocabulary import AnswerType, Laterality, Source, SubTask

Message = Mapping[str, str]
_SIDES = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}


def sources_of_request(group: ImageGroup) -> tuple[Source, ...]:
    """Return whose data a prompt about a group holds: none where the group is synthetic."""
    return () if group.is_synthetic else (group.source,)


def build_writing_messages(item: Item, prompt: PromptText) -> tuple[Message, ...]:
    """Return the messages that ask for an item; the fixed text comes first, so that endpoints can keep it between requests."""
    return _messages(prompt, describe_case(item))


def build_rewriting_messages(item: Item, rewrite: Rewrite, prompt: PromptText) -> tuple[Message, ...]:
    """Return the messages that ask for an item again, after its rejected version, the failed checks and the comment."""
    return _messages(prompt, f"{describe_case(item)}\n\n{_describe_rejected(item, rewrite)}")


def build_judging_messages(group: ImageGroup, question: str, answers: Sequence[str], prompt: PromptText) -> tuple[Message, ...]:
    """Return the messages that ask a judge for the letter of the right answer; nothing tells which one is held to be right."""
    return _messages(prompt, f"{_describe_sources(group)}\n\n{_describe_question(question, answers)}")


def build_blind_messages(record: Record, prompt: PromptText) -> tuple[Message, ...]:
    """Return the messages that ask for a letter without any source."""
    return _messages(prompt, _describe_question(record.question, record.options))


def describe_case(item: Item) -> str:
    """Return what is to be worded, one entry a line, and the sources."""
    group = item.group
    entries = {
        "Form": f"{item.answer_type} question",
        "Images": str(len(group.image_ids)),
        "Asked about": _name_asked(group),
        "Class of the right answer": group.label,
        "Classes of the wrong options": ", ".join(item.wrong_classes) if item.answer_type is AnswerType.CLOSED else None,
    }
    lines = [f"{name}: {value}" for name, value in entries.items() if value is not None]
    return "\n".join(("CASE", *lines, "", _describe_sources(group)))


def name_letters(answers: Sequence[str]) -> str:
    """Return the answers one a line, each behind its letter."""
    return "\n".join(f"{letter}: {answer}" for letter, answer in zip(LETTERS, answers, strict=False))


def _messages(prompt: PromptText, case: str) -> tuple[Message, ...]:
    return ({"role": "system", "content": prompt.text}, {"role": "user", "content": case})


def _describe_sources(group: ImageGroup) -> str:
    return f"SOURCES\n{describe_group(group)}\nEND OF SOURCES"


def _describe_question(question: str, answers: Sequence[str]) -> str:
    return scrub_text(f"QUESTION\n{question}\n\nANSWERS\n{name_letters(answers)}")


def _describe_rejected(item: Item, rewrite: Rewrite) -> str:
    record = rewrite.record
    wrong = [
        f"Wrong option ({name}): {text}"
        for text, name in zip(record.options, record.option_classes, strict=True)
        if text != record.answer
    ]
    shown = ["PREVIOUS VERSION", f"Question: {record.question}", f"Right answer: {record.answer}", *wrong]
    failed = ["FAILED CHECKS", *(f"- {objection}" for objection in rewrite.objections or ("none",))]
    comment = ["REVIEWER'S COMMENT", rewrite.comment] if rewrite.comment else []
    group = item.group
    # Models and reviewers write what they like: ids and names in their words are taken out like those of a report.
    known = (group.group_id, group.unit_id, *group.subject_ids, *group.image_ids, *(fact.said_by for fact in group.facts))
    return scrub_text("\n".join((*shown, "", *failed, *(["", *comment] if comment else []))), known)


def _name_asked(group: ImageGroup) -> str | None:
    """An eye is named with its place, a finding in words; views and sequences are explained in the task's text."""
    if group.asked is None or group.subtask is not SubTask.EYE_DIAGNOSIS:
        return None if group.asked is None else group.asked.replace("_", " ")
    (place,) = find_key_places(group)
    return f"the {_SIDES[Laterality(group.asked)]} eye, which is {ordinal_image(place or 0)}"
