"""Answers under every condition are judged as what was printed, and meant as what was published."""

import json

import pytest

from evaluation.answer_files.predictions import PredictionError
from evaluation.conditions.pose import pose_items
from evaluation.measuring import measure_model
from evaluation.models.given import describe_given, predict_given
from evaluation.models.spec import parse_spec
from evaluation.scores.scorecard import score_model
from evaluation.scores.scoring import ScoringError
from pipelines.score_records import Condition, ImageUse, Prediction
from pipelines.settings import Settings

OPTIONS = {"A": "left lung", "B": "right lung", "C": "heart"}


@pytest.fixture
def items(make_item):
    return [make_item(f"r{place}", options=OPTIONS, letter="ABC"[place % 3], position=place) for place in range(12)]


def answer(posed, letter):
    return Prediction("m", "b", posed.item.key, letter, posed.condition, posed.variant, answer_key="k")


def say_text(posed, text):
    """What a model that means one text says, wherever that text is printed."""
    return answer(posed, next(letter for letter, printed in posed.shown.options.items() if printed == text))


def test_a_model_that_keeps_to_its_text_is_consistent_and_one_that_keeps_to_a_letter_is_not(items):
    posed = [*pose_items(items, Condition.SIGHTED, 1).posed, *pose_items(items, Condition.PERMUTED_OPTIONS, 1).posed]
    settings = Settings(evaluation={"bootstrap_draws": 100})
    by_text = measure_model("m", {"b": items}, [say_text(one, "heart") for one in posed], {}, settings).consistency[0]
    by_letter = measure_model("m", {"b": items}, [answer(one, "A") for one in posed], {}, settings).consistency[0]
    assert (by_text.consistent, by_text.n, by_text.always_right) == (1.0, 12, pytest.approx(4 / 12))
    assert (by_letter.consistent, by_letter.always_right, by_letter.places) == (0.0, 0.0, (1.0, 0.0, 0.0))
    assert by_letter.accuracy == pytest.approx(1 / 3)  # every text stands under A once


def test_a_model_that_names_a_text_printed_twice_in_words_keeps_to_it(make_item):
    options = {"A": "glaucoma", "B": "cataract", "C": "Glaucoma."}
    twice = [make_item(f"r{place}", options=options, letter="C", position=place) for place in range(12)]
    posed = [*pose_items(twice, Condition.SIGHTED, 1).posed, *pose_items(twice, Condition.PERMUTED_OPTIONS, 1).posed]
    settings = Settings(evaluation={"bootstrap_draws": 100})
    in_words = measure_model("m", {"b": twice}, [answer(one, "It is glaucoma.") for one in posed], {}, settings)
    hedged = measure_model("m", {"b": twice}, [answer(one, "cataract or glaucoma") for one in posed], {}, settings)
    assert {(row.letter, row.meant, row.is_correct_corrected) for row in in_words.answers} == {(None, "A", True)}
    assert (in_words.consistency[0].consistent, hedged.consistency[0].consistent) == (1.0, 0.0)


def test_sighted_blind_and_shuffled_answers_are_scored_apart(items):
    right = {item.key: item.letter for item in items}
    predictions = [
        Prediction(
            "m", "b", item.key, right[item.key] if condition is Condition.SIGHTED else "A", condition, "", answer_key="k"
        )
        for condition in (Condition.SIGHTED, Condition.BLIND, Condition.SHUFFLED_IMAGES)
        for item in items
    ]
    measured = measure_model("m", {"b": items}, predictions, {}, Settings(evaluation={"bootstrap_draws": 100}))
    published = {score.condition: score.value for score in measured.scores if score.view == "as_published"}
    assert published == {
        Condition.SIGHTED: 1.0,
        Condition.BLIND: pytest.approx(1 / 3),
        Condition.SHUFFLED_IMAGES: pytest.approx(1 / 3),
    }
    effect = measured.effects[0]
    assert (effect.condition, effect.difference, effect.n) == (Condition.BLIND, pytest.approx(2 / 3), 12)
    assert effect.low is not None and effect.low > 0


def test_a_file_must_answer_every_item_of_a_type_and_a_run_only_what_it_could_show(items):
    some = [Prediction("m", "b", item.key, "A") for item in items[:5]]
    with pytest.raises(ScoringError, match="7 of 12 items have no prediction"):
        score_model("m", {"b": items}, some, preset="ci_offline")
    shown = [Prediction("m", "b", item.key, "A", answer_key=f"k{item.key}") for item in items[:5]]
    assert {score.n for score in score_model("m", {"b": items}, shown, preset="ci_offline", draws=10).scores} == {5}


def test_a_file_of_answers_may_carry_its_controls(items, tmp_path):
    lines = [{"id": item.key, "output": "A", "condition": condition} for condition in ("sighted", "blind") for item in items]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    spec = parse_spec("mine", f"file:{path}")
    rows = predict_given(spec, {"b": items}, seed=1)
    assert [row.condition for row in rows].count(Condition.BLIND) == 12 and len(rows) == 24
    card = describe_given(spec, seed=1)
    assert (card.label, card.image_use, len(card.digest)) == ("p.jsonl", ImageUse.MANY, 64)


def test_a_file_of_no_known_record_or_condition_is_told(items, tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "stranger", "output": "A"}\n')
    with pytest.raises(PredictionError, match="none of 1 lines is of a record of b"):
        predict_given(parse_spec("mine", f"file:{path}"), {"b": items}, seed=1)
    path.write_text('{"id": "r0", "output": "A", "condition": "dark"}\n')
    with pytest.raises(PredictionError, match=r"expected a condition .sighted, blind"):
        predict_given(parse_spec("mine", f"file:{path}"), {"b": items}, seed=1)
