"""Every kind of model sees every image, in order, and answers without any as well."""

import hashlib
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.models.model import ModelError, Prompt, ShownImage
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.model import TransformersModel
from pipelines.score_records import Finish, ImageUse

SEEING = ["llava", "plain_llava", "idefics3", "qwen2_5_vl", "gemma3"]


@pytest.fixture
def two(pictures: list[ShownImage]) -> Prompt:
    return Prompt("answer-1", "r1", "Which is larger?", tuple(pictures[:2]), (), ())


@pytest.mark.parametrize("kind", SEEING)
def test_two_images_and_none_are_answered(kind, tiny_folders, ask, two):
    assert len(ask(tiny_folders[kind], [two, replace(two, key="answer-2", images=())])) == 2


@pytest.mark.parametrize("kind", SEEING)
def test_each_image_and_their_order_change_what_the_model_finds(kind, tiny_folders, look, two, pictures):
    first, second, other = pictures[0], pictures[1], pictures[5]
    shown = [(first, second), (first, other), (other, second), (second, first), (first,), ()]
    found = [look(tiny_folders[kind], replace(two, images=images)) for images in shown]
    assert find_smallest_difference(found) > 0.01


@pytest.mark.parametrize("kind", SEEING)
def test_a_corruption_is_shown_to_the_model_the_same_each_time(kind, tiny_folders, look, two, pictures):
    spoilt = replace(two, images=(replace(pictures[0], corruption="noise:5"), pictures[1]))
    assert find_smallest_difference([look(tiny_folders[kind], prompt) for prompt in (two, spoilt)]) > 0.01
    assert look(tiny_folders[kind], spoilt) == look(tiny_folders[kind], spoilt)


@pytest.mark.parametrize("kind", SEEING)
def test_a_model_of_one_image_is_shown_one_canvas_that_holds_both(kind, tiny_folders, look, two, pictures):
    folder, first, second, other = tiny_folders[kind], pictures[0], pictures[1], pictures[5]
    canvases = [look(folder, replace(two, images=images), ImageUse.ONE) for images in [(first, second), (first, other)]]
    single = replace(two, images=(first,))
    assert find_smallest_difference([*canvases, look(folder, two), look(folder, single)]) > 0.01
    assert look(folder, single, ImageUse.ONE) == look(folder, single)


def find_smallest_difference(found: list[list[float]]) -> float:
    """Of any two, the largest difference of one token's log-probability."""
    pairs = itertools.combinations(found, 2)
    return min(max(abs(x - y) for x, y in zip(one, other, strict=True)) for one, other in pairs)


def test_a_model_of_text_answers_blind_prompts_and_those_with_images_count_as_empty(tiny_folders, ask, two):
    said: list[str] = []
    blind = replace(two, key="answer-2", images=())
    with_images, without = ask(tiny_folders["llama"], [two, blind], said=said)
    assert with_images == "" and without == ask(tiny_folders["llama"], [blind])[0]
    assert said == ["tiny: 1 of 2 prompts count as empty answers: images shown to a model that takes none 1"]


def test_an_answer_ends_at_its_end_or_at_the_most_tokens(tiny_folders, questions):
    model = TransformersModel("tiny", str(tiny_folders["llava"]), TransformersOptions(device="cpu", max_new_tokens=24), 1)
    answers = list(model.answer(questions, None))
    assert {answer.finish for answer in answers} <= {Finish.STOP, Finish.LENGTH}
    assert all((answer.n_output_tokens == 24) == (answer.finish is Finish.LENGTH) for answer in answers)
    assert not any("</s>" in answer.output or "<pad>" in answer.output for answer in answers)


def test_an_unreadable_image_costs_its_own_prompt_and_its_name_is_not_told(tiny_folders, ask, two, tmp_path: Path):
    (tmp_path / "patient-7.png").write_bytes(b"\x89PNG cut off")
    broken = ShownImage(tmp_path / "patient-7.png", hashlib.sha256(b"\x89PNG cut off").hexdigest())
    gone = ShownImage(tmp_path / "patient-8.png", "0" * 64)
    changed = replace(two.images[0], sha256="0" * 64)
    prompts = [replace(two, key=image.sha256, images=(image,)) for image in (broken, gone)]
    prompts += [replace(two, key="changed", images=(changed,)), two]
    said: list[str] = []
    assert ask(tiny_folders["llava"], prompts, said=said) == ask(tiny_folders["llava"], [two])
    assert said == ["tiny: 3 of 4 prompts left out: image_changed 1, image_missing 1, image_unreadable 1"]


def test_a_prompt_beyond_the_models_room_is_an_empty_answer_and_told(tiny_folders, ask, two):
    said: list[str] = []
    long = replace(two, key="answer-2", text="Which? " * 400)
    assert ask(tiny_folders["gemma3"], [two, long], said=said) == [ask(tiny_folders["gemma3"], [two])[0], ""]
    assert said == ["tiny: 1 of 2 prompts count as empty answers: longer than the model's 2048 tokens 1"]


def test_a_model_that_no_prompt_can_be_put_to_gives_no_table_of_empty_answers(tiny_folders, ask, two):
    with pytest.raises(ModelError, match="tiny: none of 1 prompts can be put to it: refused by the processor"):
        ask(tiny_folders["llava"], [replace(two, text="Is <image> larger?")])
