"""Each chat template writes the project's interleaved form, and what is learnt is the answer and the end of the turn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evaluation.models.transformers_model.prompt_layout import Exchange, Layout, lay_out
from pipelines.interleave import interleave
from pipelines.vocabulary import AnswerType
from tests.training.models.families import END_OF, IMAGE_OF, TEXTS, write_family
from training import architecture
from training.messages import TrainingExample
from training.models.base import load_processor
from training.models.chat_templates import list_chat_templates, read_chat_template
from training.models.problem import BaseModelError
from training.recipe import list_recipes, load_recipe
from training.recipe_parts import Data
from training.tokens.encoder import IGNORED, ExampleEncoder
from training.tokens.prompts import render, write_messages
from training.tokens.shards import Sample

QUESTION = "How has the pleural effusion changed?\nA: Stable\nB: Worsening\nC: Improving\n"
ANSWERS = ["B: Worsening", "The second image.", "no", " Ünclear – 2 µm "]
TEMPLATES = sorted(END_OF)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(1)
    for name, shape in (("a.png", (40, 56)), ("b.png", (64, 64, 3)), ("c.png", (30, 50))):
        Image.fromarray(generator.integers(0, 256, shape, dtype=np.uint8)).save(root / name)
    return root


@pytest.fixture(scope="module", params=TEMPLATES)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Name of a template, and the processor of a base of its family."""
    root = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        base = write_family(request.param, root)
        if base.architecture != "tiny":
            patch.setattr(architecture, "ARCHITECTURES_FOLDER", root)
        yield request.param, load_processor(base, TEXTS)


def build(answer: str, names: tuple[str, ...] = ("a.png", "b.png")) -> TrainingExample:
    prompt = interleave("<image>" * len(names) + QUESTION, len(names))
    return TrainingExample("r1", "demo", AnswerType.CLOSED, prompt, answer, names)


def encode(processor: Any, root: Path, example: TrainingExample) -> Sample:
    ((_, found),) = ExampleEncoder(root, processor, Data()).encode([example])
    assert isinstance(found, Sample), found
    return found


def ask(processor: Any, example: TrainingExample) -> str:
    """The prompt as whoever asks the model renders it."""
    return processor.apply_chat_template(write_messages(example)[:1], add_generation_prompt=True, tokenize=False)


def test_every_template_is_of_a_family_tested_here_and_every_recipe_names_one() -> None:
    assert list_chat_templates() == TEMPLATES
    assert {load_recipe(name).base.chat_template for name in list_recipes()} <= set(TEMPLATES)
    with pytest.raises(BaseModelError, match=r"set base\.chat_template to one of gemma_3"):
        read_chat_template("gemma_4")


@pytest.mark.parametrize("answer", ANSWERS)
def test_labels_decode_to_the_answer_and_the_end_of_the_turn_alone(family, images, answer) -> None:
    template, processor = family
    sample = encode(processor, images, build(answer))
    learnt = [token for token in sample.labels if token != IGNORED]
    decoded = processor.tokenizer.decode(learnt)
    if template == "mistral_instruct":  # SentencePiece's decoder drops the blank that it puts before a text
        decoded = decoded.removeprefix(" ") if not answer.startswith(" ") else f" {decoded.lstrip(' ')}"
    assert decoded == answer + END_OF[template]
    assert processor.tokenizer.decode(learnt[-1:]) == END_OF[template]
    first = sample.labels.index(learnt[0])
    assert sample.labels[:first] == [IGNORED] * first
    assert sample.labels[first : first + len(learnt)] == sample.input_ids[first : first + len(learnt)]


def test_the_prompt_that_is_asked_is_what_the_training_text_begins_with(family) -> None:
    _, processor = family
    example = build("B: Worsening", ("a.png", "b.png", "c.png"))
    (rendered,) = render(processor, [write_messages(example)])
    assert ask(processor, example) == rendered.text[: rendered.start]
    assert rendered.text[rendered.start : rendered.end].strip().startswith("B: Worsening")


def test_tokens_of_the_prompt_are_those_that_training_saw(family, images) -> None:
    """Asked by the processor alone, as evaluation asks, the model reads the very tokens that came before the answer."""
    _, processor = family
    example = build("B: Worsening")
    sample = encode(processor, images, example)
    n_prompt = next(place for place, label in enumerate(sample.labels) if label != IGNORED)
    pictures = [Image.open(images / name).convert("RGB") for name in example.images]
    text = ask(processor, example)
    asked = processor(text=[text], images=[pictures], add_special_tokens=not text.startswith(processor.tokenizer.bos_token))
    assert sample.input_ids[:n_prompt] == asked["input_ids"][0]
    assert sample.input_ids.count(processor.tokenizer.bos_token_id) == 1


def test_mantis_is_asked_as_it_was_trained(family) -> None:
    template, processor = family
    if template != "llama_3":
        pytest.skip("Mantis' own form is known of one template")
    exchanges = [Exchange(2, QUESTION, None)]
    layout = lay_out(Layout.MANTIS_LLAMA_3, exchanges, mark="<image>")
    assert ask(processor, build("no")) == processor.tokenizer.bos_token + layout


def test_images_are_numbered_through_the_conversation_in_the_interleaved_form(family) -> None:
    template, processor = family
    show, say = {"type": "image"}, lambda text: {"type": "text", "text": text}
    turns = [
        {"role": "user", "content": [show, show, say("Same side?")]},
        {"role": "assistant", "content": [say("Yes")]},
        {"role": "user", "content": [say("And "), show, say(" here?")]},
    ]
    text = processor.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    for question in (
        interleave("<image><image>Same side?", 2),
        interleave("And <image> here?", 1, first=3),
    ):
        assert text.count(question.replace("<image>", IMAGE_OF[template])) == 1
    assert text.count(f"Yes{END_OF[template]}") == 1
    assert text.count(IMAGE_OF[template]) == 3


def test_text_instead_of_parts_is_rendered_alike(family) -> None:
    _, processor = family
    parts = [{"role": "user", "content": [{"type": "text", "text": "Q?"}]}, {"role": "assistant", "content": "A"}]
    plain = [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A"}]
    assert processor.apply_chat_template(parts, tokenize=False) == processor.apply_chat_template(plain, tokenize=False)


def test_a_role_that_was_never_trained_is_refused(family) -> None:
    from jinja2.exceptions import TemplateError

    _, processor = family
    with pytest.raises(TemplateError, match="expected the roles user and assistant, got tool"):
        processor.apply_chat_template([{"role": "tool", "content": "x"}], tokenize=False)


def test_a_template_without_marks_is_refused(family, images) -> None:
    _, processor = family
    kept = processor.chat_template
    processor.chat_template = kept.replace("{%- generation -%}", "").replace("{%- endgeneration -%}", "")
    try:
        with pytest.raises(BaseModelError, match="expected one answer between"):
            encode(processor, images, build("B: Worsening"))
    finally:
        processor.chat_template = kept
