from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.donors import find_donors, may_give
from pipelines.vocabulary import Ability, AnswerType


@st.composite
def benchmarks(draw):
    """Items of one to three images out of few, so that units and images are often shared."""
    n_items = draw(st.integers(0, 14))
    return [
        BenchmarkItem(
            key=f"r{number}",
            position=number,
            id=f"r{number}",
            images=tuple(draw(st.lists(st.sampled_from("abcdefgh"), min_size=0, max_size=3, unique=True))),
            question="Which?",
            options={},
            letter=None,
            answer="A mass.",
            answer_type=AnswerType.OPEN,
            unit=draw(st.sampled_from("stuvw")),
            ability=draw(st.sampled_from([None, Ability.TEMPORAL, Ability.COMPARISON])),
        )
        for number in range(n_items)
    ]


@given(benchmarks(), st.integers(0, 5))
def test_nobody_gets_own_images_or_those_of_the_own_unit(items, seed):
    of_key = {item.key: item for item in items}
    for key, donor in find_donors(items, seed).items():
        item = of_key[key]
        assert donor.unit != item.unit and len(donor.images) == len(item.images)
        assert set(donor.images).isdisjoint(item.images)


@given(benchmarks(), st.integers(0, 5))
def test_an_item_goes_without_only_where_nobody_may_give(items, seed):
    donors = find_donors(items, seed)
    for item in items:
        can_get = bool(item.images) and any(may_give(donor, item) for donor in items)
        assert (item.key in donors) is can_get


@given(benchmarks(), st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(items, seed, draw):
    mixed = list(items)
    draw.shuffle(mixed)
    assert find_donors(items, seed) == find_donors(mixed, seed)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=12), st.integers(0, 5))
def test_each_gives_once_where_no_unit_has_more_than_half(sizes, seed):
    items = [
        BenchmarkItem(f"{u}.{n}", 0, "r", (f"{u}.{n}.jpg",), "Which?", {}, None, "A mass.", AnswerType.OPEN, f"unit {u}")
        for u, size in enumerate(sizes)
        for n in range(size)
    ]
    donors = find_donors(items, seed)
    if 2 * max(sizes) <= sum(sizes):
        assert sorted(donor.key for donor in donors.values()) == sorted(item.key for item in items)


def test_the_same_ability_gives_where_it_can(make_shown):
    kinds = [Ability.TEMPORAL, Ability.COMPARISON] * 5
    items = [make_shown("Which?", name=f"r{number}", ability=kind) for number, kind in enumerate(kinds)]
    of_key = {item.key: item for item in items}
    donors = find_donors(items, seed=3)
    assert len(donors) == 10
    assert all(of_key[key].ability is donor.ability for key, donor in donors.items())


def test_another_ability_gives_where_one_unit_has_all_of_its_own(make_shown):
    alone = [make_shown("Which?", name=f"r{number}", unit="one", ability=Ability.TEMPORAL) for number in range(4)]
    others = [make_shown("Which?", name=f"s{number}", ability=Ability.COMPARISON) for number in range(2)]
    donors = find_donors([*alone, *others], seed=3)
    assert len(donors) == 6
    assert Counter(donors[item.key].key for item in alone) == {"s0": 2, "s1": 2}


def test_another_seed_gives_others_images(rad):
    first, second = (find_donors(rad, seed) for seed in (1, 2))
    same = sum(first[key].key == second[key].key for key in first)
    assert same < len(rad) / 20


@pytest.mark.parametrize("name", ["rad", "odir"])
def test_every_released_item_gets_images_and_each_gives_once(name, request):
    items = request.getfixturevalue(name)
    donors = find_donors(items, seed=1)
    assert len(donors) == len(items)
    assert Counter(donor.key for donor in donors.values()) == dict.fromkeys((item.key for item in items), 1)
