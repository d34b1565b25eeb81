"""An ablation keeps what it says: less data is a part of more, every kind shrinks alike, and what is left out is counted."""

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.records import DatasetRecord
from pipelines.vocabulary import Ability, AnswerType, Origin, Split
from tests.pipelines.made_rows import make_row
from training.ablations import (
    Ablation,
    AblationError,
    Chosen,
    LeftOut,
    apply_ablation,
    choose_records,
    name_run,
    parse_run,
)
from training.recipe import load_recipe
from training.recipe_parts import Data

ROW = st.builds(
    lambda number, ability, origin, unit, n_images, split: make_row(
        record_id=f"r{number}",
        ability=ability,
        origin=origin,
        unit_id=f"unit-{unit}",
        images=("a.png",) * n_images,
        split=split,
    ),
    st.integers(0, 10**6),
    st.sampled_from(Ability),
    st.sampled_from(Origin),
    st.integers(0, 8),
    st.integers(2, 4),
    st.sampled_from([Split.TRAIN, Split.TRAIN, Split.TRAIN, Split.HELD_IN]),
)
ROWS = st.lists(ROW, max_size=40)
DATA = st.builds(
    Data,
    leave_out=st.sampled_from([None, *Ability]),
    composed=st.booleans(),
    open_questions=st.booleans(),
    share=st.integers(0, 100).map(lambda n: n / 100),
)


def made_rows(n_units: int) -> list[DatasetRecord]:
    """Four abilities, both origins, three records a unit."""
    return [
        make_row(
            record_id=f"{ability}-{origin}-{unit}-{n}", ability=ability, origin=origin, unit_id=f"{ability}-{origin}-{unit}"
        )
        for ability in Ability
        for origin in Origin
        for unit in range(n_units)
        for n in range(3)
    ]


def kinds(chosen: Chosen) -> Counter[tuple[Ability, Origin]]:
    return Counter((row.ability, row.origin) for row in chosen.records)


@given(ROWS, DATA, st.integers())
@settings(deadline=None)
def test_each_record_is_kept_or_counted_with_its_reason(rows: list[DatasetRecord], data: Data, seed: int) -> None:
    chosen = choose_records(rows, data, seed)
    assert len(chosen.records) + chosen.n_left_out == len(rows)
    assert [row for row in rows if row in chosen.records] == list(chosen.records)  # in their order
    assert all(row.split is Split.TRAIN and len(row.images) <= data.max_images for row in chosen.records)


@given(ROWS, st.integers(0, 100), st.integers(0, 100), st.integers())
@settings(deadline=None)
def test_smaller_share_is_a_part_of_a_larger_one(rows: list[DatasetRecord], one: int, other: int, seed: int) -> None:
    few, many = (choose_records(rows, Data(share=share / 100), seed).records for share in sorted((one, other)))
    assert set(few) <= set(many)


@given(ROWS, DATA, st.integers(), st.randoms())
@settings(deadline=None)
def test_order_of_the_rows_decides_nothing(rows: list[DatasetRecord], data: Data, seed: int, draw: random.Random) -> None:
    mixed = list(rows)
    draw.shuffle(mixed)
    assert set(choose_records(mixed, data, seed).records) == set(choose_records(rows, data, seed).records)


@given(ROWS, st.sampled_from(Ability), st.integers(0, 100), st.integers())
@settings(deadline=None)
def test_leaving_an_ability_out_leaves_the_draw_of_the_others(
    rows: list[DatasetRecord], ability: Ability, percent: int, seed: int
) -> None:
    full = choose_records(rows, Data(share=percent / 100), seed).records
    without = choose_records(rows, Data(share=percent / 100, leave_out=ability), seed).records
    assert without == tuple(row for row in full if row.ability is not ability)


