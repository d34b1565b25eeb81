from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipelines.grouping.ordering import EvenChooser, hash_share, in_hash_order


@given(st.lists(st.text(max_size=5), unique=True), st.randoms(use_true_random=False))
def test_hash_order_does_not_depend_on_the_order_given(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    assert in_hash_order(shuffled, 3, str) == in_hash_order(items, 3, str)


@given(st.lists(st.text(max_size=5), unique=True, min_size=1))
def test_a_new_item_moves_no_other(items):
    before = in_hash_order(items[1:], 3, str)
    after = [item for item in in_hash_order(items, 3, str) if item != items[0]]
    assert after == before


def test_seeds_give_different_orders():
    items = [str(number) for number in range(20)]
    assert in_hash_order(items, 1, str) != in_hash_order(items, 2, str)


@given(st.integers(1, 7), st.integers(0, 60))
def test_even_chooser_uses_every_choice_equally_often(n_choices, n_items):
    chooser = EvenChooser(5)
    counts = Counter(chooser.choose("one", range(n_choices), str(number)) for number in range(n_items))
    used = [counts[choice] for choice in range(n_choices)]
    assert max(used) - min(used) <= 1


def test_hash_share_is_spread_over_the_unit_interval():
    shares = [hash_share(1, number) for number in range(2000)]
    assert all(0 <= share < 1 for share in shares)
    assert abs(sum(shares) / len(shares) - 0.5) < 0.03
