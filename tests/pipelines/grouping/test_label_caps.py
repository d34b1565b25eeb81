import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.grouping.label_caps import cap_labels, cap_total

COUNTS = st.dictionaries(st.text("abcdefg", min_size=1, max_size=1), st.integers(1, 5000), min_size=1)


def share_of_largest(counts: dict[str, int], cap: int) -> float:
    taken = [min(count, cap) for count in counts.values()]
    return max(taken) / sum(taken)


@settings(deadline=None)
@given(COUNTS, st.floats(1, 4))
def test_no_answer_exceeds_its_share_and_one_more_would(counts, excess):
    cap = cap_labels(counts, excess)
    allowed = excess / len(counts)
    assert cap >= 1
    assert share_of_largest(counts, cap) <= allowed + 1e-9
    if cap < max(counts.values()):
        assert share_of_largest(counts, cap + 1) > allowed - 1e-9


@settings(deadline=None)
@given(COUNTS, st.integers(0, 6000))
def test_all_together_stay_within_the_total_and_one_more_each_would_not(counts, total):
    cap = cap_total(list(counts.values()), total)
    assert sum(min(count, cap) for count in counts.values()) <= total
    if cap < max(counts.values()):
        assert sum(min(count, cap + 1) for count in counts.values()) > total


def test_one_answer_alone_is_not_cut():
    assert cap_labels({"stable": 900}, excess=1.5) == 900


@pytest.mark.parametrize(("counts", "cap"), [({"yes": 90, "no": 10}, 30), ({"yes": 10, "no": 10}, 10), ({}, 0)])
def test_of_two_answers_neither_has_more_than_three_quarters(counts, cap):
    assert cap_labels(counts, excess=1.5) == cap
