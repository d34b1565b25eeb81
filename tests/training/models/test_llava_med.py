"""LLaVA-Med's original files become transformers' LLaVA: every weight in its place, and the same answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.training.models.families import build_llava_med, name_originally, write_family
from training import architecture
from training.models.base import load_model, load_processor
from training.models.llava_med import rename
from training.models.problem import BaseModelError
from training.recipe_parts import Adapter, Base, Dtype, Frozen

TRAINED = Frozen(vision_tower=False, projector=False, language_model=False)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    monkeypatch.setattr(architecture, "ARCHITECTURES_FOLDER", tmp_path)
    return write_family("mistral_instruct", tmp_path)


def load(base: Base) -> Any:
    return load_model(base, load_processor(base, None), 1, dtype=Dtype.FP32, frozen=TRAINED, adapter=Adapter()).eval()


def change_config(base: Base, **changes: object) -> None:
    path = Path(base.weights) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def change_weights(base: Base, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the weights as a broken download or another version of the model would have them, in one file."""
    from safetensors.torch import load_file, save_file

    folder = Path(base.weights)
    weights: dict[str, Any] = {}
    for path in folder.glob("model*"):
        weights |= load_file(path) if path.suffix == ".safetensors" else {}
        path.unlink()
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_every_weight_of_the_original_is_found_at_its_place(base) -> None:
    model = load(base)
    n_tokens = json.loads((Path(base.weights) / "config.json").read_text())["vocab_size"]
    expected, found = build_llava_med(n_tokens).state_dict(), model.state_dict()
    assert found.keys() == expected.keys()
    for name, weight in expected.items():
        assert torch.equal(found[name][: len(weight)], weight), name
        assert rename(name_originally(name)) == name
    longer = {name for name in found if found[name].shape != expected[name].shape}
    assert longer == {"lm_head.weight", "model.language_model.embed_tokens.weight"}


def test_logits_are_those_of_the_model_that_was_written(base) -> None:
    model, processor = load(base), load_processor(base, None)
    n_tokens = json.loads((Path(base.weights) / "config.json").read_text())["vocab_size"]
    original = build_llava_med(n_tokens)
    original.resize_token_embeddings(model.config.text_config.vocab_size, mean_resizing=False)
    original.config.image_token_id = model.config.image_token_id
    picture = Image.radial_gradient("L").resize((50, 30)).convert("RGB")
    inputs = processor(text=["[INST] <image>Is there a mass? [/INST]"], images=[[picture]], return_tensors="pt")
    assert int((inputs["input_ids"] == model.config.image_token_id).sum()) == 16
    with torch.inference_mode():
        assert torch.equal(model(**inputs).logits[..., :n_tokens], original(**inputs).logits[..., :n_tokens])
    assert float(inputs["pixel_values"].std()) > 0


def test_new_rows_follow_the_seed(base) -> None:
    one, two = load(base), load(base)
    assert torch.equal(one.lm_head.weight, two.lm_head.weight)


def test_pictures_are_padded_to_a_square_and_not_cropped(base) -> None:
    processor = load_processor(base, None)
    film = np.zeros((20, 60, 3), np.uint8)
    film[:, :5] = film[:, -5:] = 255  # the edges that a centre crop would lose
    values = processor.image_processor(Image.fromarray(film), return_tensors="np")["pixel_values"][0, 0]
    assert values[14, 0] > 1 and values[14, -1] > 1
    assert abs(float(values[0].mean())) < 0.05  # above it the mean colour


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda weights: weights.pop("model.mm_projector.0.weight"), "multi_modal_projector.linear_1.weight"),
        (lambda weights: weights.update({"model.image_newline": torch.zeros(4)}), "model.image_newline"),
        (lambda weights: weights.update({"model.mm_projector.0.weight": torch.zeros(3, 3)}), "linear_1.weight"),
    ],
    ids=["missing", "unknown", "of another shape"],
)
def test_weight_that_is_wrong_is_named(base, change, told) -> None:
    change_weights(base, change)
    with pytest.raises(BaseModelError, match=told):
        load(base)


def test_what_the_model_computes_for_itself_may_stand_in_older_files(base) -> None:
    name = "model.vision_tower.vision_tower.vision_model.embeddings.position_ids"
    change_weights(base, lambda weights: weights.update({name: torch.arange(17)[None]}))
    load(base)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model_type": "llava_llama"}, "expected model_type 'llava_mistral'"),
        ({"mm_projector_type": "linear"}, "projector 'linear'"),
        ({"hidden_size": 48}, "hidden_size is 48, there 32"),
        ({"mm_vision_select_layer": -1}, "mm_vision_select_layer is -1, there -2"),
        ({"vocab_size": 7}, "have another shape|Error"),
    ],
)
def test_configuration_of_another_model_is_refused(base, changes, told) -> None:
    change_config(base, **changes)
    with pytest.raises(BaseModelError, match=told):
        load(base)
