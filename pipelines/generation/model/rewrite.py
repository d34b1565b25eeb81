"""Rejected records worded anew by the model: the former version, the failed checks and the reviewer's comment go along.

Example:
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> rewrite_with_model([], {}, "local", endpoint, lambda requests: {}, Generation()).rows
    ()
"""

from collections.abc import Iterator, Mapping, Sequence

from pipelines.calls.attempt import Ask
from pipelines.calls.question import Question
from pipelines.calls.request import Purpose
from pipelines.choices import Endpoint, Generation
from pipelines.generation.draft import Draft
from pipelines.generation.model.asking import AskedItem, ask_for_drafts
from pipelines.generation.model.item import Item, plan_items
from pipelines.generation.model.prompt import build_rewriting_messages, sources_of_request
from pipelines.generation.model.prompt_texts import load_rewriting_prompt
from pipelines.generation.rewrite import Rewrite
from pipelines.generation.template.write import find_obstacle
from pipelines.outcome import Outcome
from pipelines.records import ImageGroup


def rewrite_with_model(
    rewrites: Sequence[Rewrite],
    groups: Mapping[str, ImageGroup],
    endpoint_name: str,
    endpoint: Endpoint,
    ask: Ask,
    settings: Generation,
) -> Outcome[Draft]:
    """Return version n + 1 of each rejected record, ordered by record_id, and a rejection for each that the model gave none of.

    The version is the request's sample index: a further attempt is a further request, and never replays a recorded answer.

    Args:
        rewrites: latest versions of records that were written by `write_with_model`; others are passed over.
        groups: all groups of the source, by group_id, as they were first written from.
        endpoint_name: of the model in the settings.
        endpoint: that model.
        ask: sends requests to it; the same policy holds as for the first writing.
        settings: `seed` chooses the wrong options, the same as before.

    Raises:
        As `write_with_model`. KeyError: a record's group is not among the groups: the tables are of different runs.
    """
    if not rewrites:
        return Outcome((), ())
    for rewrite in rewrites:
        _ = groups[rewrite.record.group_id]
    items = {
        item.record_id: item
        for item in plan_items([group for group in groups.values() if find_obstacle(group) is None], settings.seed)
    }
    return ask_for_drafts(list(_build_questions(rewrites, items)), endpoint_name, endpoint, ask)


def _build_questions(rewrites: Sequence[Rewrite], items: Mapping[str, Item]) -> Iterator[AskedItem]:
    for rewrite in sorted(rewrites, key=lambda one: one.record.record_id):
        record = rewrite.record
        item = items.get(record.record_id)
        if item is None:  # composed, or of an earlier run's groups
            continue
        prompt = load_rewriting_prompt(item.group.subtask)
        messages = build_rewriting_messages(item, rewrite, prompt)
        sources = sources_of_request(item.group)
        question = Question(sources, Purpose.REWRITE, record.record_id, prompt.hash, messages, sample_index=record.version)
        yield AskedItem(item, prompt, question, record.version + 1)
