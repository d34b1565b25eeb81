"""A second model derives each answer again from the sources alone, blind to the key; where it comes to another one, it flags.

A check that is worth something is made by a model of another family than the one that wrote (`find_shared_family`): models of
one family share their errors. The flag warns and rejects nothing: the key comes from a structured fact, the judge from a
language model. A judge that finds no single right answer disagrees; one that refuses or cannot be reached says nothing.

Closed items are judged by their own options, open ones by the answers that their sub-task can have.

Example:
    >>> find_shared_family("gpt-4o-2024-11-20", "openai/gpt-5-mini"), find_shared_family("gpt-4o", "Qwen/Qwen3-32B")
    ('gpt', None)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.calls.attempt import Ask
from pipelines.calls.question import Question
from pipelines.calls.request import Purpose
from pipelines.calls.structured import ask_structured
from pipelines.choices import Endpoint, Generation
from pipelines.generation.draft import Draft
from pipelines.generation.letters import LETTERS
from pipelines.generation.model.answer import Judgement
from pipelines.generation.model.budget_stop import StoppedAsk
from pipelines.generation.model.letter_choice import read_letter
from pipelines.generation.model.prompt import build_judging_messages, sources_of_request
from pipelines.generation.model.prompt_texts import load_judging_prompt
from pipelines.generation.template.classes import PLACE, TEMPLATED, classes_of
from pipelines.generation.template.item import write_closed
from pipelines.generation.template.options import refuted_classes
from pipelines.generation.template.wording import load_wordings
from pipelines.grouping.ordering import in_hash_order
from pipelines.records import ImageGroup, Record

DISAGREES = "judge_disagrees"
_FAMILY = re.compile(r"[a-z]+")
_OTHER_NAMES = {"o": "gpt", "chatgpt": "gpt", "davinci": "gpt", "mixtral": "mistral", "ministral": "mistral", "gemma": "gemini"}


@dataclass(frozen=True)
class Judged:
    """The records, flagged where the judge came to another answer, and how often it did what."""

    records: tuple[Record, ...]
    n_agreed: int
    n_disagreed: int
    n_silent: int  # refused, unreadable or never answered


@dataclass(frozen=True)
class _Case:
    record: Record
    answers: tuple[str, ...]
    letter: str  # of the right one


def judge_records(
    records: Sequence[Record], groups: Mapping[str, ImageGroup], endpoint: Endpoint, ask: Ask, settings: Generation
) -> Judged:
    """Return the records in their order, with the flag `judge_disagrees` where the judge's answer is another one.

    Args:
        records: of inherent groups, each once; others are passed through unjudged, as are open ones that have one answer.
        groups: theirs, by group_id.
        endpoint: the judge, not the model that wrote.
        ask: sends requests to it, under the same policy.
        settings: `seed` orders the answers of open items.

    Raises:
        As `ask`.
    """
    cases = [case for record in records if (case := _lay_out(record, groups[record.group_id], settings.seed)) is not None]
    questions = [_build_question(case, groups[case.record.group_id]) for case in cases]
    answers = ask_structured(questions, Judgement, endpoint, StoppedAsk(ask))
    verdicts: dict[str, bool] = {}
    for case in cases:
        value = answers[case.record.record_id].value
        if value is not None:
            verdicts[case.record.record_id] = read_letter(value.letter or "", len(case.answers)) == case.letter
    return Judged(
        records=tuple(_flag(record, verdicts.get(record.record_id)) for record in records),
        n_agreed=sum(verdicts.values()),
        n_disagreed=len(verdicts) - sum(verdicts.values()),
        n_silent=len(cases) - len(verdicts),
    )


def find_shared_family(writer: str, judge: str) -> str | None:
    """Return the family that two models have in common by their names, None where they have none.

    A name tells little: a deployment may be called anything, and a fine-tuned model rarely tells its parent.
    """
    families = {_name_family(writer), _name_family(judge)}
    return families.pop() if len(families) == 1 else None


def _name_family(model: str) -> str:
    found = _FAMILY.search(model.rsplit("/", 1)[-1].casefold())
    name = model if found is None else found[0]
    return _OTHER_NAMES.get(name, name)


def _build_question(case: _Case, group: ImageGroup) -> Question:
    prompt = load_judging_prompt()
    messages = build_judging_messages(group, case.record.question, case.answers, prompt)
    return Question(sources_of_request(group), Purpose.JUDGE, case.record.record_id, prompt.hash, messages)


def _lay_out(record: Record, group: ImageGroup, seed: int) -> _Case | None:
    if record.subtask not in TEMPLATED:
        return None
    if record.letter is not None:
        return _Case(record, record.options, record.letter)
    draft = _offer_answers(group, seed)
    if draft is None:
        return None
    answers = tuple(in_hash_order((draft.answer, *draft.distractors), seed, lambda text: f"judge|{record.record_id}|{text}"))
    return _Case(record, answers, LETTERS[answers.index(draft.answer)])


def _offer_answers(group: ImageGroup, seed: int) -> Draft | None:
    """All answers that a group's sub-task can have and that the facts show to be wrong, beside the right one, in one form."""
    classes = classes_of(group.subtask)
    if classes == (PLACE,):
        classes = tuple(str(place) for place in range(1, len(group.image_ids) + 1))
    wrong = refuted_classes(group, classes)[: len(LETTERS) - 1]
    return write_closed(group, load_wordings(group.subtask), wrong, 1, seed)


def _flag(record: Record, agrees: bool | None) -> Record:
    others = {flag for flag in record.flags if flag != DISAGREES}
    return replace(record, flags=tuple(sorted(others | ({DISAGREES} if agrees is False else set()))))
