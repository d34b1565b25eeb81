"""What a model returned becomes a draft; code gives it its class, its evidence and its place, never the model.

The model says what class each wrong option states; the validators read the text again. A record's class is its group's label,
whatever the model wrote, so that an answer of another class is found out as `label_mismatch`.

Example:
    >>> find_fault(("stable",), WrittenItem(evidence=[], question="Q?", right_answer="A.", wrong_options=[]))
    'wrong_options: got the classes none, expected one of each of stable'
"""

from collections.abc import Sequence

from pipelines.calls.json_text import Mend
from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.key_facts import find_key_facts
from pipelines.generation.model.answer import WrittenItem
from pipelines.generation.model.item import Item
from pipelines.generation.model.prompt_texts import PromptText
from pipelines.records import Fact, ImageGroup, Quote

DAYS_AHEAD = "days_after_last_visit"
LONGEST_NAME = 40  # of a class that a model makes up, where it is repeated
_MENDED = "mended_"  # how the flags of an answer begin whose form was mended


def find_fault(wrong_classes: Sequence[str], written: WrittenItem) -> str | None:
    """Return what of an item is not as the case asked for it, which no schema can say; None where all is."""
    stated = [option.answer_class for option in written.wrong_options]
    if sorted(stated) == sorted(wrong_classes):
        return None
    return f"wrong_options: got the classes {_list(stated)}, expected one of each of {_list(wrong_classes)}"


def build_draft(
    item: Item,
    written: WrittenItem,
    prompt: PromptText,
    model: str,
    ledger_key: str,
    version: int = 1,
    mends: Sequence[Mend] = (),
    letter: str | None = None,
) -> Draft:
    """Return the draft of an item that a model has worded; what was mended of the answer's form is flagged."""
    return Draft(
        group=item.group,
        kind=TemplateKind.SUBTASK,
        question=written.question,
        answer=written.right_answer,
        distractors=tuple(option.text for option in written.wrong_options),
        distractor_classes=tuple(option.answer_class for option in written.wrong_options),
        answer_class=item.group.label,
        evidence=_find_evidence(item.group),
        template_id=prompt.template_id,
        template=prompt.text,
        flags=tuple(sorted({f"{_MENDED}{mend}" for mend in mends})),
        generator=f"openai:{model}",
        version=version,
        quotes=tuple(
            Quote(None if evidence.image is None else evidence.image - 1, evidence.quote) for evidence in written.evidence
        ),
        ledger_key=ledger_key,
        letter=letter,
    )


def _find_evidence(group: ImageGroup) -> tuple[Fact, ...]:
    """A forecast may tell in round words how far ahead it looks: that rests on a fact as well."""
    key_facts = find_key_facts(group)
    return tuple(fact for fact in group.facts if fact in key_facts or fact.code == DAYS_AHEAD)


def _list(classes: Sequence[str]) -> str:
    return ", ".join(name[:LONGEST_NAME] for name in sorted(classes)) or "none"
