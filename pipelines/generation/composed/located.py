"""Items of located-question groups: the source question asked about its image, and "Which image shows ...?".

Example:
    >>> first_capital("axial"), first_capital("mRNA")
    ('Axial', 'mRNA')
"""

from collections.abc import Mapping
from dataclasses import replace

from pipelines.generation.composed.domains import find_choice
from pipelines.generation.composed.location import locate
from pipelines.generation.composed.wordings import LOCATED, load_places, load_stems
from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.ordinals import ORDINALS
from pipelines.grouping.ordering import hash_number
from pipelines.grouping.vqa_rad.candidates import NO, YES
from pipelines.grouping.vqa_rad.finding import Finding, finding_of
from pipelines.grouping.vqa_rad.spelling import mend_spelling
from pipelines.records import Fact, ImageGroup
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import SubTask

SPELLING_MENDED = "spelling_mended"
"""Flag of a record whose source question, or open reference answer, was misspelt."""
COUNT_WORDS = {2: "two", 3: "three"}


def write_located(group: ImageGroup, questions: Mapping[str, SourceQuestion]) -> Draft | None:
    """Return the item that asks the source question about its image; None where the question cannot be located.

    Yes/no answers and answers of a domain give a closed item, every other answer an open one.
    """
    asked = group.facts[0]
    source = questions[asked.said_by]
    question = locate(source.question, asked.place)
    if question is None:
        return None
    flags = (SPELLING_MENDED,) if mend_spelling(source.question) != source.question else ()
    if asked.value in (YES, NO):
        other = first_capital(NO if asked.value == YES else YES)
        made = _draft(group, TemplateKind.LOCATED_YES_NO, question, first_capital(asked.value), (other,), asked.value)
        return replace(made, flags=flags, distractor_classes=(other.lower(),))
    choice = find_choice(source.question, asked.value)
    if choice is not None:
        answer_class = f"{choice.domain}: {choice.value}"
        made = _draft(group, TemplateKind.LOCATED_DOMAIN, question, choice.value, choice.others, answer_class)
        others = tuple(f"{choice.domain}: {other}" for other in choice.others)
        return replace(made, flags=flags, distractor_classes=others)
    return as_open(group, question, flags)


def as_open(group: ImageGroup, question: str, flags: tuple[str, ...] = ()) -> Draft:
    """Return the open item of a located question, with the source's answer, well spelt, as the reference."""
    value = group.facts[0].value
    answer = mend_spelling(value)
    made = _draft(group, TemplateKind.LOCATED_OPEN, question, first_capital(answer), (), "open")
    return replace(made, flags=flags if answer == value else tuple({*flags, SPELLING_MENDED}))


def write_which_image(group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int, version: int = 1) -> Draft | None:
    """Return "Which image shows ...?" where exactly one image answers yes and every other answers no, else None.

    Each `version` (from 1) is worded in another way than the one before.
    """
    values = {fact.place: fact.value for fact in group.facts}
    positive = [index for index, value in values.items() if value == YES]
    if len(values) != len(group.image_ids) or len(positive) != 1 or set(values.values()) != {YES, NO}:
        return None
    finding = finding_of(questions[group.facts[0].said_by].question)
    if finding is None:
        return None
    wordings = load_stems(SubTask.LOCATED_QUESTION, finding.kind)
    number = (hash_number(seed, "which image", group.group_id) + version - 1) % len(wordings)
    style = load_places(hash_number(seed, "which image style", group.group_id) + version - 1)
    names = [style.format(place=ORDINALS[index], number=index + 1) for index in range(len(group.image_ids))]
    return Draft(
        group=group,
        kind=TemplateKind.WHICH_IMAGE,
        version=version,
        question=fill(wordings[number], finding, len(group.image_ids)),
        answer=names[positive[0]],
        distractors=tuple(name for index, name in enumerate(names) if index != positive[0]),
        distractor_classes=tuple(str(index + 1) for index in range(len(names)) if index != positive[0]),
        answer_class=str(positive[0] + 1),
        evidence=_in_image_order(group.facts),
        template_id=f"which_image/{finding.kind}/{number}",
        template=f"{wordings[number]}\n{style}",
    )


def fill(template: str, finding: Finding, n_images: int) -> str:
    """Return a wording with a finding's words put in, beginning with a capital."""
    return first_capital(
        template.format(
            shown=finding.subject,
            subject=finding.subject,
            verb=finding.verb,
            state=finding.state,
            count=COUNT_WORDS[n_images],
        )
    )


def first_capital(text: str) -> str:
    """Return the text with its first letter as a capital, unless its first word already holds one."""
    first = text.split(" ", 1)[0]
    return text if any(letter.isupper() for letter in first) else text[:1].upper() + text[1:]


def _in_image_order(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.place))


def _draft(
    group: ImageGroup, kind: TemplateKind, question: str, answer: str, distractors: tuple[str, ...], answer_class: str
) -> Draft:
    return Draft(group, kind, question, answer, distractors, answer_class, group.facts[:1], f"{kind}/0", LOCATED)
