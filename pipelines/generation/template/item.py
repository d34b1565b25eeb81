"""One item of an inherent group: a stem, and options or an open answer, filled with what the group says.

Which wording is taken depends on the seed, the group and the version alone, never on the answer. The wordings of a file stand
in an order of their own for each group, of which version n takes the n-th: a further version is worded anew.

Example:
    >>> sorted(pick(3, version, 7, "stem", "group-1") for version in (1, 2, 3))
    [0, 1, 2]
"""

import random
from collections.abc import Iterable, Mapping, Sequence

from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.key_facts import find_key_facts
from pipelines.generation.template.classes import PLACE
from pipelines.generation.template.placeholders import DAYS_AHEAD, can_fill, fields_of, fill, values_of, values_of_place
from pipelines.generation.template.wording import Wordings
from pipelines.grouping.ordering import hash_number
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import AnswerType

GENERATOR = "template"
_TOLD_FROM: Mapping[str, str] = {"side": "laterality", "ahead": DAYS_AHEAD}
"""Placeholders that say what a fact says, with its code; those of days between visits rest on no fact."""


def write_closed(group: ImageGroup, wordings: Wordings, wrong: Sequence[str], version: int, seed: int) -> Draft | None:
    """Return the item whose wrong options say the classes `wrong`; None where there is none, or no stem can be filled."""
    values = values_of(group, wordings.words)
    number = _pick_stem(group, wordings, AnswerType.CLOSED, values, version, seed)
    if number is None or not wrong:
        return None
    style = pick(wordings.n_styles, version, seed, "options", group.group_id)
    stem = wordings.stems[AnswerType.CLOSED][number]
    texts = [_say_option(wordings, name, style, values) for name in (group.label, *wrong)]
    wording = [answer.options[style] for answer in wordings.answers.values()]
    return Draft(
        group=group,
        kind=TemplateKind.SUBTASK,
        question=fill(stem, values),
        answer=texts[0],
        distractors=tuple(texts[1:]),
        distractor_classes=tuple(wrong),
        answer_class=group.label,
        evidence=_find_evidence(group, (stem, *wording)),
        template_id=f"{group.subtask}/{AnswerType.CLOSED}/stem {number + 1}/options {style + 1}",
        template="\n".join((stem, *wording)),
        generator=GENERATOR,
        version=version,
    )


def write_open(group: ImageGroup, wordings: Wordings, version: int, seed: int) -> Draft | None:
    """Return the item with an open answer; None where no stem can be filled."""
    values = values_of(group, wordings.words)
    number = _pick_stem(group, wordings, AnswerType.OPEN, values, version, seed)
    if number is None:
        return None
    stem = wordings.stems[AnswerType.OPEN][number]
    references = wordings.answer_of(group.label).references
    chosen = pick(len(references), version, seed, "answer", group.group_id)
    return Draft(
        group=group,
        kind=TemplateKind.SUBTASK,
        question=fill(stem, values),
        answer=fill(references[chosen], {**values, **_place_of(wordings, group.label)}),
        distractors=(),
        answer_class=group.label,
        evidence=_find_evidence(group, (stem, references[chosen])),
        template_id=f"{group.subtask}/{AnswerType.OPEN}/stem {number + 1}/answer {chosen + 1}",
        template="\n".join((stem, references[chosen])),
        generator=GENERATOR,
        version=version,
    )


def pick(n_wordings: int, version: int, seed: int, *parts: str) -> int:
    """Return one of 0 .. n_wordings - 1: each is as likely for any group, and further versions go through all in turn."""
    order = list(range(n_wordings))
    random.Random(hash_number(seed, *parts)).shuffle(order)
    return order[(version - 1) % n_wordings]


def _pick_stem(
    group: ImageGroup, wordings: Wordings, kind: AnswerType, values: Mapping[str, str], version: int, seed: int
) -> int | None:
    """Return the place of a stem all of whose placeholders have a value."""
    fitting = [number for number, stem in enumerate(wordings.stems[kind]) if can_fill(stem, values)]
    return fitting[pick(len(fitting), version, seed, "stem", kind, group.group_id)] if fitting else None


def _say_option(wordings: Wordings, name: str, style: int, values: Mapping[str, str]) -> str:
    answer = wordings.answer_of(name)
    return fill(answer.options[style], {**values, **_place_of(wordings, name)})


def _find_evidence(group: ImageGroup, wording: Iterable[str]) -> tuple[Fact, ...]:
    """Return the facts that the answer rests on, and those that the text tells beside it."""
    told = {_TOLD_FROM[field] for text in wording for field in fields_of(text) if field in _TOLD_FROM}
    key_facts = set(find_key_facts(group))
    return tuple(fact for fact in group.facts if fact in key_facts or fact.code in told)


def _place_of(wordings: Wordings, name: str) -> dict[str, str]:
    return values_of_place(int(name)) if PLACE in wordings.answers else {}
