"""LoRA adapts the language model's linear layers and nothing else; what is frozen stays."""

import importlib.util
from pathlib import Path

import pytest
import torch

from tests.training.models.families import TEXTS
from training.models.adapters import merge_adapter
from training.models.base import load_model, load_processor, save_model
from training.models.four_bits import choose_four_bits, is_in_four_bits
from training.models.frozen import ModelPart, find_part
from training.models.problem import BaseModelError
from training.recipe import load_recipe
from training.recipe_parts import Adapter, AdapterKind, Base, Dtype, Frozen

WHOLE = Adapter()
LORA = Adapter(kind=AdapterKind.LORA, rank=2, alpha=4)
LAYERS = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def load(frozen: Frozen, adapter: Adapter = WHOLE, seed: int = 1):
    recipe = load_recipe("tiny")
    processor = load_processor(recipe.base, TEXTS)
    return load_model(recipe.base, processor, seed, dtype=Dtype.FP32, frozen=frozen, adapter=adapter)


def trained(model) -> dict[ModelPart, set[str]]:
    found: dict[ModelPart, set[str]] = {part: set() for part in ModelPart}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            found[find_part(name)].add(name)
    return found


@pytest.mark.parametrize("vision", [True, False])
@pytest.mark.parametrize("projector", [True, False])
@pytest.mark.parametrize("language", [True, False])
def test_frozen_parts_need_no_gradient_and_all_others_do(vision, projector, language) -> None:
    model = load(Frozen(vision_tower=vision, projector=projector, language_model=language))
    wanted = {ModelPart.VISION_TOWER: vision, ModelPart.PROJECTOR: projector, ModelPart.LANGUAGE_MODEL: language}
    for name, weight in model.named_parameters():
        assert weight.requires_grad is not wanted[find_part(name)], name


def test_every_weight_belongs_to_the_part_that_its_module_is(tmp_path) -> None:
    model = load(Frozen(vision_tower=True, projector=True, language_model=False))
    parts = dict.fromkeys(ModelPart, 0)
    for name, weight in model.named_parameters():
        parts[find_part(name)] += weight.numel()
    inner = model.model
    assert parts == {
        ModelPart.VISION_TOWER: sum(w.numel() for w in inner.vision_tower.parameters()),
        ModelPart.PROJECTOR: sum(w.numel() for w in inner.multi_modal_projector.parameters()),
        ModelPart.LANGUAGE_MODEL: sum(w.numel() for w in (*inner.language_model.parameters(), *model.lm_head.parameters())),
    }


@pytest.mark.parametrize("vision", [True, False])
@pytest.mark.parametrize("projector", [True, False])
def test_lora_adapts_each_linear_layer_of_the_language_model_and_no_other(vision, projector) -> None:
    model = load(Frozen(vision_tower=vision, projector=projector, language_model=False), LORA)
    found = trained(model)
    adapted = {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in found[ModelPart.LANGUAGE_MODEL]}
    assert adapted == LAYERS
    assert len(found[ModelPart.LANGUAGE_MODEL]) == 3 * len(LAYERS) * 2  # layers, and A and B of each
    assert not any("lm_head" in name or "embed_tokens" in name for name in found[ModelPart.LANGUAGE_MODEL])
    whole = {ModelPart.VISION_TOWER: vision, ModelPart.PROJECTOR: projector}
    for part, is_frozen in whole.items():
        assert bool(found[part]) is not is_frozen
        assert not any("lora" in name for name in found[part])


def test_lora_changes_nothing_before_it_is_trained_and_follows_its_seed() -> None:
    frozen = Frozen(vision_tower=True, projector=False, language_model=False)
    ids = torch.tensor([[1, 9, 10, 11]])
    adapted = load(frozen, LORA).eval()
    with torch.inference_mode():
        assert torch.allclose(adapted(input_ids=ids).logits, load(frozen).eval()(input_ids=ids).logits)
    one, two = (dict(load(frozen, LORA).named_parameters()) for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not adapted.peft_config["default"].use_dora


def test_a_model_whose_parts_have_unknown_names_is_refused() -> None:
    from training.models.frozen import freeze

    with pytest.raises(BaseModelError, match="no weight is known to belong to its vision_tower, projector"):
        freeze(torch.nn.Linear(2, 2), Frozen(vision_tower=True, projector=True, language_model=False))


def test_a_model_without_adapter_is_merged_as_it_is() -> None:
    model = torch.nn.Linear(2, 2)
    assert merge_adapter(model) is model


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed here")
def test_four_bits_without_bitsandbytes_are_refused_with_what_to_install() -> None:
    with pytest.raises(BaseModelError, match="pip install bitsandbytes"):
        choose_four_bits(torch.bfloat16)


@pytest.mark.skipif(importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed here")
@pytest.mark.filterwarnings("ignore")
def test_four_bits_hold_the_language_model_alone_and_are_merged_as_they_answered(tmp_path: Path) -> None:
    from transformers import AutoModelForImageTextToText

    frozen = Frozen(vision_tower=True, projector=False, language_model=False)
    processor = load_processor(load_recipe("tiny").base, TEXTS)
    save_model(load(frozen), processor, tmp_path / "base")
    base = Base(weights=str(tmp_path / "base"), architecture="tiny", chat_template="tiny")
    adapter = Adapter(kind=AdapterKind.QLORA, rank=2, alpha=4, dropout=0.0)
    model = load_model(base, processor, 1, dtype=Dtype.FP32, frozen=frozen, adapter=adapter).eval()
    packed = {name for name, module in model.named_modules() if type(module).__name__ == "Linear4bit"}
    assert packed and {find_part(name) for name in packed} == {ModelPart.LANGUAGE_MODEL}
    assert not any("lm_head" in name for name in packed)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight += 0.02
    ids = torch.tensor([[1, 9, 10, 11]])
    with torch.inference_mode():  # on a CPU this reorders the weights, which merging has to undo
        before = model(input_ids=ids).logits
        untrained = load(frozen).eval()(input_ids=ids).logits
    save_model(model, processor, tmp_path / "saved")
    again = AutoModelForImageTextToText.from_pretrained(tmp_path / "saved").eval()
    assert not is_in_four_bits(again)
    with torch.inference_mode():
        after = again(input_ids=ids).logits
    assert torch.allclose(after, before, atol=0.02)  # bitsandbytes multiplies in 16 bits on a CPU
    assert not torch.allclose(after, untrained, atol=0.2)
