from evaluation.scores.checks import find_below_blind, find_unparsed
from pipelines.score_records import Condition
from tests.evaluation.report.made_findings import make_effect, make_score


def test_five_per_cent_of_unreadable_answers_are_too_many_and_fewer_are_not():
    scores = [make_score(n=1000, n_unparsed=50), make_score(n=1000, n_unparsed=49), make_score(n=0, value=0.0)]
    assert find_unparsed(scores) == scores[:1]


def test_unreadable_answers_under_a_control_say_nothing_against_a_model():
    blind = make_score(n=100, n_unparsed=100, condition=Condition.BLIND)
    assert find_unparsed([make_score(n=100, n_unparsed=0), blind]) == []


def test_a_model_that_takes_text_alone_is_held_to_its_blind_answers():
    blind = make_score("llm", n=100, n_unparsed=5, condition=Condition.BLIND)
    assert find_unparsed([make_score("tiny", n=100, n_unparsed=0), blind]) == [blind]


def test_a_score_whose_interval_reaches_its_blind_one_is_not_above_it():
    touching, above, below = make_effect(low=0.0), make_effect(low=0.001), make_effect(difference=-0.1, low=-0.2, high=0.0)
    assert find_below_blind([touching, above, below]) == [touching, below]


def test_without_an_interval_the_difference_itself_decides():
    few = {"low": None, "high": None, "n_clusters": 9}
    assert find_below_blind([make_effect(difference=0.01, **few), make_effect(difference=0.0, **few)]) == [
        make_effect(difference=0.0, **few)
    ]


def test_shuffled_images_are_not_taken_for_a_blind_run():
    assert find_below_blind([make_effect(low=-0.1, condition=Condition.SHUFFLED_IMAGES)]) == []
