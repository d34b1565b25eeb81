import numpy as np
import pytest

from evaluation.comparisons.judged import JudgedError
from evaluation.comparisons.paired import compare_rows, tabulate_answers
from evaluation.intervals import cluster_bootstrap
from pipelines.score_records import Condition
from tests.evaluation.made_answers import judge, judge_all

A, B = ("a", Condition.SIGHTED), ("b", Condition.SIGHTED)


def compare(judged, pairs=((A, B),)):
    (table,) = tabulate_answers(judged).values()
    return compare_rows(table, pairs, seed=3, draws=500)


def test_the_interval_is_the_cluster_bootstrap_of_the_items_differences():
    generator = np.random.default_rng(1)
    of_a, of_b = generator.random((2, 90))
    found = compare(
        [*judge_all("a", of_a, items_per_unit=3, is_open=True), *judge_all("b", of_b, items_per_unit=3, is_open=True)]
    )[A, B]
    expected = cluster_bootstrap((of_a - of_b).tolist(), [f"u{place // 3:03}" for place in range(90)], seed=3, draws=500)
    assert expected.interval is not None
    assert (found.low, found.high, found.n_clusters) == (expected.interval.low, expected.interval.high, 30)
    assert found.difference == pytest.approx(float((of_a - of_b).mean()))
    assert (found.mean_a, found.mean_b) == (pytest.approx(float(of_a.mean())), pytest.approx(float(of_b.mean())))


def test_items_that_one_row_lacks_count_for_neither():
    judged = [judge("a", "r1", 1), judge("a", "r2", 0), judge("b", "r2", 1), judge("b", "r3", 1)]
    found = compare(judged)[A, B]
    assert (found.n, found.mean_a, found.mean_b, found.difference) == (1, 0.0, 1.0, -1.0)


def test_rows_that_share_no_item_have_no_result():
    assert compare([judge("a", "r1", 1), judge("b", "r2", 1)]) == {}


def test_nine_units_have_a_difference_but_no_interval_and_ten_have_one():
    nine = compare([*judge_all("a", [1, 0] * 9, items_per_unit=2), *judge_all("b", [0, 0] * 9, items_per_unit=2)])[A, B]
    ten = compare([*judge_all("a", [1, 0] * 10, items_per_unit=2), *judge_all("b", [0, 0] * 10, items_per_unit=2)])[A, B]
    assert (nine.n_clusters, nine.low, nine.high, nine.difference) == (9, None, None, 0.5)
    assert (ten.n_clusters, ten.low, ten.high) == (10, 0.5, 0.5)


def test_of_several_variants_an_item_has_the_mean():
    blind = ("a", Condition.BLIND)
    variants = [judge("a", "r1", value, condition=Condition.BLIND, variant=str(at)) for at, value in enumerate([1, 0, 0, 0])]
    found = compare([judge("a", "r1", 1), *variants], [(A, blind)])[A, blind]
    assert (found.n, found.difference, found.n_only_a) == (1, 0.75, 0)


def test_units_that_agree_among_themselves_weigh_once_each_in_the_sign_flip_test():
    found = compare([*judge_all("a", [1] * 80, items_per_unit=20), *judge_all("b", [0] * 80, items_per_unit=20)])[A, B]
    assert (found.n_only_a, found.n_clusters, found.sign_flip_p) == (80, 4, 2 / 2**4)


def test_an_answer_given_twice_is_refused_and_named():
    with pytest.raises(JudgedError, match=r"the answer of a to r1 \(sighted\) is there twice"):
        tabulate_answers([judge("a", "r1", 1), judge("a", "r2", 1), judge("a", "r1", 0)])


def test_an_item_of_two_units_is_refused_and_named():
    with pytest.raises(JudgedError, match=r"of b to r1 .* is of unit 'u2', elsewhere of 'u1'"):
        tabulate_answers([judge("a", "r1", 1, unit="u1"), judge("b", "r1", 1, unit="u2")])


def test_one_key_in_two_benchmarks_is_two_items():
    tables = tabulate_answers([judge("a", "r1", 1, benchmark="one"), judge("a", "r1", 0, benchmark="other", unit="elsewhere")])
    assert [table.values.tolist() for table in tables.values()] == [[[1.0]], [[0.0]]]
