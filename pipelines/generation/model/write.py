"""Records of inherent groups worded by a language model from facts and reports alone; it sees no image and chooses no letter.

The paper words its questions with GPT-4o in the same way (Yang et al., arXiv 2505.19031). Here the right answer is never the
model's: it is the class of the group's structured fact, and validators read it again in what the model wrote.

Example:
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> write_with_model([], "local", endpoint, lambda requests: {}, Generation()).rows
    ()
"""

from collections.abc import Sequence

from pipelines.calls.attempt import Ask
from pipelines.choices import Endpoint, Generation
from pipelines.generation.draft import Draft
from pipelines.generation.model.asking import ask_for_drafts
from pipelines.generation.model.requests import build_questions
from pipelines.generation.template.write import find_obstacle
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Rejection


def write_with_model(
    groups: Sequence[ImageGroup], endpoint_name: str, endpoint: Endpoint, ask: Ask, settings: Generation
) -> Outcome[Draft]:
    """Return the first versions, ordered by group_id, and a rejection of its group for each item that the model gave none of.

    Give all groups of a source together: which wrong options are asked for is balanced over them. A group without a second
    answer gives an open item alone; one that nothing can be asked of is rejected and never sent.

    Raises:
        pipelines.calls.attempt.CallsPendingError: requests were handed over, and their answers are not there yet.
        pipelines.governance.egress.EgressError: the source may not go to this endpoint; nothing was sent.
    """
    unwritable = [
        Rejection(group.source, Stage.GENERATE, group.group_id, Reason.NO_TEMPLATE, obstacle)
        for group in sorted(groups, key=lambda one: one.group_id)
        if (obstacle := find_obstacle(group)) is not None
    ]
    outcome = ask_for_drafts(build_questions(groups, settings.seed), endpoint_name, endpoint, ask)
    return Outcome(outcome.rows, (*unwritable, *outcome.rejections))
