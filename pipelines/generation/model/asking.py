"""From questions to drafts: what the first writing and every rewriting have in common.

An answer that is of the schema but not as the case asked for it (a class left out, one too many) is sent back once, as one of
the wrong form is. What then is still wrong, refused, cut off, unpaid or never answered becomes a rejection of its group.

Example:
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> ask_for_drafts([], "local", endpoint, lambda requests: {}).rows
    ()
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.calls.attempt import Ask
from pipelines.calls.question import Question
from pipelines.calls.structured import StructuredAnswer, ask_structured
from pipelines.choices import Endpoint
from pipelines.generation.draft import Draft
from pipelines.generation.model.answer import WrittenItem
from pipelines.generation.model.budget_stop import StoppedAsk
from pipelines.generation.model.drafting import build_draft, find_fault
from pipelines.generation.model.item import Item
from pipelines.generation.model.prompt_texts import PromptText
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection


@dataclass(frozen=True)
class AskedItem:
    """An item with the question that asks for one version of it."""

    item: Item
    prompt: PromptText
    question: Question
    version: int = 1
    letter: str | None = None  # of a closed item's key; a further version keeps that of the one before


def ask_for_drafts(asked: Sequence[AskedItem], endpoint_name: str, endpoint: Endpoint, ask: Ask) -> Outcome[Draft]:
    """Return a draft, or a rejection of its group, for each item, in their order.

    Raises:
        pipelines.calls.attempt.CallsPendingError: the answers are not there yet.
        pipelines.governance.egress.EgressError: a group's source may not go to this endpoint; nothing was sent.
    """
    by_item = {one.question.item: one for one in asked}
    stopped = StoppedAsk(ask)

    def find(item: str, written: WrittenItem) -> str | None:
        return find_fault(by_item[item].item.wrong_classes, written)

    answers = ask_structured([one.question for one in asked], WrittenItem, endpoint, stopped, find)
    drafts: list[Draft] = []
    rejections: list[Rejection] = []
    for one in asked:
        answer = answers[one.question.item]
        if answer.value is None:
            rejections.append(_reject(one, endpoint_name, answer, answer.key in stopped.unpaid))
        else:
            drafts.append(
                build_draft(
                    one.item, answer.value, one.prompt, endpoint.model, answer.key, one.version, answer.mends, one.letter
                )
            )
    return Outcome(tuple(drafts), tuple(rejections))


def _reject(one: AskedItem, endpoint_name: str, answer: StructuredAnswer[WrittenItem], is_unpaid: bool) -> Rejection:
    group = one.item.group
    reason = Reason.BUDGET_SPENT if is_unpaid else answer.problem or Reason.MODEL_CALL_FAILED
    told = "not asked; raise generation.budget and run again" if is_unpaid else answer.detail or "no reason given"
    detail = f"{one.item.answer_type} item, version {one.version}, {endpoint_name}: {told}"
    return Rejection(group.source, Stage.GENERATE, group.group_id, reason, detail)
