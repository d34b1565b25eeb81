"""Records of inherent groups from reviewed wordings: one closed and one open item of each; no model takes part.

Example:
    >>> from pipelines.choices import Generation
    >>> write_templates([], Generation()).rows
    ()
"""

from collections.abc import Sequence

from pipelines.choices import Generation
from pipelines.generation.draft import Draft
from pipelines.generation.key_facts import KeyFactsError, find_key_facts
from pipelines.generation.template.classes import PLACE, TEMPLATED
from pipelines.generation.template.item import write_closed, write_open
from pipelines.generation.template.options import choose_options
from pipelines.generation.template.placeholders import can_fill, values_of
from pipelines.generation.template.wording import Wordings, load_wordings
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Rejection
from pipelines.vocabulary import Origin


def write_templates(groups: Sequence[ImageGroup], settings: Generation) -> Outcome[Draft]:
    """Return the first versions, ordered by group_id, and one rejection per group of which none could be written.

    Give all groups of a source together: options are chosen among what is an answer in a split and sub-task, and balanced
    over its groups. A group that cannot have as many wrong options as the others gives an open item alone.

    Raises:
        pipelines.generation.template.wording.WordingsError: a file of wordings is absent or wrong.
    """
    ordered = sorted(groups, key=lambda group: group.group_id)
    obstacles = {group.group_id: find_obstacle(group) for group in ordered}
    wrong = choose_options([group for group in ordered if obstacles[group.group_id] is None], settings.seed)
    drafts: list[Draft] = []
    rejections: list[Rejection] = []
    for group in ordered:
        obstacle = obstacles[group.group_id]
        if obstacle is None:
            drafts += _write(group, wrong[group.group_id], settings.seed)
        else:
            rejections.append(Rejection(group.source, Stage.GENERATE, group.group_id, Reason.NO_TEMPLATE, obstacle))
    return Outcome(tuple(drafts), tuple(rejections))


def find_obstacle(group: ImageGroup) -> str | None:
    """Return why nothing can be written of a group, None where something can."""
    if group.origin is not Origin.INHERENT or group.subtask not in TEMPLATED:
        return f"{group.origin} group of {group.subtask}: there are wordings for inherent groups only"
    wordings = load_wordings(group.subtask)
    name = f"{group.subtask}.yaml"
    if not _is_answerable(group, wordings):
        known = f"one of {len(group.image_ids)} places" if PLACE in wordings.answers else ", ".join(wordings.answers)
        return f"answer {group.label!r}: {name} has {known}"
    if group.asked is not None and not _can_ask(group, wordings):
        return f"asked about {group.asked!r}: {name} has words for {', '.join(wordings.words) or 'nothing'}"
    try:
        find_key_facts(group)
    except KeyFactsError as error:
        return str(error)
    return None


def _is_answerable(group: ImageGroup, wordings: Wordings) -> bool:
    if PLACE in wordings.answers:
        return group.label in {str(place) for place in range(1, len(group.image_ids) + 1)}
    return group.label in wordings.answers


def _can_ask(group: ImageGroup, wordings: Wordings) -> bool:
    values = values_of(group, wordings.words)
    return all(any(can_fill(stem, values) for stem in stems) for stems in wordings.stems.values())


def _write(group: ImageGroup, wrong: Sequence[str], seed: int) -> list[Draft]:
    wordings = load_wordings(group.subtask)
    made = (write_closed(group, wordings, wrong, 1, seed), write_open(group, wordings, 1, seed))
    return [draft for draft in made if draft is not None]
