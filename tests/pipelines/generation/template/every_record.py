"""Every record that the wordings of a sub-task can give: each stem with each set of options and each open answer."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.record import build_records
from pipelines.generation.template.classes import PLACE
from pipelines.generation.template.options import MAX_OPTIONS
from pipelines.generation.template.placeholders import can_fill, fill, values_of, values_of_place
from pipelines.generation.template.wording import Wordings, load_wordings
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context
from pipelines.vocabulary import AnswerType, SubTask
from tests.pipelines.generation.template.inherent_groups import images_of, plausible_groups


@cache
def groups_of(subtask: SubTask) -> tuple[ImageGroup, ...]:
    """Return groups for each thing that is asked about, each number of images and each answer."""
    return tuple(plausible_groups(subtask))


@cache
def context_of(subtask: SubTask) -> Context:
    """Return the groups of a sub-task with their images."""
    groups = groups_of(subtask)
    return Context.of(groups, [image for group in groups for image in images_of(group)])


@cache
def records_of(subtask: SubTask) -> tuple[Record, ...]:
    """Return every record of a sub-task, closed and open, with letters and digests."""
    return tuple(record for group in groups_of(subtask) for draft in _drafts(group) for record in build_records([draft], 1))


def stems_of(subtask: SubTask) -> list[tuple[ImageGroup, AnswerType, str]]:
    """Return every filled stem, once for each group that it can be asked of."""
    wordings = load_wordings(subtask)
    return [
        (group, kind, text) for group in groups_of(subtask) for kind in AnswerType for text in _stems(wordings, group, kind)
    ]


def options_of(subtask: SubTask) -> list[tuple[ImageGroup, tuple[str, ...]]]:
    """Return every set of options, one of each class or place in their order, once for each group."""
    wordings = load_wordings(subtask)
    return [(group, tuple(texts.values())) for group in groups_of(subtask) for texts in _option_sets(wordings, group)]


def answers_of(subtask: SubTask) -> list[tuple[ImageGroup, str]]:
    """Return every answer that is right for a group, as option and as open answer, filled."""
    wordings = load_wordings(subtask)
    found: list[tuple[ImageGroup, str]] = []
    for group in groups_of(subtask):
        found += [(group, texts[group.label]) for texts in _option_sets(wordings, group)]
        found += [(group, text) for text in _references(wordings, group)]
    return found


def _drafts(group: ImageGroup) -> Iterator[Draft]:
    wordings = load_wordings(group.subtask)
    base = Draft(group, TemplateKind.SUBTASK, "", "", (), group.label, group.facts, "every wording", "", generator="template")
    for stem in _stems(wordings, group, AnswerType.CLOSED):
        for texts in _option_sets(wordings, group):
            for classes in _draw_wrong(group, tuple(texts)):
                wrong = tuple(texts[name] for name in classes)
                yield replace(base, question=stem, answer=texts[group.label], distractors=wrong, distractor_classes=classes)
    for stem in _stems(wordings, group, AnswerType.OPEN):
        for text in _references(wordings, group):
            yield replace(base, question=stem, answer=text)


def _draw_wrong(group: ImageGroup, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return sets of wrong classes, no larger than those printed, in which every wrong class stands."""
    wrong = tuple(name for name in names if name != group.label)
    size = min(len(wrong), MAX_OPTIONS.get(group.subtask, len(names)) - 1)
    starts = [*range(0, len(wrong) - size, size), len(wrong) - size]
    return [wrong[start : start + size] for start in starts]


def _stems(wordings: Wordings, group: ImageGroup, kind: AnswerType) -> list[str]:
    values = values_of(group, wordings.words)
    return [fill(stem, values) for stem in wordings.stems[kind] if can_fill(stem, values)]


def _option_sets(wordings: Wordings, group: ImageGroup) -> list[dict[str, str]]:
    """Return the sets of options that are printed together, by class or place."""
    values = values_of(group, wordings.words)
    if PLACE not in wordings.answers:
        answers = wordings.answers.items()
        return [{name: fill(said.options[nth], values) for name, said in answers} for nth in range(wordings.n_styles)]
    places = range(1, len(group.image_ids) + 1)
    texts = wordings.answers[PLACE].options
    return [{str(place): fill(text, values | values_of_place(place)) for place in places} for text in texts]


def _references(wordings: Wordings, group: ImageGroup) -> list[str]:
    values = values_of(group, wordings.words)
    if PLACE not in wordings.answers:
        return [fill(text, values) for text in wordings.answers[group.label].references]
    return [fill(text, values | values_of_place(int(group.label))) for text in wordings.answers[PLACE].references]
