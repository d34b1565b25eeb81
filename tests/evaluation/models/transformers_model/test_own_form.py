"""A model that is trained in the project's own form is asked in it: letters are read where it learnt them, answers end at </s>.

The model is the true tiny one with its true tokenizer and template, taught four answers by heart, which it can tell apart only
by the picture.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from evaluation.models.model import Prompt, ShownImage
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.decoding import find_letter_tokens
from evaluation.models.transformers_model.model import TransformersModel
from pipelines.rendering.png import hash_bytes
from pipelines.score_records import Finish

STEPS = 60
OPTIONS = "A: bright\nB: dark\n"
LONG = "The image on the right is bright."
LETTERS = {"bright": "A", "dark": "B"}
CASES = [(shade, question) for shade in LETTERS for question in ("How is it?", "What does the film look like?")]
EXPECTED = [LETTERS[shade] for shade, _ in CASES]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ShownImage]:
    root = tmp_path_factory.mktemp("films")
    shown = {}
    for name, value in (("bright", 230), ("dark", 20)):
        path = root / f"{name}.png"
        Image.new("L", (48, 40), value).save(path)
        shown[name] = ShownImage(path, hash_bytes(path.read_bytes()))
    return shown


@pytest.fixture(scope="module")
def taught(films: dict[str, ShownImage], tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The folder of the taught model and its processor."""
    import torch

    from training.models.base import load_model, load_processor, save_model
    from training.recipe import load_recipe

    recipe = load_recipe("tiny")
    examples = [(f"{question}\n{OPTIONS}", shade, f"{LETTERS[shade]}: {shade}") for shade, question in CASES]
    examples += [("Describe it.", "bright", LONG)]
    processor = load_processor(recipe.base, [text for question, _, answer in examples for text in (question, answer)] * 3)
    model = load_model(recipe.base, processor, 1, dtype=recipe.base.dtype, frozen=recipe.frozen, adapter=recipe.adapter)
    batches = [build_batch(processor, films[shade].path, question, answer) for question, shade, answer in examples]
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        for _ in range(STEPS):
            optimiser.zero_grad()
            sum(model(**batch).loss for batch in batches).backward()
            optimiser.step()
    folder = tmp_path_factory.mktemp("taught")
    save_model(model.eval(), processor, folder)
    return SimpleNamespace(folder=folder, processor=processor)


def build_batch(processor: Any, film: Path, question: str, answer: str) -> dict[str, Any]:
    """One sample by the processor alone; the loss is on what follows the question."""
    user = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}
    start = processor.apply_chat_template([user], add_generation_prompt=True)
    reply = {"role": "assistant", "content": [{"type": "text", "text": answer}]}
    whole = processor.apply_chat_template([user, reply])
    assert whole.startswith(start) and whole == f"{start}{answer}</s>"
    picture = Image.open(film).convert("RGB")
    inputs = processor(text=whole, images=picture, return_tensors="pt", add_special_tokens=False)
    n_start = processor(text=start, images=picture, return_tensors="pt", add_special_tokens=False)["input_ids"].shape[1]
    labels = inputs["input_ids"].clone()
    labels[:, :n_start] = -100
    return {**{key: inputs[key] for key in ("input_ids", "attention_mask", "pixel_values")}, "labels": labels}


def ask(folder: Path, prompts: list[Prompt], query: str) -> list[Any]:
    model = TransformersModel("taught", str(folder), TransformersOptions.parse(f"device=cpu&{query}"), seed=1)
    found = {answer.key: answer for answer in model.answer(prompts, None)}
    return [found[prompt.key] for prompt in prompts]


@pytest.fixture(scope="module")
def prompts(films: dict[str, ShownImage]) -> list[Prompt]:
    return [
        Prompt(f"{shade}-{place}", "r", f"{question}\n{OPTIONS}", (films[shade],), ("A", "B"), ())
        for place, (shade, question) in enumerate(CASES)
    ]


def test_the_letter_is_the_first_token_of_an_answer_and_no_other(taught):
    tokenizer = taught.processor.tokenizer
    for letter in "AB":
        encoded = tokenizer(f"<|assistant|>{letter}: bright", add_special_tokens=False)["input_ids"]
        assert tokenizer.convert_ids_to_tokens(encoded[:2]) == ["<|assistant|>", letter]
        assert encoded[1] in find_letter_tokens(tokenizer, letter)


def test_the_likeliest_letter_is_the_one_that_was_taught(taught, prompts):
    assert EXPECTED == ["A", "A", "B", "B"]
    assert [answer.output for answer in ask(taught.folder, prompts, "answer=letters")] == EXPECTED


def test_a_free_answer_is_the_taught_text_and_ends_by_itself(taught, prompts):
    answers = ask(taught.folder, prompts, "max_new_tokens=24")
    wanted = [f"{letter}: {shade}" for letter, (shade, _) in zip(EXPECTED, CASES, strict=True)]
    assert [(answer.output, answer.finish) for answer in answers] == [(text, Finish.STOP) for text in wanted]
    tokenizer = taught.processor.tokenizer
    assert [answer.n_output_tokens for answer in answers] == [len(tokenizer(text)["input_ids"]) for text in wanted]


def test_an_open_answer_ends_by_itself_too_and_a_short_limit_cuts_it(taught, films):
    asked = [Prompt("open", "r", "Describe it.", (films["bright"],), (), ())]
    (whole,) = ask(taught.folder, asked, "answer=letters&max_new_tokens=40")
    assert (whole.output, whole.finish) == (LONG, Finish.STOP)
    (cut,) = ask(taught.folder, asked, "max_new_tokens=1")  # phrases are tokens: the whole answer has two
    assert cut.finish is Finish.LENGTH and LONG.startswith(cut.output) and cut.n_output_tokens == 1


def test_with_the_pictures_exchanged_the_answer_follows_the_picture(taught, prompts, films):
    others = {"bright": "dark", "dark": "bright"}
    exchanged = [
        Prompt(prompt.key, "r", prompt.text, (films[others[shade]],), ("A", "B"), ())
        for prompt, (shade, _) in zip(prompts, CASES, strict=True)
    ]
    turned = {"A": "B", "B": "A"}
    assert [answer.output for answer in ask(taught.folder, exchanged, "answer=letters")] == [turned[one] for one in EXPECTED]
