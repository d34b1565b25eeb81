"""What is saved is what was trained: every weight, the processor, and the prompts that evaluation makes of it."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from evaluation.models.model import Prompt, ShownImage
from evaluation.models.options import TransformersOptions
from evaluation.models.transformers_model.folders import find_folder
from evaluation.models.transformers_model.image_use import ImageUse
from evaluation.models.transformers_model.loading import load_model as load_to_ask
from evaluation.models.transformers_model.preparing import Preparer
from evaluation.models.transformers_model.prompt_layout import Layout, choose_layout
from pipelines.interleave import interleave
from pipelines.rendering.png import hash_bytes
from pipelines.vocabulary import AnswerType
from tests.training.models.families import END_OF, TEXTS, write_family
from training import architecture
from training.messages import TrainingExample
from training.models.base import load_model, load_processor, save_model
from training.models.problem import BaseModelError
from training.recipe import load_recipe
from training.recipe_parts import Adapter, AdapterKind, Base, Data, Dtype, Frozen, WeightsLayout
from training.tokens.encoder import IGNORED, ExampleEncoder

TUNED = Frozen(vision_tower=True, projector=False, language_model=False)
WHOLE = Adapter()
LORA = Adapter(kind=AdapterKind.LORA, rank=4, alpha=8, dropout=0.0)
QUESTION = "Which image shows the mass?\nA: The first\nB: The second\n"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("films")
    Image.linear_gradient("L").resize((60, 40)).save(root / "a.png")
    Image.radial_gradient("L").resize((40, 44)).save(root / "b.png")
    return root


@pytest.fixture(scope="module", params=sorted(END_OF))
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The base of a family, and its processor."""
    root = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        base = write_family(request.param, root)
        if base.architecture != "tiny":
            patch.setattr(architecture, "ARCHITECTURES_FOLDER", root)
        yield base, load_processor(base, TEXTS)


def train(base: Base, processor: Any, adapter: Adapter = WHOLE) -> Any:
    """A model whose trainable weights have all moved."""
    model = load_model(base, processor, 7, dtype=Dtype.FP32, frozen=TUNED, adapter=adapter)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(8)
        for weight in model.parameters():
            if weight.requires_grad:
                weight += torch.randn_like(weight) * 0.02
    return model.eval()


def look(processor: Any, films: Path) -> Any:
    """The inputs of one question about two pictures."""
    turns = [{"role": "user", "content": [{"type": "image"}, {"type": "image"}, {"type": "text", "text": QUESTION}]}]
    text = processor.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    pictures = [Image.open(films / name).convert("RGB") for name in ("a.png", "b.png")]
    return processor(text=[text], images=[pictures], return_tensors="pt", add_special_tokens=False)


@pytest.mark.parametrize("adapter", [WHOLE, LORA], ids=["full", "lora"])
def test_saved_model_answers_to_the_bit_or_by_rounding_as_the_trained_one(family, films, tmp_path, adapter) -> None:
    base, processor = family
    model = train(base, processor, adapter)
    inputs = look(processor, films)
    with torch.inference_mode():
        before = model(**inputs).logits
    save_model(model, processor, tmp_path)
    again, told = AutoModelForImageTextToText.from_pretrained(tmp_path, output_loading_info=True)
    assert not told["missing_keys"] and not told["unexpected_keys"]
    with torch.inference_mode():
        after = again.eval()(**look(AutoProcessor.from_pretrained(tmp_path), films)).logits
    if adapter.kind is AdapterKind.NONE:
        expected = model.state_dict()
        found = again.state_dict()
        assert found.keys() == expected.keys() and all(torch.equal(found[name], expected[name]) for name in found)
        assert torch.equal(after, before)
    else:
        assert torch.allclose(after, before, atol=1e-5)
        untrained = load_model(base, processor, 7, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE).eval()
        with torch.inference_mode():
            assert not torch.allclose(after, untrained(**inputs).logits, atol=1e-3)  # what was merged made a difference


