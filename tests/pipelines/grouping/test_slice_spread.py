from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.grouping.slice_spread import spread_slices

SLICES = st.lists(st.integers(0, 200), max_size=60)


@given(SLICES, st.integers(1, 40))
def test_kept_slices_are_at_least_the_gap_apart_and_nothing_more_would_fit_between_the_ends(slices, gap):
    kept = sorted(spread_slices(slices, gap))
    assert set(kept) <= set(slices)
    assert all(later - earlier >= gap for earlier, later in pairwise(kept))
    assert all(any(abs(index - other) < gap for other in kept) for index in slices)


@given(SLICES.filter(bool), st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_middle_slice_comes_first_and_order_given_does_not_matter(slices, gap, random):
    ordered = sorted(set(slices))
    kept = spread_slices(slices, gap)
    assert kept[0] == ordered[(len(ordered) - 1) // 2]
    distances = [abs(index - kept[0]) for index in kept]
    assert distances == sorted(distances)
    random.shuffle(slices)
    assert spread_slices(slices, gap) == kept


def test_slices_two_steps_apart_lose_no_place_to_the_gap():
    assert spread_slices(range(0, 100, 3), gap=10) == (48, 36, 60, 24, 72, 12, 84, 0, 96)


def test_no_slice_gives_none():
    assert spread_slices([], gap=10) == ()
