import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.intervals import Interval, bootstrap_bounded, cluster_bootstrap, wilson_interval


def test_wilson_of_the_longest_option_rule_is_65_5_to_75_9():
    interval = wilson_interval(208, 293)
    assert (round(100 * interval.low, 1), round(100 * interval.high, 1)) == (65.5, 75.9)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_0_and_1(case):
    correct, n = case
    interval = wilson_interval(correct, n)
    assert -1e-12 <= interval.low <= correct / n + 1e-12 and correct / n - 1e-12 <= interval.high <= 1 + 1e-12


@pytest.mark.parametrize(("correct", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_wilson_refuses_what_is_no_share(correct, n):
    with pytest.raises(ValueError, match=f"correct={correct}, n={n}"):
        wilson_interval(correct, n)


def test_nine_units_are_too_few_and_ten_are_enough():
    assert cluster_bootstrap([1.0] * 9, [str(i) for i in range(9)], seed=1).reason == "too few clusters"
    assert cluster_bootstrap([1.0] * 9, [str(i) for i in range(9)], seed=1).interval is None
    enough = cluster_bootstrap([1.0, 0.0] * 5, [str(i) for i in range(10)], seed=1)
    assert enough.reason is None and enough.interval is not None and enough.n_clusters == 10


def test_many_items_of_few_units_do_not_make_the_interval_narrow():
    # 20 units of 50 equal answers each: as uncertain as 20 items, not as 1,000
    units = [str(unit) for unit in range(20) for _ in range(50)]
    values = [float(int(unit) % 2) for unit in units]
    clustered = cluster_bootstrap(values, units, seed=7).interval
    itemwise = cluster_bootstrap(values, [str(place) for place in range(len(units))], seed=7).interval
    assert clustered is not None and itemwise is not None
    assert clustered.high - clustered.low > 5 * (itemwise.high - itemwise.low)


def test_the_interval_agrees_with_resampling_units_one_by_one():
    generator = np.random.default_rng(3)
    units = [f"u{place}" for place in generator.integers(0, 40, 200)]
    values = generator.random(200)
    found = cluster_bootstrap(values.tolist(), units, seed=5).interval
    names = sorted(set(units))
    groups = {name: values[[place for place, unit in enumerate(units) if unit == name]] for name in names}
    draws = [
        np.concatenate([groups[names[i]] for i in generator.integers(0, len(names), len(names))]).mean() for _ in range(2000)
    ]
    assert found is not None
    assert found.low == pytest.approx(np.quantile(draws, 0.025), abs=0.01)
    assert found.high == pytest.approx(np.quantile(draws, 0.975), abs=0.01)


def test_seed_decides_and_item_order_does_not():
    # eighths are exact in binary, so that sums do not depend on order
    values, units = [place * 37 % 8 / 8 for place in range(60)], [str(place // 3) for place in range(60)]
    first = cluster_bootstrap(values, units, seed=1)
    backwards = cluster_bootstrap(values[::-1], units[::-1], seed=1)
    assert first == backwards
    assert first != cluster_bootstrap(values, units, seed=2)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="2 values and 1 units"):
        cluster_bootstrap([1.0, 0.0], ["a"], seed=1)


@pytest.mark.parametrize(("seed", "draws"), [(1, 0), (1, -3), (-1, 2000)])
def test_a_bootstrap_without_draws_or_with_a_negative_seed_is_refused(seed, draws):
    with pytest.raises(ValueError, match="draws >= 1 and seed >= 0"):
        cluster_bootstrap([1.0, 0.0], ["a", "b"], seed=seed, draws=draws)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_refused_and_makes_no_interval(value):
    with pytest.raises(ValueError, match="1 of 12 values are not finite"):
        cluster_bootstrap([value] + [0.5] * 11, [str(place) for place in range(12)], seed=1)


def test_equal_seeds_give_the_bounds_that_stand_in_earlier_tables():
    values, units = [place * 37 % 8 / 8 for place in range(60)], [str(place // 3) for place in range(60)]
    found = cluster_bootstrap(values, units, seed=1).interval
    assert found == Interval(0.3958333333333333, 0.4791666666666667)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_share_of_none_or_all_has_wilsons_interval_of_its_units_and_not_one_without_width(value):
    units = [str(place // 5) for place in range(60)]
    found = bootstrap_bounded([value] * 60, units, seed=1, draws=50).interval
    wilson = wilson_interval(12 if value else 0, 12)
    assert cluster_bootstrap([value] * 60, units, seed=1, draws=50).interval == Interval(value, value)
    assert found is not None and (found.low, found.high) == pytest.approx((wilson.low, wilson.high))


@pytest.mark.parametrize(("value", "low", "high"), [(0.0, -0.2425, 0.2425), (1.0, 0.515, 1.0), (-1.0, -1.0, -0.515)])
def test_twelve_equal_differences_do_not_show_that_there_is_no_other(value, low, high):
    found = bootstrap_bounded([value] * 12, [str(place) for place in range(12)], least=-1.0, seed=1, draws=50).interval
    assert found is not None and (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_values_with_any_spread_have_the_bootstrap_and_too_few_units_nothing():
    values, units = [1.0] * 59 + [0.0], [str(place // 5) for place in range(60)]
    assert bootstrap_bounded(values, units, seed=1) == cluster_bootstrap(values, units, seed=1)
    assert bootstrap_bounded([1.0] * 9, [str(place) for place in range(9)], seed=1).interval is None
    assert bootstrap_bounded([], [], seed=1).interval is None
