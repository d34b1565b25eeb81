"""The interval is that of a computation by hand, widens with the seeds' spread, and is not there where nobody could tell."""

import math
from statistics import fmean, variance

import numpy as np
import pytest
from scipy.stats import t

from evaluation.ablations.spread import find_spread

UNITS = [f"u{place // 2:02}" for place in range(60)]


def draw_values(seed: int = 4) -> list[float]:
    return (np.random.default_rng(seed).integers(-3, 2, 60) / 3).tolist()


def test_the_interval_and_its_p_are_those_of_a_computation_by_hand():
    values, runs = draw_values(), [[0.30, 0.42, 0.36], [0.80, 0.71, 0.74]]
    found = find_spread(values, UNITS, runs, least=-1.0, seed=7, draws=4000)
    by_unit = np.array(values).reshape(30, 2).sum(axis=1)
    drawn = np.random.default_rng(99).integers(0, 30, (40_000, 30))  # another generator, another way of drawing
    low, high = np.quantile(by_unit[drawn].sum(axis=1) / 60, [0.025, 0.975])
    mean = fmean(values)
    for bound, unit_error, sign in ((found.low, (mean - low) / 1.96, -1), (found.high, (high - mean) / 1.96, 1)):
        parts = [(unit_error**2, 29), *((variance(means) / 3, 2) for means in runs)]
        total = sum(part for part, _ in parts)
        df = total**2 / sum(part**2 / free for part, free in parts)
        assert bound == pytest.approx(mean + sign * t.ppf(0.975, df) * math.sqrt(total), abs=0.01)
    assert mean < 0 and found.n_clusters == 30
    parts = [(((high - mean) / 1.96) ** 2, 29), *((variance(means) / 3, 2) for means in runs)]
    total = sum(part for part, _ in parts)
    df = total**2 / sum(part**2 / free for part, free in parts)
    assert found.p == pytest.approx(2 * t.cdf(mean / math.sqrt(total), df), rel=0.15)


@pytest.mark.parametrize("shift", np.linspace(-0.5, 0.5, 21))
def test_p_is_below_5_per_cent_exactly_where_the_interval_leaves_out_0(shift):
    values = [min(1.0, max(-1.0, value + shift + 0.31)) for value in draw_values()]
    found = find_spread(values, UNITS, [[0.1, 0.2, 0.15], [0.3, 0.33, 0.29]], least=-1.0, seed=1, draws=500)
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)


def test_seeds_that_differ_widen_the_interval_though_the_mean_is_the_same():
    values = draw_values()
    close, far = (find_spread(values, UNITS, [[0.4 - by, 0.4, 0.4 + by]], least=-1.0, seed=1, draws=500) for by in (0.001, 0.2))
    assert far.high - far.low > 2.5 * (close.high - close.low)


def test_few_seeds_are_trusted_less_than_many_with_the_same_error():
    values, error = draw_values(), 0.1
    few = [0.4 - error * math.sqrt(3), 0.4, 0.4 + error * math.sqrt(3)]  # both have a standard error of `error`
    many = [0.4 + sign * error * math.sqrt(29) for sign in (-1, 1) for _ in range(15)]
    assert variance(few) / 3 == pytest.approx(variance(many) / 30)
    wide, narrow = (find_spread(values, UNITS, [means], least=-1.0, seed=1, draws=500) for means in (few, many))
    assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)


@pytest.mark.parametrize(("value", "least"), [(1.0, 0.0), (0.0, 0.0), (0.0, -1.0), (-1.0, -1.0)])
def test_items_that_all_agree_leave_an_interval_with_width_within_the_bounds(value, least):
    found = find_spread([value] * 60, UNITS, [[value] * 3], least=least, seed=1, draws=200)
    assert least <= found.low <= value <= found.high <= 1 and found.high - found.low > 0.05
    assert found.p == (1.0 if value == 0 else pytest.approx(0, abs=1e-6))


@pytest.mark.parametrize(
    ("units", "runs"), [(["a", "b"] * 30, [[0.1, 0.2, 0.3]]), (UNITS, [[0.2]]), (UNITS, [[0.1, 0.2, 0.3], [0.2]])]
)
def test_too_few_units_or_one_run_alone_have_no_interval(units, runs):
    found = find_spread(draw_values(), units, runs, least=-1.0, seed=1, draws=200)
    assert (found.low, found.high, found.p) == (None, None, None)
