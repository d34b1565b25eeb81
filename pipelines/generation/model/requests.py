"""The requests that word the records of groups: one for each item, the same every time.

Example:
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> plan_requests([], "local", endpoint, Generation())
    []
"""

from collections.abc import Iterable, Sequence

from pipelines.calls.kinds import Rung
from pipelines.calls.question import Question, build_request
from pipelines.calls.request import CallRequest, Purpose
from pipelines.choices import Endpoint, Generation
from pipelines.generation.model.answer import WrittenItem
from pipelines.generation.model.asking import AskedItem
from pipelines.generation.model.item import plan_items, plan_letters
from pipelines.generation.model.prompt import build_writing_messages, sources_of_request
from pipelines.generation.model.prompt_texts import load_writing_prompt
from pipelines.generation.template.write import find_obstacle
from pipelines.records import ImageGroup


def plan_requests(
    groups: Sequence[ImageGroup], endpoint_name: str, endpoint: Endpoint, settings: Generation
) -> list[CallRequest]:
    """Return what the first writing sends, before anything is sent: for the plan of calls, tokens and money.

    Composed groups, and groups that nothing can be asked of, need no request. Repairs and rewritings are not in it: they
    depend on the answers. The requests are on the rung that the settings name, else on the strictest, which is tried first.

    Args:
        groups: all of one source.
        endpoint_name: of the model in the settings; where a request goes is no part of it.
        endpoint: that model.
        settings: `seed` chooses the wrong options.
    """
    rung = endpoint.rung or Rung.JSON_SCHEMA
    return [build_request(one.question, WrittenItem, endpoint, rung) for one in build_questions(groups, settings.seed)]


def build_questions(groups: Iterable[ImageGroup], seed: int) -> list[AskedItem]:
    """Return the questions of the first writing, ordered by group_id, closed before open."""
    asked: list[AskedItem] = []
    items = plan_items([group for group in groups if find_obstacle(group) is None], seed)
    letters = plan_letters(items, seed)
    for item in items:
        prompt = load_writing_prompt(item.group.subtask)
        sources = sources_of_request(item.group)
        messages = build_writing_messages(item, prompt)
        question = Question(sources, Purpose.WRITE, item.record_id, prompt.hash, messages)
        asked.append(AskedItem(item, prompt, question, letter=letters.get(item.record_id)))
    return asked
