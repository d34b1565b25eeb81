"""Examples come from a training file, by the prompt alone, and never show what is asked about."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.models.model import ModelError, Prompt, ShownImage
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.model import TransformersModel
from evaluation.models.transformers_model.shots import ShotError, ShotPool


@pytest.fixture
def examples(tmp_path: Path, pictures: list[ShownImage]) -> Path:
    """Six closed and six open examples; number n shows image n of `pictures`, in a folder above the file."""
    rows = []
    for number, image in enumerate(pictures):
        shutil.copy(image.path, tmp_path / f"copy-{number}.png")
        for kind, lines, answer in (("closed", "\nA: left\nB: right", "B: right"), ("open", "", f"Answer {number}")):
            content = f"<image>Question {number}?{lines}"
            turns = [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]
            rows.append({"id": f"{kind}-{number}", "images": [f"copy-{number}.png"], "conversation": turns})
    path = tmp_path / "splits" / "train.json"
    path.parent.mkdir()
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def pose(pictures: list[ShownImage], *places: int, letters: tuple[str, ...] = ("A", "B")) -> Prompt:
    return Prompt("answer-1", "r1", "Which?", tuple(pictures[place] for place in places), letters, ())


def test_no_example_shares_an_image_with_the_prompt_whatever_the_file_is_called(examples, pictures):
    pool = ShotPool(examples, 4, seed=1)
    for first in range(5):
        prompt = pose(pictures, first, first + 1)
        drawn = pool.draw(prompt)
        shown = {image.sha256 for shot in drawn for image in shot.images}
        assert len(drawn) == 4 and shown.isdisjoint(image.sha256 for image in prompt.images)


def test_examples_are_of_the_prompts_answer_type(examples, pictures):
    pool = ShotPool(examples, 3, seed=1)
    assert all(shot.answer == "B: right" for shot in pool.draw(pose(pictures, 0)))
    assert all(shot.answer.startswith("Answer") for shot in pool.draw(pose(pictures, 0, letters=())))


def test_the_draw_is_fixed_by_prompt_and_seed_and_differs_between_prompts(examples, pictures):
    prompts = [replace(pose(pictures, 0), text=f"Which {number}?") for number in range(20)]
    drawn = [[shot.question for shot in ShotPool(examples, 2, seed=1).draw(prompt)] for prompt in prompts]
    assert (
        drawn == [[shot.question for shot in ShotPool(examples, 2, seed=1).draw(prompt)] for prompt in reversed(prompts)][::-1]
    )
    assert drawn != [[shot.question for shot in ShotPool(examples, 2, seed=2).draw(prompt)] for prompt in prompts]
    assert len({tuple(questions) for questions in drawn}) > 5


def test_a_blind_prompt_sees_no_images_of_examples_and_never_its_own_question(examples, pictures):
    blind = replace(pose(pictures), text="Question 2?\nA: left\nB: right")
    drawn = ShotPool(examples, 5, seed=1).draw(blind)
    assert not any(shot.images for shot in drawn)
    assert blind.text not in [shot.question for shot in drawn]


def test_too_few_examples_cost_the_prompt(examples, pictures):
    with pytest.raises(ShotError, match="fewer than 6 examples"):
        ShotPool(examples, 6, seed=1).draw(pose(pictures, 0))


@pytest.mark.parametrize("kind", ["llava", "qwen2_5_vl"])
def test_examples_change_the_answers_and_the_card_says_so(kind, examples, tiny_folders, ask, questions):
    shown = ask(tiny_folders[kind], questions, f"shots=2&examples={examples}")
    assert len(shown) == len(questions) and shown != ask(tiny_folders[kind], questions)
    assert shown == ask(tiny_folders[kind], questions, f"shots=2&examples={examples}&batch=1")
    options = TransformersOptions(device="cpu", shots=2, examples=str(examples))
    card = TransformersModel("mine", str(tiny_folders[kind]), options, 1).card
    assert "2 examples shown first" in card.remarks
    other_seed = TransformersModel("mine", str(tiny_folders[kind]), options, 2).card
    examples.write_text(examples.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    other_file = TransformersModel("mine", str(tiny_folders[kind]), options, 1).card
    assert len({card.digest, other_seed.digest, other_file.digest}) == 3


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("shots=2", "needs examples=FILE"),
        ("shots=2&images=one&examples=train.json", "takes one image in all; leave out shots"),
    ],
)
def test_options_that_contradict_each_other_are_an_error(tiny_folders, query, message):
    with pytest.raises(ModelError, match=message):
        _ = TransformersModel("mine", str(tiny_folders["llava"]), TransformersOptions.parse(f"device=cpu&{query}"), 1).card


def test_a_file_without_usable_examples_is_told(tmp_path):
    (tmp_path / "train.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match=r"examples=train\.json: "):
        ShotPool(tmp_path / "train.json", 1, seed=1)
    with pytest.raises(ModelError, match=r"examples=gone\.json: "):
        ShotPool(tmp_path / "gone.json", 1, seed=1)
