import random
from dataclasses import replace

import numpy as np
import pytest

from evaluation.baselines.rules import predict_longest_option, predict_majority_letter
from evaluation.benchmark import items_of_type
from evaluation.comparisons.holm import adjust_holm
from evaluation.comparisons.models import compare_models
from evaluation.scores.judging import View, judge_closed
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType
from tests.evaluation.made_answers import judge, judge_all


def draw_answers(share, n, seed):
    return (np.random.default_rng(seed).random(n) < share).astype(float)


def compare(*answers, **details):
    return compare_models([answer for some in answers for answer in some], seed=5, **{"draws": 200, **details})


def test_a_better_model_is_found_by_both_tests():
    (row,) = compare(
        judge_all("a", draw_answers(0.8, 300, 1), items_per_unit=2),
        judge_all("b", draw_answers(0.55, 300, 2), items_per_unit=2),
    )
    assert row.mcnemar_p is not None and row.mcnemar_p < 0.001
    assert row.sign_flip_p is not None and row.sign_flip_p < 0.001
    assert row.low is not None and 0 < row.low < row.difference
    assert row.n_only_a is not None and row.n_only_b is not None
    assert (row.n_only_a - row.n_only_b) / row.n == pytest.approx(row.difference)


def test_of_models_that_are_equally_good_about_one_in_twenty_pairs_is_called_different():
    rows = compare(*(judge_all(f"m{at:02}", draw_answers(0.6, 120, at), items_per_unit=2) for at in range(20)))
    assert len(rows) == 190
    for ps in ([row.mcnemar_p for row in rows], [row.sign_flip_p for row in rows]):
        assert sum(p is not None and p < 0.05 for p in ps) <= 0.1 * len(rows)


def test_where_items_of_a_unit_agree_the_test_by_unit_is_the_more_careful_one():
    # Of 12 patients with 20 questions each, a is right about 9 and b about 3: 180 items to 60, yet 9 patients to 3.
    of_a, of_b = np.repeat([1] * 9 + [0] * 3, 20), np.repeat([0] * 9 + [1] * 3, 20)
    (row,) = compare(judge_all("a", of_a, items_per_unit=20), judge_all("b", of_b, items_per_unit=20))
    assert (row.n_only_a, row.n_only_b, row.n_clusters) == (180, 60, 12)
    assert row.mcnemar_p is not None and row.mcnemar_p < 1e-12
    assert row.sign_flip_p == pytest.approx(0.146, abs=5e-4)
    assert row.low is not None and row.low < row.difference == 0.5


def make_three_models():
    """Two benchmarks, closed in two views and open, of which one model lacks a benchmark and another some items."""
    judged = []
    for at, model in enumerate(["c", "a", "b"]):
        for benchmark in ("first", "second")[: 1 if model == "b" else 2]:
            closed = draw_answers(0.5 + 0.1 * at, 60, 10 * at + len(benchmark))
            judged += judge_all(model, closed, items_per_unit=3, benchmark=benchmark)
            judged += judge_all(model, closed[: 50 - at], items_per_unit=3, benchmark=benchmark, view=View.CORRECTED)
            shares = np.random.default_rng(at).random(60) ** (1 + at / 4)
            judged += judge_all(model, shares, items_per_unit=5, benchmark=benchmark, is_open=True)
    return judged


def test_pairs_stand_in_order_of_first_appearance_with_the_columns_that_they_share():
    rows = compare(make_three_models())
    assert list(dict.fromkeys((row.model_a, row.model_b) for row in rows)) == [("c", "a"), ("c", "b"), ("a", "b")]
    assert [(row.benchmark, row.answer_type.value, row.view) for row in rows[:6]] == [
        (benchmark, kind, view)
        for benchmark in ("first", "second")
        for kind, view in (("closed", "as_published"), ("closed", "corrected"), ("open", "as_published"))
    ]
    assert {row.benchmark for row in rows if "b" in (row.model_a, row.model_b)} == {"first"}
    assert [row.n for row in rows if row.view == "corrected"] == [49, 49, 48, 48]


