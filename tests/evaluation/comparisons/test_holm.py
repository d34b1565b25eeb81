import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparisons.holm import adjust_holm

PS = st.lists(st.floats(0, 1), max_size=14)


def is_rejected(ps, place, level):
    """Holm's procedure as he words it: from the smallest p on, reject while p <= level / number of those left."""
    order = sorted(range(len(ps)), key=lambda at: (ps[at], at))
    for rank, at in enumerate(order):
        if ps[at] * (len(ps) - rank) > level:
            return False
        if at == place:
            return True
    raise AssertionError("the place is in the order")


@given(PS, st.floats(0, 0.999))
def test_an_adjusted_p_is_at_most_a_level_just_where_the_step_down_procedure_rejects_at_it(ps, level):
    for place, adjusted in enumerate(adjust_holm(ps)):
        assert adjusted is not None
        assert (adjusted <= level) == is_rejected(ps, place, level)


@given(PS)
def test_adjusted_ps_never_fall_below_their_own_nor_above_bonferroni_and_keep_their_order(ps):
    adjusted = adjust_holm(ps)
    for p, higher in zip(ps, adjusted, strict=True):
        assert higher is not None and p <= higher <= min(1.0, len(ps) * p)
    ranked = sorted(zip(ps, adjusted, strict=True))
    assert [higher for _, higher in ranked] == sorted(higher for _, higher in ranked)


@given(PS, st.randoms(use_true_random=False))
def test_the_order_of_the_columns_does_not_matter(ps, random):
    places = list(range(len(ps)))
    random.shuffle(places)
    shuffled = adjust_holm([ps[place] for place in places])
    straight = adjust_holm(ps)
    assert list(shuffled) == [straight[place] for place in places]


def test_a_column_without_a_test_counts_as_one_that_found_nothing():
    smallest, _, other = adjust_holm([0.01, 1.0, 0.02])
    assert adjust_holm([0.01, None, 0.02]) == (smallest, None, other) == (0.03, None, 0.04)


def test_one_column_needs_no_correction_and_none_gives_none():
    assert adjust_holm([0.04]) == (0.04,)
    assert adjust_holm([]) == ()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_is_refused(wrong):
    with pytest.raises(ValueError, match="p-values lie within 0-1"):
        adjust_holm([0.5, wrong])
