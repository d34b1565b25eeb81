"""Tables of the report: how much there is, of what kind, and how many items rest on one independent unit.

Example:
    >>> tell_origins(Lookup([])).splitlines()[0]
    '| origin | groups | train | held-in | held-out | records |'
"""

from collections.abc import Iterable, Mapping

from pipelines.statistics.distinct_queries import BINS
from pipelines.statistics.lookup import WHOLE, Lookup, Part
from pipelines.statistics.markdown import build_table, show_count
from pipelines.statistics.panels import list_subtasks
from pipelines.statistics.statistic import Counted, Measure, Population
from pipelines.statistics.wording import describe_number, name_key
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split

_GROUPS, _RECORDS = Population.GROUPS, Population.RECORDS
_SPLIT_NAMES = tuple(name_key(split) for split in Split)


def tell_sizes(numbers: Lookup) -> str:
    """How much there is, by split and by source."""
    order = (Counted.ITEM, Counted.UNIT, Counted.SUBJECT, Counted.IMAGE)
    parts = {name_key(split): Part(split=split) for split in Split} | {name_key(source): Part(source) for source in Source}
    rows = [
        [name, *(show_count(numbers.size(population, part, counted)) for population in Population for counted in order)]
        for name, part in {"all": WHOLE, **parts}.items()
    ]
    kinds = ("units", "subjects", "images")
    return build_table(("", "groups", *kinds, "records", *kinds), rows)


def tell_modalities(numbers: Lookup) -> str:
    """Modalities of distinct images, of groups and of records."""
    columns: dict[str, Mapping[str, int]] = {}
    for population in Population:
        columns[f"images of {population}"] = numbers.counts(Measure.MODALITY, population, counted=Counted.IMAGE)
        columns[population.value] = numbers.counts(Measure.MODALITY, population)
    largest = {key: max(counts.get(key, 0) for counts in columns.values()) for counts in columns.values() for key in counts}
    return _tell_columns("modality", columns, sorted(largest, key=lambda key: (-largest[key], key)))


def tell_abilities(numbers: Lookup) -> str:
    """Abilities of groups, in all and by split, and of records."""
    return _tell_by_split(numbers, Measure.ABILITY, Ability)


def tell_origins(numbers: Lookup) -> str:
    """Inherent against composed groups, in all and by split, and records."""
    return _tell_by_split(numbers, Measure.ORIGIN, Origin)


def tell_image_numbers(numbers: Lookup) -> str:
    """How many images a group or a record shows."""
    columns = {population.value: numbers.counts(Measure.N_IMAGES, population) for population in Population}
    return _tell_columns("images", columns, sorted({key for counts in columns.values() for key in counts}, key=int))


def tell_question_types(numbers: Lookup) -> str:
    """Sub-tasks with their groups, units and closed and open records."""
    total = numbers.size(_GROUPS)
    pairs = {
        (ability, subtask)
        for population in Population
        for ability, subtasks in list_subtasks(numbers, population)
        for subtask in subtasks
    }
    abilities = list(Ability)
    rows: list[list[str]] = []
    for ability, subtask in sorted(pairs, key=lambda pair: (abilities.index(pair[0]), pair[1])):
        part = Part(subtask=subtask)
        by_split = [
            numbers.counts(Measure.ABILITY, _GROUPS, Part(split=split, subtask=subtask)).get(ability, 0)
            for split in (None, *Split)
        ]
        answers = numbers.counts(Measure.ANSWER_TYPE, _RECORDS, part)
        units = [show_count(numbers.size(population, part, Counted.UNIT)) for population in Population]
        kinds = [show_count(answers.get(kind, 0)) for kind in AnswerType]
        groups = [show_count(by_split[0], total), *map(show_count, by_split[1:])]
        rows.append([ability.value, name_key(subtask), *groups, units[0], *kinds, units[1]])
    heads = ("ability", "sub-task", "groups", *_SPLIT_NAMES, "units", "closed records", "open records", "their units")
    return build_table(heads, rows, n_names=2)


def tell_unit_summaries(numbers: Lookup) -> str:
    """Mean, median and maximum of items per independent unit, in all and by split."""
    rows: list[list[str]] = []
    for population in Population:
        for split in (None, *Split):
            part = Part(split=split)
            summary = numbers.per_unit(population, part)
            if summary:
                units = show_count(numbers.size(population, part, Counted.UNIT))
                named = [describe_number(summary[key]) for key in ("mean", "median", "max")]
                rows.append([population.value, name_key(split or "all"), units, *named])
    return build_table(("items", "split", "units", "mean", "median", "max"), rows, n_names=2)


def tell_unit_sizes(numbers: Lookup) -> str:
    """How many independent units have how many groups or records."""
    columns = {
        f"units by {population}": numbers.counts(Measure.ITEMS_PER_UNIT, population, counted=Counted.UNIT)
        for population in Population
    }
    return _tell_columns("items", columns, [name for name in BINS if any(name in counts for counts in columns.values())])


def tell_provenance(numbers: Lookup) -> str:
    """What is made from the synthetic cohort, and what from real downloads."""
    columns = {population.value: numbers.counts(Measure.PROVENANCE, population) for population in Population}
    return _tell_columns("made from", columns, sorted({key for counts in columns.values() for key in counts}))


def _tell_by_split(numbers: Lookup, measure: Measure, keys: Iterable[str]) -> str:
    columns = {"groups": numbers.counts(measure, _GROUPS)}
    columns |= {name_key(split): numbers.counts(measure, _GROUPS, Part(split=split)) for split in Split}
    columns["records"] = numbers.counts(measure, _RECORDS)
    head = "origin" if measure is Measure.ORIGIN else "ability"
    return _tell_columns(head, columns, [str(key) for key in keys])


def _tell_columns(head: str, columns: Mapping[str, Mapping[str, int]], keys: Iterable[str]) -> str:
    """Return a table with a row per key; shares are of the column."""
    totals = {name: sum(counts.values()) for name, counts in columns.items()}
    rows = [
        [name_key(key), *(show_count(counts.get(key, 0), totals[name]) for name, counts in columns.items())] for key in keys
    ]
    return build_table((head, *columns), rows)
