"""LoRA: small matrices beside the language model's linear layers are trained in place of the layers themselves.

Only the language model's layers are adapted, never its head; an unfrozen projector or vision tower is trained whole. QLoRA
holds the layers in 4 bits (`four_bits.py`).

Example:
    >>> import re
    >>> [bool(re.fullmatch(ADAPTED, name)) for name in ("model.language_model.layers.0.mlp.up_proj", "lm_head")]
    [True, False]
"""

import warnings
from typing import Any

from training.models.four_bits import is_in_four_bits, unpack_layers
from training.models.frozen import ModelPart, find_part
from training.models.problem import BaseModelError
from training.recipe_parts import Adapter, Frozen

# Under "language_model" alone: SigLIP's and CLIP's layers are called q_proj, k_proj and v_proj, too.
ADAPTED = r"(.*\.)?language_model\.(.*\.)?(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


def add_adapter(model: Any, adapter: Adapter, frozen: Frozen, seed: int) -> Any:
    """Return the model with LoRA, a PeftModel; weights of unfrozen parts other than the language model stay trainable.

    Args:
        model: of transformers, already frozen in part.
        adapter: rank, alpha and dropout; its kind is not NONE.
        frozen: of the recipe; the language model is not.
        seed: of the new matrices.

    Raises:
        BaseModelError: the model has no linear layers where they are looked for.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,
        lora_dropout=adapter.dropout,
        use_dora=adapter.dora,
        target_modules=ADAPTED,
        modules_to_save=_name_whole_modules(model, frozen) or None,
    )
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        torch.manual_seed(seed)
        # peft asks transformers for a name that goes with its version 6
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        try:
            adapted = get_peft_model(model, config)
        except ValueError as error:  # peft found no module of these names
            raise BaseModelError(f"{type(model).__name__}: no layers to adapt are found by {ADAPTED!r} ({error})") from error
    _freeze_within(adapted, frozen)
    return adapted


def merge_adapter(model: Any) -> Any:
    """Return the model of transformers with the adapter added into its weights, in place; without adapter the model as it is.

    Weights in 4 bits are unpacked: those answered in training, not the ones that they were made from, and rounding the sum to
    4 bits again would make another model of it.
    """
    if not hasattr(model, "merge_and_unload"):
        return model
    if is_in_four_bits(model.get_base_model()):
        unpack_layers(model)
    return model.merge_and_unload()


def _name_whole_modules(model: Any, frozen: Frozen) -> list[str]:
    """Return the outermost modules that hold unfrozen weights outside of the language model: they are trained whole."""
    found: list[str] = []
    for name, _ in model.named_modules():
        part = find_part(name)
        is_trained = part is not ModelPart.LANGUAGE_MODEL and not getattr(frozen, part.value)
        if is_trained and not any(name.startswith(f"{outer}.") for outer in found):
            found.append(name)
    return found


def _freeze_within(adapted: Any, frozen: Frozen) -> None:
    """Freeze again what lies inside of a module that is trained whole, as Qwen's projector in its vision tower."""
    for name, weight in adapted.named_parameters():
        if weight.requires_grad and getattr(frozen, find_part(name).value):
            weight.requires_grad_(False)
