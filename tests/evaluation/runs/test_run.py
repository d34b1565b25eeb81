"""A run shows what it should, asks nothing twice, and keeps every answer."""

from dataclasses import replace

import pytest

from evaluation.models.model import ModelError
from evaluation.runs.answers_file import open_answers
from evaluation.runs.images import ImageFolder
from evaluation.runs.run import WITHOUT_IMAGES, plan_run, run_model
from pipelines.score_records import CONTROLS, Condition, ImageUse
from tests.evaluation.runs.scripted import ScriptedModel


def plan(model, items, folder, controls=CONTROLS, corruptions=(), corrupted=()):
    return plan_run(model.card, {"b": items}, folder, controls=controls, corruptions=corruptions, corrupted=corrupted, seed=1)


def echo(prompt):
    return f"{len(prompt.images)} {prompt.text[:3]}"


def count(planned):
    conditions = [one.posed.condition for one in planned.asked]
    return {condition: conditions.count(condition) for condition in dict.fromkeys(conditions)}


def test_every_item_is_shown_as_it_is_and_under_every_control(items, folder):
    assert count(plan(ScriptedModel(echo), items, folder)) == {
        Condition.SIGHTED: 8,
        Condition.BLIND: 8,
        Condition.SHUFFLED_IMAGES: 8,
        Condition.PERMUTED_OPTIONS: 12,  # six closed items, two further orders of three options
        Condition.SWAPPED_ORDER: 6,
    }


def test_a_model_without_eyes_is_asked_blind_only(items, folder):
    assert count(plan(ScriptedModel(echo, image_use=ImageUse.NONE), items, folder)) == {Condition.BLIND: 8}


def test_items_without_their_images_are_asked_blind_only_and_counted(items, folder, tmp_path):
    (tmp_path / "3-1.png").unlink()
    planned = plan(ScriptedModel(echo), items, ImageFolder(tmp_path))
    assert count(planned)[Condition.SIGHTED] == 7 and count(planned)[Condition.BLIND] == 8
    assert planned.left_out["b", Condition.SIGHTED, WITHOUT_IMAGES] == 1
    assert f"1 {WITHOUT_IMAGES}" in planned.describe()


def test_an_image_that_cannot_be_read_costs_its_own_item_alone(items, folder, tmp_path):
    (tmp_path / "3-1.png").write_bytes((tmp_path / "3-1.png").read_bytes()[:40])
    assert count(plan(ScriptedModel(echo), items, ImageFolder(tmp_path)))[Condition.SIGHTED] == 7


def test_blind_prompts_hold_no_image_and_shuffled_ones_hold_others(items, folder):
    planned = plan(ScriptedModel(echo), items, folder)
    sighted = {one.posed.item.key: {image.sha256 for image in one.prompt.images} for one in planned.asked[:8]}
    for one in planned.asked:
        shown = {image.sha256 for image in one.prompt.images}
        if one.posed.condition is Condition.BLIND:
            assert not shown
        if one.posed.condition is Condition.SHUFFLED_IMAGES:
            assert len(shown) == 2 and not shown & sighted[one.posed.item.key]


def test_a_spoilt_image_makes_another_prompt(items, folder):
    planned = plan(ScriptedModel(echo), items, folder, (), ("blur:1", "blur:2"), ("b",))
    digests = {one.prompt.digest for one in planned.asked if one.posed.item.key == "r0"}
    assert len(digests) == 3
    assert not [one for one in plan(ScriptedModel(echo), items, folder, (), ("blur:1",), ("other",)).asked if one.posed.variant]


def test_answers_come_back_to_their_items_whatever_order_they_come_in(items, folder, tmp_path):
    model = ScriptedModel(lambda prompt: f"{prompt.record_key} {len(prompt.images)}")
    with open_answers(tmp_path / "p.jsonl") as answers:
        predictions = run_model(model, plan(model, items, folder), answers, None)
    assert all(row.output == f"{row.record_key} {0 if row.condition is Condition.BLIND else 2}" for row in predictions)
    assert len(predictions) == 42


def test_a_second_run_asks_nothing_and_gives_the_same(items, folder, tmp_path):
    model = ScriptedModel(echo)
    runs = []
    for _ in range(2):
        with open_answers(tmp_path / "p.jsonl") as answers:
            runs.append(run_model(model, plan(model, items, folder), answers, None))
    assert runs[0] == runs[1] and len(model.asked) == 42


def test_a_run_that_fails_keeps_what_was_answered_and_goes_on_there(items, folder, tmp_path):
    failing = ScriptedModel(echo, stop_after=10)
    with open_answers(tmp_path / "p.jsonl") as answers, pytest.raises(ModelError, match="out of reach"):
        run_model(failing, plan(failing, items, folder), answers, None)
    going_on = ScriptedModel(echo)
    with open_answers(tmp_path / "p.jsonl") as answers:
        predictions = run_model(going_on, plan(going_on, items, folder), answers, None)
    assert len(going_on.asked) == 32 and len(predictions) == 42


def test_prompts_without_an_answer_stop_the_run_and_are_asked_again(items, folder, tmp_path):
    deaf = ScriptedModel(echo, skips=frozenset({"r2"}))
    with open_answers(tmp_path / "p.jsonl") as answers, pytest.raises(ModelError, match="6 of 42 prompts got no answer"):
        run_model(deaf, plan(deaf, items, folder), answers, None)
    model = ScriptedModel(echo)
    with open_answers(tmp_path / "p.jsonl") as answers:
        run_model(model, plan(model, items, folder), answers, None)
    assert {prompt.record_key for prompt in model.asked} == {"r2"}


@pytest.mark.parametrize("change", [{"digest": "weights-2"}, {"decoding": "greedy, at most 9 tokens"}])
def test_other_weights_or_decoding_are_asked_anew(items, folder, tmp_path, change):
    for model in (ScriptedModel(echo), ScriptedModel(echo, **change)):
        with open_answers(tmp_path / "p.jsonl") as answers:
            run_model(model, plan(model, items, folder), answers, None)
        assert len(model.asked) == 42


def test_a_changed_image_or_question_is_asked_anew_and_nothing_else(items, folder, tmp_path):
    model = ScriptedModel(echo)
    with open_answers(tmp_path / "p.jsonl") as answers:
        run_model(model, plan(model, items, folder, ()), answers, None)
    items[1] = replace(items[1], question="Which?")
    (tmp_path / "0-0.png").write_bytes((tmp_path / "5-0.png").read_bytes())
    again = ScriptedModel(echo)
    with open_answers(tmp_path / "p.jsonl") as answers:
        run_model(again, plan(again, items, ImageFolder(tmp_path), ()), answers, None)
    assert {prompt.record_key for prompt in again.asked} == {"r0", "r1"}