@pytest.mark.parametrize("percent", [0, 7, 25, 50, 75, 100])
@pytest.mark.parametrize("n_units", [1, 8, 100])
def test_share_is_exact_within_each_ability_and_origin(percent: int, n_units: int) -> None:
    chosen = choose_records(made_rows(n_units), Data(share=percent / 100), 1)
    expected = 3 * math.ceil(Fraction(percent, 100) * n_units)  # whole units of three records
    assert [kinds(chosen)[ability, origin] for ability in Ability for origin in Origin] == [expected] * 8
    units = Counter(row.unit_id for row in chosen.records)
    assert set(units.values()) <= {3}


def test_seed_draws_other_units() -> None:
    rows = made_rows(40)
    drawn = {frozenset(row.unit_id for row in choose_records(rows, Data(share=0.5), seed).records) for seed in range(3)}
    assert len(drawn) == 3


def test_unit_of_two_abilities_is_in_or_out_of_both_alike() -> None:
    rows = [make_row(record_id=f"{a}{u}", ability=a, unit_id=f"u{u}") for a in Ability for u in range(20)]
    kept = choose_records(rows, Data(share=0.5), 3).records
    assert set(Counter(row.unit_id for row in kept).values()) == {4}


def test_reasons_are_counted_apart() -> None:
    rows = [
        make_row(split=Split.HELD_IN),
        make_row(images=("a", "b", "c", "d")),
        make_row(ability=Ability.TEMPORAL, origin=Origin.COMPOSED),
        make_row(origin=Origin.COMPOSED),
        make_row(origin=Origin.INHERENT, answer_type=AnswerType.OPEN),
        make_row(origin=Origin.INHERENT),
    ]
    chosen = choose_records(rows, Data(leave_out=Ability.TEMPORAL, composed=False, open_questions=False), 1)
    expected = [
        LeftOut.NOT_FOR_TRAINING,
        LeftOut.TOO_MANY_IMAGES,
        LeftOut.ABILITY,
        LeftOut.COMPOSED,
        LeftOut.OPEN_QUESTION,
    ]
    assert chosen.left_out == tuple((reason, 1) for reason in expected) and chosen.records == (rows[5],)
    assert choose_records(rows[5:], Data(share=0), 1).left_out == ((LeftOut.SHARE, 1),)


@pytest.mark.parametrize("ablation", Ablation)
def test_name_of_a_run_is_read_back(ablation: Ablation) -> None:
    assert parse_run(name_run("med_mantis", ablation)) == ("med_mantis", ablation)


@pytest.mark.parametrize("run", ["tiny-", "tiny-without_sense", "tiny-data_25-data_50"])
def test_name_of_no_ablation_is_an_error_that_lists_them(run: str) -> None:
    with pytest.raises(AblationError, match="without_coreference"):
        parse_run(run)


def test_every_ablation_but_full_makes_another_model() -> None:
    recipe = load_recipe("tiny")
    digests = {ablation: apply_ablation(recipe, ablation).digest for ablation in Ablation}
    assert digests[Ablation.FULL] == recipe.digest and len(set(digests.values())) == len(Ablation)


def test_ablation_is_values_of_the_recipe() -> None:
    recipe = load_recipe("tiny", {"data.share": 0.5})
    assert apply_ablation(recipe, Ablation.DATA_25).data.share == 0.125
    assert apply_ablation(recipe, Ablation.DATA_0).data.share == 0
    assert apply_ablation(recipe, Ablation.WITHOUT_COMPOSED).data.composed is False
    for ability in Ability:
        assert apply_ablation(recipe, Ablation(f"without_{ability}")).data.leave_out is ability


def test_second_ability_left_out_is_an_error_and_not_a_silent_exchange() -> None:
    recipe = load_recipe("tiny", {"data.leave_out": "temporal"})
    with pytest.raises(AblationError, match="second ability"):
        apply_ablation(recipe, Ablation.WITHOUT_REASONING)
    assert apply_ablation(recipe, Ablation.WITHOUT_TEMPORAL) == recipe
