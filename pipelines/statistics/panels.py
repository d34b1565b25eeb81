"""The six panels of the picture: each draws one kind of number, or says that there is none yet.

Example:
    >>> [str(panel) for panel in Panel]
    ['modalities', 'abilities', 'origins', 'question_types', 'items_per_unit', 'letters']
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.statistics.bars import BLUE, GREEN, ORANGE, PURPLE, SKY, Bar, draw_bars, draw_legend, label_count, say_empty
from pipelines.statistics.distinct_queries import BINS
from pipelines.statistics.letters_panel import draw_letters
from pipelines.statistics.lookup import Lookup, Part
from pipelines.statistics.statistic import Counted, Measure, Population
from pipelines.statistics.wording import describe_number, name_key
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split, SubTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPLIT_COLOURS = {Split.TRAIN: BLUE, Split.HELD_IN: ORANGE, Split.HELD_OUT: GREEN}
ABILITY_COLOURS = {
    Ability.TEMPORAL: BLUE,
    Ability.REASONING: ORANGE,
    Ability.COMPARISON: GREEN,
    Ability.COREFERENCE: PURPLE,
}
ORIGIN_COLOURS = {Origin.INHERENT: BLUE, Origin.COMPOSED: ORANGE}
ANSWER_COLOURS = {AnswerType.CLOSED: BLUE, AnswerType.OPEN: ORANGE}
POPULATION_COLOURS = {Population.GROUPS: BLUE, Population.RECORDS: SKY}
NOTHING_YET = {Population.GROUPS: "no groups yet", Population.RECORDS: "no records yet"}


class Panel(StrEnum):
    """What a panel shows."""

    MODALITIES = "modalities"
    ABILITIES = "abilities"
    ORIGINS = "origins"
    QUESTION_TYPES = "question_types"
    ITEMS_PER_UNIT = "items_per_unit"
    LETTERS = "letters"


def list_subtasks(numbers: Lookup, population: Population) -> list[tuple[Ability, list[SubTask]]]:
    """Return the abilities of a population that occur, each with its sub-tasks that occur, in the order of the words."""
    found = {subtask: numbers.counts(Measure.ABILITY, population, Part(subtask=subtask)) for subtask in SubTask}
    grouped = [(ability, [subtask for subtask in SubTask if ability in found[subtask]]) for ability in Ability]
    return [(ability, subtasks) for ability, subtasks in grouped if subtasks]


def draw_modalities(panel: "Axes", numbers: Lookup) -> None:
    """Distinct images in groups by modality, by split."""
    whole = numbers.counts(Measure.MODALITY, Population.GROUPS, counted=Counted.IMAGE)
    total = sum(whole.values())
    panel.set_title(f"Modality of {total:,} distinct images" if total else "Modality", loc="left")
    if not whole:
        say_empty(panel, NOTHING_YET[Population.GROUPS])
        return
    by_split = {split: numbers.counts(Measure.MODALITY, Population.GROUPS, Part(split=split), Counted.IMAGE) for split in Split}
    bars = [
        Bar(
            name_key(modality),
            {colour: by_split[split].get(modality, 0) for split, colour in SPLIT_COLOURS.items()},
            label_count(count, total),
        )
        for modality, count in sorted(whole.items(), key=lambda item: (-item[1], item[0]))
    ]
    draw_bars(panel, bars)
    draw_legend(panel, {name_key(split): colour for split, colour in SPLIT_COLOURS.items() if by_split[split]})


def draw_abilities(panel: "Axes", numbers: Lookup) -> None:
    """Groups by ability, and within it by sub-task."""
    total = numbers.size(Population.GROUPS)
    panel.set_title(f"Ability and sub-task of {total:,} groups" if total else "Ability and sub-task", loc="left")
    if not total:
        say_empty(panel, NOTHING_YET[Population.GROUPS])
        return
    abilities = numbers.counts(Measure.ABILITY, Population.GROUPS)
    bars: list[Bar] = []
    for ability, subtasks in list_subtasks(numbers, Population.GROUPS):
        bars.append(Bar(ability.value, {}, label_count(abilities[ability], total)))
        for subtask in subtasks:
            count = numbers.counts(Measure.ABILITY, Population.GROUPS, Part(subtask=subtask))[ability]
            bars.append(Bar(name_key(subtask), {ABILITY_COLOURS[ability]: count}, label_count(count, total)))
    draw_bars(panel, bars)


def draw_origins(panel: "Axes", numbers: Lookup) -> None:
    """Groups by source, inherent against composed."""
    total = numbers.size(Population.GROUPS)
    whole = numbers.counts(Measure.ORIGIN, Population.GROUPS)
    panel.set_title("Source of groups, inherent or composed", loc="left")
    if not total:
        say_empty(panel, NOTHING_YET[Population.GROUPS])
        return
    bars: list[Bar] = []
    for source in Source:
        found = numbers.counts(Measure.ORIGIN, Population.GROUPS, Part(source))
        pieces = {colour: found.get(origin, 0) for origin, colour in ORIGIN_COLOURS.items()}
        bars.append(Bar(name_key(source), pieces, label_count(sum(found.values()), total)))
    draw_bars(panel, bars)
    draw_legend(panel, {f"{kind}: {label_count(whole.get(kind, 0), total)}": colour for kind, colour in ORIGIN_COLOURS.items()})


def draw_question_types(panel: "Axes", numbers: Lookup) -> None:
    """Records by sub-task, closed against open."""
    total = numbers.size(Population.RECORDS)
    panel.set_title(f"Question types of {total:,} records" if total else "Question types", loc="left")
    if not total:
        say_empty(panel, NOTHING_YET[Population.RECORDS])
        return
    whole = numbers.counts(Measure.ANSWER_TYPE, Population.RECORDS)
    bars: list[Bar] = []
    for subtask in (subtask for _, subtasks in list_subtasks(numbers, Population.RECORDS) for subtask in subtasks):
        found = numbers.counts(Measure.ANSWER_TYPE, Population.RECORDS, Part(subtask=subtask))
        pieces = {colour: found.get(answer_type, 0) for answer_type, colour in ANSWER_COLOURS.items()}
        bars.append(Bar(name_key(subtask), pieces, label_count(sum(found.values()), total)))
    draw_bars(panel, list({bar.title: bar for bar in bars}.values()))  # a sub-task of two abilities has one bar
    draw_legend(panel, {f"{kind}: {label_count(whole.get(kind, 0), total)}": colour for kind, colour in ANSWER_COLOURS.items()})


def draw_items_per_unit(panel: "Axes", numbers: Lookup) -> None:
    """Independent units by how many groups, and how many records, rest on each."""
    units = {population: numbers.size(population, counted=Counted.UNIT) for population in Population}
    panel.set_title("Independent units by items on each", loc="left")
    if not any(units.values()):
        say_empty(panel, NOTHING_YET[Population.GROUPS])
        return
    found = {
        population: numbers.counts(Measure.ITEMS_PER_UNIT, population, counted=Counted.UNIT)
        for population in Population
        if units[population]
    }
    last = max(BINS.index(name) for counts in found.values() for name in counts)
    bars: list[Bar] = []
    for population, counts in found.items():
        summary = numbers.per_unit(population)
        told = ", ".join(f"{name} {describe_number(summary[name])}" for name in ("mean", "median", "max"))
        bars.append(Bar(population.value, {}, f"{units[population]:,} units; {told}"))
        for name in BINS[: last + 1]:
            count = counts.get(name, 0)
            bars.append(Bar(name, {POPULATION_COLOURS[population]: count}, label_count(count, units[population])))
    draw_bars(panel, bars)


DRAW: dict[Panel, Callable[["Axes", Lookup], None]] = {
    Panel.MODALITIES: draw_modalities,
    Panel.ABILITIES: draw_abilities,
    Panel.ORIGINS: draw_origins,
    Panel.QUESTION_TYPES: draw_question_types,
    Panel.ITEMS_PER_UNIT: draw_items_per_unit,
    Panel.LETTERS: draw_letters,
}