def test_evaluation_asks_the_saved_model_in_the_tokens_and_pixels_of_training(family, films, tmp_path) -> None:
    base, processor = family
    save_model(load_model(base, processor, 7, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE), processor, tmp_path)
    prompt = interleave(f"<image><image>{QUESTION}", 2)
    example = TrainingExample("r1", "demo", AnswerType.CLOSED, prompt, "A: The first", ("a.png", "b.png"))
    ((_, sample),) = ExampleEncoder(films, processor, Data()).encode([example])
    n_prompt = next(place for place, label in enumerate(sample.labels) if label != IGNORED)

    folder = find_folder(str(tmp_path), None)
    assert choose_layout(folder) is Layout.TEMPLATE
    loaded = load_to_ask(folder, TransformersOptions.parse("device=cpu"))
    shown = tuple(ShownImage(films / name, hash_bytes((films / name).read_bytes())) for name in example.images)
    asked = Preparer(loaded, Layout.TEMPLATE, ImageUse.MANY, seed=1).prepare(
        Prompt("k", "r1", QUESTION, shown, ("A", "B"), ()), ()
    )
    assert asked.inputs["input_ids"][0].tolist() == sample.input_ids[:n_prompt]
    assert torch.equal(asked.inputs["pixel_values"], look(processor, films)["pixel_values"])
    assert sample.labels[n_prompt:][-1] in (*loaded.end_ids, IGNORED)
    assert any(label in loaded.end_ids for label in sample.labels[n_prompt:])


def test_new_models_of_one_seed_are_equal_and_leave_the_callers_numbers_alone() -> None:
    recipe = load_recipe("tiny")
    processor = load_processor(recipe.base, TEXTS)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    kept = {"dtype": Dtype.FP32, "frozen": recipe.frozen, "adapter": recipe.adapter}
    one, two, other = (load_model(recipe.base, processor, seed, **kept).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_weights_are_held_in_the_type_that_is_asked_for() -> None:
    recipe = load_recipe("tiny")
    processor = load_processor(recipe.base, TEXTS)
    model = load_model(recipe.base, processor, 1, dtype=Dtype.BF16, frozen=recipe.frozen, adapter=recipe.adapter)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16} and model.training


def test_weights_missing_from_the_files_are_named(films, tmp_path) -> None:
    from safetensors.torch import load_file, save_file

    base = write_family("llama_3", tmp_path)
    path = Path(base.weights) / "model.safetensors"
    weights = load_file(path)
    del weights["language_model.lm_head.weight"]
    weights["language_model.model.layers.0.extra"] = torch.zeros(2)
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(BaseModelError) as caught:
        load_model(base, load_processor(base, None), 1, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE)
    assert "1 weights are not in its files and would be drawn at random (lm_head.weight)" in str(caught.value)
    assert "1 weights of its files are unknown to the model" in str(caught.value) and "layers.0.extra" in str(caught.value)


@pytest.mark.parametrize("layout", [each for each in WeightsLayout if each is not WeightsLayout.NEW])
def test_a_base_that_is_not_here_is_not_fetched_but_told(layout) -> None:
    base = Base(weights="nobody/nothing", layout=layout, architecture="tiny", chat_template="tiny")
    for load in (
        lambda: load_processor(base, None),
        lambda: load_model(base, None, 1, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE),
    ):
        with pytest.raises(BaseModelError, match=r"Fetch it once \(hf download nobody/nothing\)"):
            load()


def test_a_new_model_without_texts_or_in_four_bits_is_refused() -> None:
    base = load_recipe("tiny").base
    with pytest.raises(BaseModelError, match="made of the training texts"):
        load_processor(base, None)
    for adapter, told in (
        (Adapter(kind=AdapterKind.QLORA), "take 'lora'"),
        (Adapter(kind=AdapterKind.QLORA, dora=True), "adapter.dora: is not merged"),
    ):
        with pytest.raises(BaseModelError, match=told):
            load_model(base, None, 1, dtype=Dtype.FP32, frozen=TUNED, adapter=adapter)


@pytest.mark.skipif(importlib.util.find_spec("sentencepiece") is not None, reason="sentencepiece is installed here")
def test_a_tokenizer_of_sentencepiece_is_told_with_what_to_install(tmp_path) -> None:
    base = write_family("llama_3", tmp_path)
    folder = Path(base.weights)
    (folder / "tokenizer.json").rename(folder / "tokenizer.model")
    with pytest.raises(BaseModelError, match="pip install sentencepiece"):
        load_processor(base, None)


def test_files_that_are_broken_are_told(tmp_path) -> None:
    base = write_family("llama_3", tmp_path)
    folder = Path(base.weights)
    (folder / "preprocessor_config.json").write_text("{")
    with pytest.raises(BaseModelError, match="llama_3: its processor cannot be read"):
        load_processor(base, None)
    (folder / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BaseModelError, match="llama_3: cannot be loaded"):
        load_model(base, None, 1, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE)
    (folder / "config.json").unlink()
    with pytest.raises(BaseModelError, match="llama_3: "):
        load_model(base, None, 1, dtype=Dtype.FP32, frozen=TUNED, adapter=WHOLE)
