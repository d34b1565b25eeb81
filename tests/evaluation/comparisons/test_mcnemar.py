from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.comparisons.mcnemar import find_mcnemar_p


@settings(deadline=None)  # scipy is imported by the first call
@given(st.integers(0, 60), st.integers(0, 60))
def test_p_is_the_share_of_fair_coin_outcomes_no_likelier_than_the_one_seen(n_only_a, n_only_b):
    n = n_only_a + n_only_b
    as_unlikely = sum(comb(n, heads) for heads in range(n + 1) if comb(n, heads) <= comb(n, n_only_a))
    assert find_mcnemar_p(n_only_a, n_only_b) == pytest.approx(as_unlikely / 2**n, rel=1e-9)


@settings(deadline=None)  # scipy is imported by the first call
@given(st.integers(0, 60), st.integers(0, 60))
def test_which_model_is_called_a_does_not_matter(n_only_a, n_only_b):
    assert find_mcnemar_p(n_only_a, n_only_b) == find_mcnemar_p(n_only_b, n_only_a)


def test_models_that_differ_on_no_item_are_not_told_apart():
    assert find_mcnemar_p(0, 0) == 1.0


def test_five_to_nothing_is_not_yet_significant_and_six_to_nothing_is():
    assert (find_mcnemar_p(5, 0), find_mcnemar_p(0, 6)) == (0.0625, 0.03125)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="n_only_b=-1"):
        find_mcnemar_p(3, -1)