@pytest.mark.parametrize("seed", range(3))
def test_no_number_depends_on_the_order_of_answers_or_models(seed):
    judged = make_three_models()
    straight = {(row.model_a, row.model_b, row.benchmark, row.answer_type, row.view): row for row in compare(judged)}
    random.Random(seed).shuffle(judged)
    for row in compare(judged):
        key = (row.benchmark, row.answer_type, row.view)
        other = straight.get((row.model_a, row.model_b, *key))
        if other is not None:
            assert row == other
            continue
        other = straight[row.model_b, row.model_a, *key]
        assert (row.n_only_a, row.n_only_b, row.difference) == (other.n_only_b, other.n_only_a, -other.difference)
        assert row.low is not None and other.high is not None and row.low == pytest.approx(-other.high, abs=1e-12)
        assert (row.mcnemar_p, row.mcnemar_p_holm) == (other.mcnemar_p, other.mcnemar_p_holm)
        assert (row.sign_flip_p, row.sign_flip_p_holm) == (other.sign_flip_p, other.sign_flip_p_holm)


def test_a_third_model_changes_nothing_between_two():
    judged = make_three_models()
    alone = compare([answer for answer in judged if answer.model != "b"])
    assert alone == tuple(row for row in compare(judged) if "b" not in (row.model_a, row.model_b))


def test_holm_is_over_the_columns_of_a_pair_in_one_view_and_open_columns_stand_in_both():
    rows = [row for row in compare(make_three_models()) if (row.model_a, row.model_b) == ("c", "a")]
    published, corrected = ([row for row in rows if row.view == view] for view in View)
    opens = [row for row in published if row.answer_type is AnswerType.OPEN]
    assert (len(published), len(corrected), len(opens)) == (4, 2, 2)
    for family, members in ((published, published), (corrected, [*corrected, *opens])):
        by_unit = adjust_holm([row.sign_flip_p for row in members])
        assert [row.sign_flip_p_holm for row in family] == list(by_unit[: len(family)])
        closed = [row for row in family if row.answer_type is AnswerType.CLOSED]
        assert [row.mcnemar_p_holm for row in closed] == list(adjust_holm([row.mcnemar_p for row in closed]))
    assert by_unit[0] != adjust_holm([row.sign_flip_p for row in corrected])[0]


def test_open_answers_have_no_mcnemar():
    rows = [row for row in compare(make_three_models()) if row.answer_type is AnswerType.OPEN]
    assert rows and {(row.n_only_a, row.n_only_b, row.mcnemar_p, row.mcnemar_p_holm) for row in rows} == {(None,) * 4}
    assert all(row.sign_flip_p is not None for row in rows)


def test_answers_that_were_not_sighted_are_not_compared():
    sighted = [*judge_all("a", [1, 0] * 8), *judge_all("b", [0, 1] * 8)]
    blind = [replace(answer, condition=Condition.BLIND, value=1.0) for answer in sighted]
    text_alone = judge_all("text_alone", [1.0] * 16, condition=Condition.BLIND)
    assert compare(sighted, blind, text_alone) == compare(sighted)


def test_models_that_answer_alike_differ_by_nothing():
    (row,) = compare(judge_all("a", [1, 0] * 8), judge_all("b", [1, 0] * 8))
    assert (row.difference, row.mcnemar_p, row.mcnemar_p_holm) == (0.0, 1.0, 1.0)
    assert (row.low, row.high) == pytest.approx((-0.1936, 0.1936), abs=1e-4)  # 16 units alike do not make others impossible
    assert (row.sign_flip_p, row.sign_flip_p_holm) == (None, None)


def test_on_the_released_radiology_file_the_longest_option_beats_the_majority_letter(rad):
    items = items_of_type(rad, AnswerType.CLOSED)
    judged = []
    for model, outputs in (("longest", predict_longest_option(items)), ("majority", predict_majority_letter(items))):
        for item in items:
            result = judge_closed(item, outputs[item.key])
            views = {View.AS_PUBLISHED: result.is_correct_as_published, View.CORRECTED: result.is_correct_corrected}
            judged += [
                judge(model, item.key, is_right, unit=item.unit, view=view, n_options=len(item.options))
                for view, is_right in views.items()
                if is_right is not None
            ]
    published, corrected = compare_models(judged, seed=5)
    # 208 and 129 of 293 are right as published; two items whose gold text is no option are not judged by text
    assert (published.n, corrected.n, published.n_clusters) == (293, 291, len({item.unit for item in items}))
    assert published.n_only_a is not None and published.n_only_b is not None
    assert published.n_only_a - published.n_only_b == 208 - 129
    assert published.difference == pytest.approx((208 - 129) / 293)
    for row in (published, corrected):
        assert row.mcnemar_p_holm is not None and row.mcnemar_p_holm < 1e-4
        assert row.sign_flip_p_holm is not None and row.sign_flip_p_holm < 1e-3
