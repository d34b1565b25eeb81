from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.letters import letters_in_order


@given(st.integers(2, 7), st.integers(0, 80), st.integers(0, 5))
def test_letters_of_a_stratum_differ_by_at_most_one(n_options: int, n_records: int, seed: int):
    counts = Counter(letters_in_order(n_records, n_options, seed, "train"))
    used = [counts[letter] for letter in "ABCDEFG"[:n_options]]
    assert sum(used) == n_records
    assert max(used) - min(used) <= 1


@given(st.integers(2, 7), st.integers(1, 80), st.integers(0, 60), st.integers(1, 60))
def test_letters_of_any_stretch_differ_by_at_most_two(n_options: int, n_records: int, start: int, length: int):
    stretch = letters_in_order(n_records, n_options, 1, "train")[start : start + length]
    counts = [stretch.count(letter) for letter in "ABCDEFG"[:n_options]]
    assert max(counts) - min(counts) <= 2


def test_seed_and_stratum_change_the_letters_and_repetition_does_not():
    base = letters_in_order(40, 4, 1, "train")
    assert letters_in_order(40, 4, 1, "train") == base
    assert letters_in_order(40, 4, 2, "train") != base
    assert letters_in_order(40, 4, 1, "held_out") != base
