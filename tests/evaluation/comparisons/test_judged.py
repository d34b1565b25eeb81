import pytest

from evaluation.comparisons.judged import JudgedError
from pipelines.score_records import Condition
from tests.evaluation.made_answers import judge


@pytest.mark.parametrize(("value", "is_open"), [(0.5, False), (1.01, True), (-0.1, True), (float("nan"), True), (2, False)])
def test_a_value_that_is_no_share_is_refused_and_a_closed_one_is_all_or_nothing(value, is_open):
    with pytest.raises(JudgedError, match=r"demo \(.*\): the answer of a to r1 \(blind\) has value .*; expected 0"):
        judge("a", "r1", value, is_open=is_open, condition=Condition.BLIND)


@pytest.mark.parametrize("places", [{"place": 3}, {"keyed_place": 3}, {"place": -1}])
def test_a_place_beyond_the_options_is_refused(places):
    with pytest.raises(JudgedError, match="expected one from 0 to below its 3 options"):
        judge("a", "r1", 1, n_options=3, **places)


def test_an_open_score_may_lie_anywhere_between():
    assert judge("a", "r1", 0.37, is_open=True).column.metric == "open_v1"
