"""Every number equals the one that plain Python counts; distributions add up; what misleads is counted once, or apart."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import mean, median

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines import tables
from pipelines.formats.closed_question import parse_closed_question, parse_keyed_answer, strip_image_tokens
from pipelines.records import DatasetRecord, ImageGroup, Turn
from pipelines.statistics.counts import StatisticsError, summarise_dataset
from pipelines.statistics.distinct_queries import bin_of_count
from pipelines.statistics.lookup import Lookup, Part
from pipelines.statistics.queries import LABELS_NAMED
from pipelines.statistics.statistic import (
    ITS_PLACE,
    NO_LETTER,
    NOT_RENDERED,
    OTHER_LABELS,
    SEVERAL,
    STATISTIC_KEY,
    UNKNOWN,
    Counted,
    Measure,
    Population,
    Statistic,
)
from pipelines.tables import Table, TableError
from pipelines.vocabulary import AnswerType, ImageOrder, ImageRole, Modality, Origin, Role, Source, Split, SubTask

GROUPS, RECORDS = Population.GROUPS, Population.RECORDS
MANY = settings(deadline=None, max_examples=8)


def count(dataset) -> tuple[Statistic, ...]:
    return summarise_dataset(*dataset.by_source())


def choose(rows: Iterable, source: Source | None, split: Split | None, subtask: SubTask | None) -> list:
    return [
        row
        for row in rows
        if (source is None or source_of(row) is source)
        and (split is None or row.split is split)
        and (subtask is None or row.subtask is subtask)
    ]


def source_of(row: ImageGroup | DatasetRecord) -> Source:
    return row.source if isinstance(row, ImageGroup) else Source(row.source.removesuffix(f"_{row.subtask}_{row.answer_type}"))


def only(measure: Measure, numbers: Iterable[Statistic]) -> list[Statistic]:
    return [number for number in numbers if number.measure is measure]


@MANY
@given(seed=st.integers(0, 10**6), n_groups=st.integers(0, 80), recorded=st.sampled_from([0.0, 0.4, 1.0]))
def test_every_distribution_adds_up_to_its_population(draw, seed: int, n_groups: int, recorded: float) -> None:
    numbers = count(draw(seed, n_groups, recorded))
    lookup = Lookup(numbers)
    sums: Counter[tuple] = Counter()
    totals: dict[tuple, int] = {}
    for row in numbers:
        if row.measure is not Measure.ITEMS_PER_UNIT_SUMMARY:
            part = (row.measure, row.population, row.counted, row.source, row.split, row.subtask)
            sums[(*part, row.within)] += row.value
            assert totals.setdefault((*part, row.within), row.total) == row.total
    assert sums == totals
    whole = {Measure.ABILITY, Measure.SUBTASK, Measure.ORIGIN, Measure.N_IMAGES, Measure.MODALITY, Measure.PROVENANCE}
    for (measure, population, counted, *where, _), total in totals.items():
        if measure in whole or measure is Measure.ITEMS_PER_UNIT:
            assert total == lookup.size(population, Part(*where), counted)


@MANY
@given(seed=st.integers(0, 10**6), n_groups=st.integers(0, 80))
def test_splits_and_sources_add_up_to_all_of_them(draw, seed: int, n_groups: int) -> None:
    numbers = [row for row in count(draw(seed, n_groups)) if row.measure is not Measure.ITEMS_PER_UNIT_SUMMARY]
    by_split: Counter[tuple] = Counter()
    by_source: Counter[tuple] = Counter()
    for row in numbers:
        what = (row.measure, row.population, row.counted, row.subtask, row.within, row.key)
        by_split[*what, row.source, "split" if row.split else "all"] += row.value
        by_source[*what, row.split, "source" if row.source else "all"] += row.value
    for sums, name in ((by_split, "split"), (by_source, "source")):
        for (*what, kind), value in sums.items():
            if kind == "all":
                assert value == sums[*what, name]


def test_numbers_are_those_that_plain_python_counts(dataset) -> None:
    numbers = count(dataset)
    modalities = {image.image_id: image.modality or UNKNOWN for image in dataset.images}
    checked = 0
    for population, rows in ((GROUPS, dataset.groups), (RECORDS, dataset.records)):
        for row in numbers:
            if row.population is population:
                chosen = choose(rows, row.source, row.split, row.subtask)
                expected = _count_plainly(row, chosen, modalities)
                assert expected is None or row.value == pytest.approx(expected), row
                checked += expected is not None
    assert checked > 0.9 * len(numbers)


def _count_plainly(row: Statistic, items: list, modalities: dict[str, str]) -> float | None:
    images = {(source_of(item), image_id) for item in items for image_id in item.image_ids}
    per_unit = Counter((source_of(item), item.unit_id) for item in items)
    distinct = {
        Counted.ITEM: len(items),
        Counted.IMAGE: len(images),
        Counted.UNIT: len(per_unit),
        Counted.SUBJECT: len({(source_of(item), subject) for item in items for subject in item.subject_ids}),
    }
    summaries = {"mean": mean, "median": median, "max": max}
    by_item: dict[Measure, Callable] = {
        Measure.ABILITY: lambda item: item.ability,
        Measure.SUBTASK: lambda item: item.subtask,
        Measure.ORIGIN: lambda item: item.origin,
        Measure.ANSWER_TYPE: lambda item: item.answer_type,
        Measure.N_IMAGES: lambda item: str(len(item.image_ids)),
        Measure.PROVENANCE: lambda item: "synthetic" if item.is_synthetic else "real",
        Measure.MODALITY: lambda item: _modality_of(item, modalities),
        Measure.LETTER: _letter_of,
        Measure.PLACE: _place_of,
    }
    if row.measure is Measure.SIZE:
        return distinct[row.counted]
    if row.measure is Measure.ITEMS_PER_UNIT:
        return sum(bin_of_count(n) == row.key for n in per_unit.values())
    if row.measure is Measure.ITEMS_PER_UNIT_SUMMARY:
        return summaries[row.key](per_unit.values())
    if row.measure is Measure.MODALITY and row.counted is Counted.IMAGE:
        return sum(modalities[image_id] == row.key for _, image_id in images)
    if row.measure in by_item:
        wanted = (row.within, row.key) if row.measure in (Measure.LETTER, Measure.PLACE) else row.key
        return sum(by_item[row.measure](item) == wanted for item in items)
    return None  # labels: see the tests below


def _modality_of(item: ImageGroup | DatasetRecord, modalities: dict[str, str]) -> str:
    found = {modalities[image_id] for image_id in item.image_ids}
    if len(found - {UNKNOWN}) > 1:
        return SEVERAL
    return UNKNOWN if UNKNOWN in found else found.pop()


def _letter_of(record: DatasetRecord) -> tuple[str, str] | None:
    asked, answered = record.conversation
    question = parse_closed_question(strip_image_tokens(asked.content)[1])
    if record.answer_type is AnswerType.OPEN:
        return None
    keyed = parse_keyed_answer(answered.content)
    return f"{len(question.options) if question else 0} options", keyed[0] if keyed else NO_LETTER


def _place_of(group: ImageGroup) -> tuple[str, str] | None:
    if group.order is not ImageOrder.SHUFFLED or group.roles.count(ImageRole.ASKED) != 1:
        return None
    return f"{len(group.image_ids)} images", str(group.roles.index(ImageRole.ASKED) + 1)


def test_labels_are_counted_within_what_is_asked(dataset) -> None:
    lookup = Lookup(count(dataset))
    groups = [group for group in dataset.groups if group.subtask is SubTask.FINDING_PROGRESSION]
    expected: dict[str, Counter] = defaultdict(Counter)
    for group in groups:
        expected[group.asked][group.label] += 1
    assert lookup.within(Measure.LABEL, GROUPS, Part(subtask=SubTask.FINDING_PROGRESSION)) == expected


def test_answers_that_are_a_place_are_not_mixed_over_two_and_three_images(dataset) -> None:
    found = Lookup(count(dataset)).within(Measure.LABEL, GROUPS, Part(subtask=SubTask.VIEW_IDENTIFICATION))
    asked = Counter(group.asked for group in dataset.groups if group.subtask is SubTask.VIEW_IDENTIFICATION)
    assert found == {view: {ITS_PLACE: n} for view, n in asked.items()}


def test_free_text_of_composed_groups_is_counted_but_not_quoted(dataset) -> None:
    numbers = count(dataset)
    composed = [group for group in dataset.groups if group.subtask is SubTask.LOCATED_QUESTION]
    free = sum(group.label not in ("yes", "no") for group in composed)
    found = Lookup(numbers).within(Measure.LABEL, GROUPS, Part(subtask=SubTask.LOCATED_QUESTION))
    assert list(found) == [""] and found[""][OTHER_LABELS] == free > 0
    assert not {"left lung", "presence mass"} & {text for row in numbers for text in (row.key, row.within)}


def test_rare_labels_are_counted_together(draw) -> None:
    dataset = draw(3, 60, 0.0, (SubTask.EYE_DIAGNOSIS,))
    groups = [replace(group, asked="L", label=f"disease {number:02}") for number, group in enumerate(dataset.groups)]
    found = Lookup(count(replace(dataset, groups=tuple(groups)))).within(
        Measure.LABEL, GROUPS, Part(subtask=SubTask.EYE_DIAGNOSIS)
    )
    assert len(found["L"]) == LABELS_NAMED + 1 and found["L"][OTHER_LABELS] == 60 - LABELS_NAMED


def test_rows_have_unique_keys_and_fit_a_table(dataset) -> None:
    contract = Table("dataset/statistics", Statistic, STATISTIC_KEY, "one number about the data set")
    numbers = count(dataset)
    table = contract.to_arrow(numbers)
    assert contract.repeated_keys(table) == []
    assert contract.to_rows(table) == list(numbers)


def test_the_order_of_rows_and_tables_changes_nothing(dataset) -> None:
    groups, images, records = dataset.by_source()
    chance = random.Random(1)

    def shuffle(table: pa.Table) -> pa.Table:
        return table.take(chance.sample(range(table.num_rows), table.num_rows))

    shuffled = [{name: shuffle(parts[name]) for name in reversed(parts)} for parts in (groups, images)]
    assert summarise_dataset(shuffled[0], shuffled[1], shuffle(records)) == summarise_dataset(groups, images, records)


def test_an_image_shown_in_many_groups_counts_once(draw) -> None:
    dataset = draw(5, 1, 0.0, (SubTask.SAME_DIAGNOSIS,))
    twins = tuple(replace(dataset.groups[0], group_id=f"group-{number}") for number in range(7))
    lookup = Lookup(count(replace(dataset, groups=twins)))
    assert lookup.counts(Measure.MODALITY, GROUPS, counted=Counted.IMAGE) == {Modality.FUNDUS: 2}
    assert lookup.counts(Measure.MODALITY, GROUPS) == {Modality.FUNDUS: 7}
    assert lookup.per_unit(GROUPS) == {"mean": 7, "median": 7, "max": 7}


def test_an_image_in_two_splits_counts_once_in_all_and_once_in_each(draw) -> None:
    dataset = draw(5, 1, 0.0, (SubTask.SAME_DIAGNOSIS,))
    leaked = replace(dataset.groups[0], group_id="leaked", split=Split.TRAIN)
    lookup = Lookup(count(replace(dataset, groups=(dataset.groups[0], leaked))))
    sizes = {split: lookup.size(GROUPS, Part(split=split), Counted.IMAGE) for split in (None, Split.TRAIN, Split.HELD_OUT)}
    assert sizes == {None: 2, Split.TRAIN: 2, Split.HELD_OUT: 2}


def test_modalities_that_are_not_known_are_named_so(draw) -> None:
    dataset = draw(5, 4, 0.0, (SubTask.SAME_DIAGNOSIS,))
    found = ((Modality.CT, Modality.MRI), (Modality.CT, None), (Modality.CT, Modality.CT))
    images = [
        replace(dataset.images[0], image_id=f"image-{number}-{place}", modality=modality)
        for number, pair in enumerate(found)
        for place, modality in enumerate(pair)
    ]
    groups = [
        replace(group, image_ids=(f"image-{number}-0", f"image-{number}-1")) for number, group in enumerate(dataset.groups)
    ]
    lookup = Lookup(count(replace(dataset, groups=tuple(groups), images=tuple(images))))
    assert lookup.counts(Measure.MODALITY, GROUPS) == {SEVERAL: 1, UNKNOWN: 1, Modality.CT: 1, NOT_RENDERED: 1}
    by_image = {NOT_RENDERED: 2, UNKNOWN: 1, Modality.CT: 4, Modality.MRI: 1}
    assert lookup.counts(Measure.MODALITY, GROUPS, counted=Counted.IMAGE) == by_image


def _closed(record: DatasetRecord, question: str, answer: str) -> DatasetRecord:
    turns = (Turn(Role.USER, question), Turn(Role.ASSISTANT, answer))
    source = f"{source_of(record)}_{record.subtask}_closed"
    return replace(record, answer_type=AnswerType.CLOSED, source=source, conversation=turns)


def test_a_letter_that_is_never_the_key_stands_with_zero_and_a_missing_one_apart(draw) -> None:
    dataset = draw(5, 3, 1.0, (SubTask.SAME_DIAGNOSIS,))
    question = "<image><image>Which?\nA: same\nB: other\nC: neither\n"
    records = [
        _closed(record, question, answer) for record, answer in zip(dataset.records, ("B: other", "B", "D: x"), strict=True)
    ]
    found = Lookup(count(replace(dataset, records=tuple(records)))).within(Measure.LETTER, RECORDS)
    assert found == {"3 options": {"A": 0, "B": 1, "C": 0, "D": 1, NO_LETTER: 1}}


TEXT = st.lists(st.sampled_from(["A: x", "B: y  ", "B: again", "C:", " D: z", "", "<image>", "Which?", "E: "]), max_size=6)


@MANY
@given(lines=TEXT, answer=st.sampled_from(["A: x", "B: y\n", "B", "", "C: a\nb", " A: x", "a: x"]))
@example(lines=["<image><image>A: x", "B: y"], answer="A: x")
def test_options_and_letters_are_read_as_the_format_reads_them(draw, lines: list[str], answer: str) -> None:
    dataset = draw(5, 1, 1.0, (SubTask.SAME_DIAGNOSIS,))
    record = _closed(dataset.records[0], "\n".join(lines), answer)
    found = Lookup(count(replace(dataset, records=(record,)))).within(Measure.LETTER, RECORDS)
    [(within, counts)] = found.items()
    assert (within, next(letter for letter, n in counts.items() if n)) == _letter_of(record)


def test_nothing_yet_gives_sizes_of_zero_for_every_source_and_split() -> None:
    numbers = summarise_dataset({}, {}, tables.BENCHMARK.to_arrow([]))
    assert len(numbers) == len(Population) * len(Counted) * (len(Source) + 1) * (len(Split) + 1)
    assert {(row.measure, row.value, row.total) for row in numbers} == {(Measure.SIZE, 0, 0)}


def test_records_of_no_known_source_are_refused_by_name(dataset) -> None:
    groups, images, _ = dataset.by_source()
    strange = replace(dataset.records[0], source="padchest_x_open")
    with pytest.raises(StatisticsError, match=r"rows of '.*': .* one of embed, lumiere"):
        summarise_dataset(groups, images, tables.BENCHMARK.to_arrow([strange]))


def test_tables_of_another_version_are_refused(dataset) -> None:
    groups, images, records = dataset.by_source()
    old = {name: table.drop_columns(["order"]) for name, table in groups.items()}
    with pytest.raises(TableError, match="groups/image_groups: columns differ"):
        summarise_dataset(old, images, records)


def test_synthetic_and_real_rows_side_by_side_are_told_apart(draw) -> None:
    dataset = draw(5, 10, 0.0)
    real = tuple(replace(group, is_synthetic=number > 3) for number, group in enumerate(dataset.groups))
    lookup = Lookup(count(replace(dataset, groups=real)))
    assert lookup.counts(Measure.PROVENANCE, GROUPS) == {"real": 4, "synthetic": 6}
    assert lookup.is_mixed and lookup.is_synthetic


def test_origins_of_both_kinds_are_counted(dataset) -> None:
    found = Lookup(count(dataset)).counts(Measure.ORIGIN, GROUPS)
    assert set(found) == set(Origin) and sum(found.values()) == len(dataset.groups)


def test_equal_ids_of_two_sources_are_two_things(draw) -> None:
    dataset = draw(5, 1, 0.0, (SubTask.SAME_DIAGNOSIS,))
    other = replace(dataset.groups[0], source=Source.EMBED, subtask=SubTask.TWO_VIEW_ASSESSMENT)
    lookup = Lookup(count(replace(dataset, groups=(*dataset.groups, other))))
    sizes = {counted: lookup.size(GROUPS, counted=counted) for counted in Counted}
    assert sizes == {Counted.ITEM: 2, Counted.IMAGE: 4, Counted.UNIT: 2, Counted.SUBJECT: 2 * len(set(other.subject_ids))}
