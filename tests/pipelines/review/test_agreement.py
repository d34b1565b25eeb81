import pytest

from pipelines.review.agreement import Agreement, measure_agreement
from pipelines.vocabulary import Verdict

A, R = Verdict.APPROVE, Verdict.REJECT


def test_hand_computed_values_of_a_table_with_high_agreement() -> None:
    # 118 both approve, 5 + 2 differ, 0 both reject: raw = 118/125; q = (118 + 3.5)/125 = 0.972; by chance 2 q (1-q) = 0.054432
    measured = measure_agreement([(A, A)] * 118 + [(A, R)] * 5 + [(R, A)] * 2)
    assert measured.n_items == 125
    assert measured.raw == pytest.approx(0.944)
    assert measured.gwet_ac1 == pytest.approx((0.944 - 0.054432) / (1 - 0.054432))  # 0.9408, where Cohen's kappa is below 0


def test_hand_computed_values_of_a_mixed_table() -> None:
    # 4 both approve, 2 both reject, 2 differ: raw 6/8; q = (4 + 1)/8 = 0.625; by chance 0.46875; (0.75 - 0.46875)/0.53125
    measured = measure_agreement([(A, A)] * 4 + [(R, R)] * 2 + [(A, R)] * 2)
    assert measured.raw == 0.75
    assert measured.gwet_ac1 == pytest.approx(9 / 17)


def test_full_agreement_is_one_and_full_disagreement_is_minus_one() -> None:
    assert measure_agreement([(A, A), (A, A)]) == Agreement(2, 1.0, 1.0)
    assert measure_agreement([(A, A), (R, R)]) == Agreement(2, 1.0, 1.0)
    assert measure_agreement([(A, R), (R, A)]) == Agreement(2, 0.0, -1.0)


def test_three_reviewers_count_by_their_pairs() -> None:
    # one of three pairs agrees; q = 2/3; by chance 4/9; (1/3 - 4/9) / (5/9) = -0.2
    measured = measure_agreement([(A, A, R)])
    assert measured.raw == pytest.approx(1 / 3)
    assert measured.gwet_ac1 == pytest.approx(-0.2)


def test_items_of_one_reviewer_are_left_out_and_none_gives_none() -> None:
    assert measure_agreement([(A, A), (R,), ()]) == Agreement(1, 1.0, 1.0)
    assert measure_agreement([(A,), ()]) == Agreement(0, None, None)
