from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation.comparisons.mcnemar import find_mcnemar_p
from evaluation.comparisons.sign_flip import FLIPS, MOST_ENUMERATED, find_sign_flip_ps, toss_coins

SEED = 7
THOUSANDTHS = st.integers(-3000, 3000).map(lambda number: number / 1000)


def names(n):
    return [f"u{place}" for place in range(n)]


def find_p(sums, units=None, **details):
    (p,) = find_sign_flip_ps(np.array([sums], dtype=float), units or names(len(sums)), seed=SEED, **details)
    return p


def enumerate_p(sums):
    seen = abs(sum(sums)) - 1e-9
    totals = [
        sum(sign * value for sign, value in zip(signs, sums, strict=True)) for signs in product((1, -1), repeat=len(sums))
    ]
    return sum(abs(total) >= seen for total in totals) / len(totals)


@settings(max_examples=60, deadline=None)
@given(st.lists(THOUSANDTHS.filter(bool), min_size=2, max_size=9))
def test_few_units_are_enumerated_one_flip_after_the_other(sums):
    assert find_p(sums) == pytest.approx(enumerate_p(sums), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(THOUSANDTHS, min_size=2, max_size=9))
def test_units_that_do_not_differ_change_nothing(sums):
    differing = [value for value in sums if value]
    expected = find_p(differing) if len(differing) > 1 else None
    assert find_p(sums) == expected


@settings(deadline=None)  # scipy is imported by the first call
@given(st.integers(0, 7), st.integers(0, 7), st.integers(1, 30))
def test_where_all_items_of_a_unit_agree_it_is_mcnemars_test_of_the_units_not_of_the_items(n_for_a, n_for_b, n_items):
    assume(n_for_a + n_for_b > 1)
    p = find_p([float(n_items)] * n_for_a + [-float(n_items)] * n_for_b)
    assert p == pytest.approx(find_mcnemar_p(n_for_a, n_for_b))
    assert p is not None and p >= find_mcnemar_p(n_items * n_for_a, n_items * n_for_b) - 1e-12


def test_units_that_do_not_differ_change_nothing_where_flips_are_drawn():
    sums = np.random.default_rng(1).normal(size=40)
    more = np.concatenate([np.zeros(30), sums])
    assert find_p(sums, names(70)[30:]) == find_p(more, names(70))


@pytest.mark.parametrize("sums", [[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [1.0], []])
def test_fewer_than_two_units_that_differ_say_nothing(sums):
    assert find_p(sums) is None


def test_rounding_tells_no_tie_from_a_smaller_total():
    # 0.1 + 0.2 is not 0.3 in binary: flipping all three reaches the total that was seen, and so do two more flips
    sums = [0.1, 0.2, -0.3, 0.6]
    assert find_p(sums) == enumerate_p(sums)
    assert find_p([0.1 + 0.2 - 0.3, 1.0]) is None  # what is left of 0 by rounding is no difference


def test_drawn_flips_agree_with_all_flips_of_fifteen_units():
    sums = np.random.default_rng(2).normal(0.3, 1, size=MOST_ENUMERATED + 1)
    signs = np.array(list(product((1, -1), repeat=len(sums))))
    exact = np.mean(np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9)
    error = np.sqrt(exact * (1 - exact) / FLIPS)
    assert 0.01 < exact < 0.99
    assert find_p(sums) == pytest.approx(exact, abs=4 * error)


@pytest.mark.parametrize("flips", [FLIPS, 1999])
def test_every_toss_of_every_coin_is_used_once(flips):
    sums = np.random.default_rng(3).normal(0.2, 1, size=30)
    tossed = np.unpackbits(toss_coins(names(30), SEED, flips), axis=1, count=flips).T
    n_as_far = sum(abs(np.where(flip, -sums, sums).sum()) >= abs(sums.sum()) - 1e-4 for flip in tossed)
    assert find_p(sums, flips=flips) == (1 + n_as_far) / (1 + flips)
    assert len({flip.tobytes() for flip in tossed}) == flips


def test_no_drawn_p_is_below_one_in_flips_plus_one():
    assert find_p(np.ones(100)) == 1 / (FLIPS + 1)
    assert find_p(np.ones(100), flips=99) == 1 / 100


@settings(max_examples=40, deadline=None)  # each draws flips five times
@given(st.integers(0, 10_000), st.sampled_from([8, 40]))
def test_neither_the_order_of_units_nor_the_comparisons_beside_it_change_a_p(seed, n_units):
    generator = np.random.default_rng(seed)
    sums, units = generator.normal(0.1, 1, size=(3, n_units)), names(n_units)
    together = find_sign_flip_ps(sums, units, seed=SEED, flips=500)
    order = generator.permutation(n_units)
    moved = find_sign_flip_ps(sums[::-1][:, order], [units[place] for place in order], seed=SEED, flips=500)
    assert moved == together[::-1]
    assert tuple(find_p(row, units, flips=500) for row in sums) == together


def test_which_model_is_called_a_does_not_matter():
    sums = np.random.default_rng(4).normal(0.2, 1, size=60)
    assert find_p(sums) == find_p(-sums)


def test_the_seed_decides_which_flips_are_drawn():
    sums = np.random.default_rng(5).normal(0.15, 1, size=(1, 60))
    first, second = (find_sign_flip_ps(sums, names(60), seed=seed) for seed in (1, 2))
    assert first != second
    assert first == find_sign_flip_ps(sums, names(60), seed=1)


@pytest.mark.parametrize(("n_units", "n_runs"), [(12, 600), (50, 600)])
def test_models_that_are_equally_good_get_every_p_equally_often(n_units, n_runs):
    # Units of very unequal size, which a test that counts items would stumble over.
    generator = np.random.default_rng(11)
    sums = generator.standard_cauchy(size=(n_runs, n_units)).clip(-20, 20)
    ps = np.sort(np.array(find_sign_flip_ps(sums, names(n_units), seed=SEED, flips=2000), dtype=float))
    distance = np.abs(ps - (np.arange(n_runs) + 0.5) / n_runs).max()
    assert distance < 1.63 / np.sqrt(n_runs)  # Kolmogorov's bound at 1 %


def test_units_that_lean_one_way_are_found():
    sums = np.random.default_rng(12).normal(0.6, 1, size=60)
    p = find_p(sums)
    assert p is not None and p < 0.001


@pytest.mark.parametrize(
    ("sums", "units", "flips"),
    [(np.zeros((1, 2)), ["a"], 10), (np.zeros((1, 2)), ["a", "a"], 10), (np.zeros(2), ["a", "b"], 10),
     (np.zeros((1, 2)), ["a", "b"], 0), (np.array([[np.nan, 1.0]]), ["a", "b"], 10)],
)  # fmt: skip
def test_names_flips_and_sums_that_fit_no_test_are_refused(sums, units, flips):
    with pytest.raises(ValueError, match=r"is needed|needs flips"):
        find_sign_flip_ps(sums, units, seed=SEED, flips=flips)
