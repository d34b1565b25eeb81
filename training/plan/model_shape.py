"""The exact model of a recipe without its weights: transformers' and peft's own classes over tensors that hold no numbers.

`open_model` builds it on the meta device and stands it on torch's fake tensors, which answer as if they were on a CPU, so that
a step can be run: seconds and a few megabytes for 8 billion weights.

Example:
    >>> from training.recipe import load_recipe
    >>> with open_model(load_recipe("tiny")) as model:
    ...     count_parameters(model, load_recipe("tiny")).trainable == sum(weight.numel() for weight in model.parameters())
    True
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from training.architecture import read_architecture
from training.models.adapters import ADAPTED, add_adapter
from training.models.frozen import ModelPart, find_part, freeze
from training.recipe import Recipe
from training.recipe_parts import AdapterKind, Dtype


@dataclass(frozen=True, slots=True)
class PartSize:
    """Weights of one part of the model."""

    part: ModelPart
    total: int
    trainable: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """How many weights there are. A head that is tied to the embedding is counted once."""

    total: int  # those of an adapter among them
    trainable: int
    adapter: int  # LoRA's matrices (and DoRA's magnitudes)
    in_four_bits: int  # QLoRA: weights held in 4 bits
    largest_layer: int  # the most that one module holds itself: what ZeRO-3 gathers at once
    parts: tuple[PartSize, ...]

    @property
    def frozen(self) -> int:
        """Weights that stay as they are."""
        return self.total - self.trainable


@contextmanager
def open_model(recipe: Recipe) -> Iterator[Any]:
    """Give the recipe's model, frozen and adapted as in training; it holds no numbers and lives as long as the context.

    Raises:
        ArchitectureError: base.architecture cannot be read.
        BaseModelError: a part of it is not known by its name.
    """
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from transformers import AutoModelForImageTextToText
    from transformers.initialization import no_init_weights

    config = read_architecture(recipe.base.architecture)
    dtype = {Dtype.BF16: torch.bfloat16, Dtype.FP32: torch.float32}[recipe.base.dtype]
    with torch.device("meta"), no_init_weights():
        model = AutoModelForImageTextToText.from_config(config, dtype=dtype)
        model.tie_weights()
        freeze(model, recipe.frozen)
        if recipe.adapter.kind is not AdapterKind.NONE:
            model = add_adapter(model, recipe.adapter.model_copy(update={"kind": AdapterKind.LORA}), recipe.frozen, recipe.seed)
    with FakeTensorMode():
        _stand_on_cpu(model)
        yield model.train()


def count_parameters(model: Any, recipe: Recipe) -> Parameters:
    """Return the weights of a model that `open_model` gave."""
    weights = dict(model.named_parameters())
    return Parameters(
        total=sum(weight.numel() for weight in weights.values()),
        trainable=sum(weight.numel() for weight in weights.values() if weight.requires_grad),
        adapter=sum(weight.numel() for name, weight in weights.items() if ".lora_" in name),
        in_four_bits=_count_quantised(model) if recipe.adapter.kind is AdapterKind.QLORA else 0,
        largest_layer=max(sum(weight.numel() for weight in module.parameters(recurse=False)) for module in model.modules()),
        parts=tuple(_measure_part(part, weights) for part in ModelPart),
    )


def _stand_on_cpu(model: Any) -> None:
    """Put a fake tensor of the CPU in place of each tensor of the meta device: transformers asks some for a number."""
    import torch

    fakes: dict[int, Any] = {}  # a tied weight stays one
    for module in model.modules():
        for name, weight in module._parameters.items():
            if weight is not None and id(weight) not in fakes:
                empty = torch.empty(weight.shape, dtype=weight.dtype)
                fakes[id(weight)] = torch.nn.Parameter(empty, requires_grad=weight.requires_grad)
            module._parameters[name] = None if weight is None else fakes[id(weight)]
        for name, buffer in module._buffers.items():
            module._buffers[name] = None if buffer is None else torch.empty(buffer.shape, dtype=buffer.dtype)


def _measure_part(part: ModelPart, weights: dict[str, Any]) -> PartSize:
    own = [weight for name, weight in weights.items() if find_part(name) is part]
    return PartSize(part, sum(weight.numel() for weight in own), sum(weight.numel() for weight in own if weight.requires_grad))


def _count_quantised(model: Any) -> int:
    """Return the weights of the layers that LoRA adapts: bitsandbytes holds these in 4 bits, embedding and head whole."""
    import re

    base = (name.removeprefix("base_model.model.") for name, _ in model.named_modules())
    layers = {name for name in base if re.fullmatch(ADAPTED, name)}
    return sum(
        weight.numel()
        for name, weight in model.named_parameters()
        if name.removeprefix("base_model.model.").removesuffix(".base_layer.weight") in layers
    )
