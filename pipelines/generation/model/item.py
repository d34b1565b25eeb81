"""What a model is to word: one closed and one open item of every inherent group, its answers chosen by code beforehand.

The class of the right answer is the group's label, and the classes of the wrong options are those that the template
generator would print (`pipelines.generation.template.options`): a model puts them into words and adds none.

Example:
    >>> plan_items([], seed=1)
    []
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.letters import assign_letters
from pipelines.generation.template.options import choose_options
from pipelines.keys import mint_id
from pipelines.records import ImageGroup
from pipelines.vocabulary import AnswerType


@dataclass(frozen=True)
class Item:
    """One record to be worded."""

    group: ImageGroup
    answer_type: AnswerType
    wrong_classes: tuple[str, ...]  # one wrong option each, in no telling order; empty for an open item

    @property
    def record_id(self) -> str:
        """The key that its record will have, whatever its version: see `Draft.record_id`."""
        return mint_id("record", self.group.group_id, TemplateKind.SUBTASK, self.answer_type)


def plan_items(groups: Iterable[ImageGroup], seed: int) -> list[Item]:
    """Return a closed and an open item of each group, ordered by group_id; no closed one where no answer can stand beside it.

    Groups of one source must be given together: which wrong options are offered is balanced over all of them.
    """
    ordered = sorted(groups, key=lambda group: group.group_id)
    chosen = choose_options(ordered, seed)
    items: list[Item] = []
    for group in ordered:
        wrong = chosen.get(group.group_id, ())
        items += [Item(group, AnswerType.CLOSED, wrong)] if wrong else []
        items.append(Item(group, AnswerType.OPEN, ()))
    return items


def plan_letters(items: Iterable[Item], seed: int) -> dict[str, str]:
    """Return the letter of each closed item's key by record_id, balanced over all items.

    Chosen before anything is asked, a letter does not depend on which other items a run has answers of: what reviewers have
    approved stays as it was when a later run writes the rest.
    """
    return assign_letters((_stand_in(item) for item in items), seed)


def _stand_in(item: Item) -> Draft:
    """What of a draft its letter depends on; the words come later."""
    return Draft(item.group, TemplateKind.SUBTASK, "", "", item.wrong_classes, item.group.label, (), "", "")
