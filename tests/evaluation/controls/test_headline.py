from dataclasses import replace

import pytest

from evaluation.controls.headline import describe_effect, describe_headline
from pipelines.score_records import Condition, ControlEffect, Score
from pipelines.vocabulary import AnswerType

SCORE = Score(
    model="m", benchmark="b", answer_type=AnswerType.CLOSED, metric="accuracy", view="as_published", value=0.70990,
    low=0.6554, high=0.7588, cluster_low=0.651, cluster_high=0.7642, n=293, n_clusters=257, n_unparsed=0, bert_recall=None,
    bleu=None, rouge_l_recall=None, length_ratio=None, protocol="p",
)  # fmt: skip
EFFECT = ControlEffect(
    model="m", benchmark="b", answer_type=AnswerType.CLOSED, metric="accuracy", view="as_published",
    condition=Condition.BLIND, n=293, n_clusters=257, sighted=0.7099, control=0.6789, difference=0.0310, low=-0.0102,
    high=0.0721, p=0.2,
)  # fmt: skip


def test_the_headline_is_the_score_with_what_is_left_after_the_blind_one():
    assert describe_headline(SCORE, EFFECT) == "71.0 [65.1, 76.4]; 3.1 [-1.0, 7.2] above blind"


def test_with_too_few_clusters_wilsons_interval_stands_and_the_effect_has_none():
    score = replace(SCORE, cluster_low=None, cluster_high=None)
    assert describe_headline(score, replace(EFFECT, low=None, high=None)) == "71.0 [65.5, 75.9]; 3.1 above blind"


def test_a_control_that_reaches_more_is_said_in_words_and_its_interval_turned_round():
    effect = replace(EFFECT, difference=-0.0310, low=-0.0721, high=0.0102, condition=Condition.SHUFFLED_IMAGES)
    assert describe_effect(effect) == "3.1 [-1.0, 7.2] below shuffled images"


@pytest.mark.parametrize("nothing", [0.0, -0.0, -0.0004, 0.0004])
def test_what_rounds_to_nothing_has_no_sign(nothing):
    assert describe_effect(replace(EFFECT, difference=nothing, low=-0.0003, high=-0.0)) == "0.0 [0.0, 0.0] above blind"


def test_an_effect_over_fewer_items_than_the_score_says_so():
    assert describe_headline(SCORE, replace(EFFECT, n=150)).endswith("above blind (n 150)")


def test_a_score_without_an_effect_says_what_is_missing():
    assert describe_headline(SCORE, None) == "71.0 [65.1, 76.4]; no blind run"
    assert describe_headline(replace(SCORE, condition=Condition.BLIND), None) == "71.0 [65.1, 76.4]; blind"
    assert describe_headline(replace(SCORE, value=None), None) == "—"


@pytest.mark.parametrize("other", [{"model": "other"}, {"view": "corrected"}, {"benchmark": "other"}, {"metric": "open_v1"}])
def test_an_effect_of_another_cell_is_refused(other):
    with pytest.raises(ValueError, match="belongs to the sighted score of its own cell"):
        describe_headline(SCORE, replace(EFFECT, **other))
