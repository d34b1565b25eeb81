"""The language model's layers in 4 bits, as QLoRA holds them (Dettmers et al. 2023, arXiv 2305.14314): nf4, quantised twice.

Example:
    >>> is_in_four_bits(object())
    False
"""

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from training.models.frozen import PROJECTORS, TOWERS
from training.models.problem import BaseModelError

if TYPE_CHECKING:
    import torch
    from transformers import BitsAndBytesConfig

# The head and what sees the image stay as they are: they are small, and the latter may be trained whole. transformers compares
# the beginning of a module's full name.
_SKIPPED = ("lm_head", *(f"{prefix}{name}" for prefix in ("", "model.") for name in sorted(PROJECTORS | TOWERS)))


def choose_four_bits(dtype: "torch.dtype") -> "BitsAndBytesConfig":
    """Return how weights are quantised while they are loaded; `dtype` is what is computed in.

    Raises:
        BaseModelError: bitsandbytes is not installed.
    """
    if importlib.util.find_spec("bitsandbytes") is None:
        raise BaseModelError(
            "adapter.kind = 'qlora' needs bitsandbytes, which is not installed; install it (pip install bitsandbytes), "
            "or take adapter.kind = 'lora'"
        )
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=list(_SKIPPED),
    )


def is_in_four_bits(model: Any) -> bool:
    """Return whether a model's layers are held in 4 bits."""
    return bool(getattr(model, "is_loaded_in_4bit", False))


def unpack_layers(model: Any) -> None:
    """Replace, in place, each layer in 4 bits of a PeftModel by a whole one, its adapter's matrices added.

    The sum is taken in 32 bits and kept in the type that the model computes in.
    """
    import torch

    whole = model.get_base_model()
    with torch.no_grad():
        for name, module in list(_find_packed(whole)):
            whole.set_submodule(name, _unpack(module))
    whole.is_loaded_in_4bit = whole.is_quantized = False
    whole.hf_quantizer = None
    del whole.config.quantization_config


def _find_packed(whole: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layers in 4 bits by name; of an adapted one the adapted layer, not the one within it."""
    for name, module in whole.named_modules():
        layer = getattr(module, "base_layer", module)
        if type(layer).__name__ == "Linear4bit" and not name.endswith(".base_layer"):
            yield name, module


def _unpack(module: Any) -> Any:
    import torch
    from peft.utils.integrations import dequantize_module_weight

    layer = getattr(module, "base_layer", module)
    layer.state_dict()  # a layer that answered on a CPU holds its weights in another order there; this puts them back
    weight = dequantize_module_weight(layer).float()
    if layer is not module:
        for adapter in module.active_adapters:
            weight += module.get_delta_weight(adapter).float()
    plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=layer.bias is not None, device="meta")
    plain.weight = torch.nn.Parameter(weight.to(layer.compute_dtype), requires_grad=False)
    plain.bias = layer.bias
    return plain
