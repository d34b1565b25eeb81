import random

import numpy as np
import pytest

from evaluation.comparisons.judged import JudgedError
from evaluation.controls.effects import measure_effects
from evaluation.scores.judging import View
from pipelines.score_records import Condition
from tests.evaluation.made_answers import judge, judge_all


def draw_answers(share, n, seed):
    return (np.random.default_rng(seed).random(n) < share).astype(float)


def measure(*answers):
    return measure_effects([answer for some in answers for answer in some], seed=5, draws=300)


def test_what_the_images_give_is_found_and_what_they_do_not_give_is_not():
    (blind, shuffled) = measure(
        judge_all("m", draw_answers(0.75, 240, 1), items_per_unit=2),
        judge_all("m", draw_answers(0.5, 240, 2), items_per_unit=2, condition=Condition.BLIND),
        judge_all("m", draw_answers(0.75, 240, 3), items_per_unit=2, condition=Condition.SHUFFLED_IMAGES),
    )
    assert (blind.condition, shuffled.condition) == (Condition.BLIND, Condition.SHUFFLED_IMAGES)
    assert blind.p is not None and blind.p < 0.001 and blind.low is not None and blind.low > 0
    assert blind.difference == pytest.approx(blind.sighted - blind.control)
    assert shuffled.p is not None and shuffled.p > 0.1
    assert shuffled.low is not None and shuffled.high is not None and shuffled.low <= 0 <= shuffled.high


def test_only_items_answered_both_ways_count():
    (effect,) = measure(
        judge_all("m", [1, 1, 0, 0]),
        [judge("m", key, 0, unit=unit, condition=Condition.BLIND) for key, unit in (("r001", "u001"), ("r009", "u009"))],
    )
    assert (effect.n, effect.n_clusters, effect.sighted, effect.control, effect.difference) == (1, 1, 1.0, 0.0, 1.0)
    assert (effect.low, effect.high, effect.p) == (None, None, None)


def test_of_several_shuffles_an_item_has_their_mean():
    shuffles = [
        judge("m", "r1", value, condition=Condition.SHUFFLED_IMAGES, variant=str(at)) for at, value in enumerate([1, 0])
    ]
    (effect,) = measure([judge("m", "r1", 1)], shuffles)
    assert (effect.control, effect.difference) == (0.5, 0.5)


def test_each_view_and_answer_type_has_its_own_effect():
    shown = (Condition.SIGHTED, Condition.BLIND)
    effects = measure(
        *(judge_all("m", [condition is Condition.SIGHTED] * 12, condition=condition) for condition in shown),
        *(judge_all("m", [1] * 11, condition=condition, view=View.CORRECTED) for condition in shown),
        *(judge_all("m", [0.5] * 10, condition=condition, is_open=True) for condition in shown),
    )
    assert [(e.answer_type.value, e.view, e.n, e.difference, e.p) for e in effects] == [
        ("closed", "as_published", 12, 1.0, 2 / 2**12),
        ("closed", "corrected", 11, 0.0, None),
        ("open", "as_published", 10, 0.0, None),
    ]


def test_a_model_without_sighted_answers_has_no_effects_and_its_neighbours_keep_theirs():
    blind_alone = judge_all("text", [1] * 12, condition=Condition.BLIND)
    both = [*judge_all("m", [1] * 12), *judge_all("m", [0] * 12, condition=Condition.BLIND)]
    assert measure(blind_alone, both) == measure(both)
    assert measure(blind_alone) == ()


def test_other_ways_of_showing_are_no_controls():
    assert measure(judge_all("m", [1] * 12), judge_all("m", [0] * 12, condition=Condition.CORRUPTED, variant="blur:3")) == ()


def test_no_number_depends_on_the_order_of_answers_or_on_other_models():
    answers = {
        model: [
            *judge_all(model, draw_answers(0.7, 60, at), items_per_unit=3),
            *judge_all(model, draw_answers(0.5, 60, at + 9), items_per_unit=3, condition=Condition.BLIND),
        ]
        for at, model in enumerate(["b", "a"])
    }
    together = measure(*answers.values())
    assert together == (*measure(answers["b"]), *measure(answers["a"]))
    shuffled = [*answers["b"], *answers["a"]]
    random.Random(1).shuffle(shuffled)
    assert sorted(measure(shuffled), key=lambda effect: effect.model) == [*measure(answers["a"]), *measure(answers["b"])]


def test_an_answer_given_twice_is_refused():
    with pytest.raises(JudgedError, match=r"\(blind\) is there twice"):
        measure([judge("m", "r1", 1), *[judge("m", "r1", 1, condition=Condition.BLIND)] * 2])
