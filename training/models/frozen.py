"""Which part of a vision-language model a weight belongs to, and keeping parts as they are.

Example:
    >>> find_part("model.vision_tower.encoder.layers.0.mlp.fc1.weight"), find_part("model.visual.merger.mlp.0.weight")
    (<ModelPart.VISION_TOWER: 'vision_tower'>, <ModelPart.PROJECTOR: 'projector'>)
"""

from enum import StrEnum
from typing import Any

from training.models.problem import BaseModelError
from training.recipe_parts import Frozen

# How transformers' vision-language models name the two; everything else is the language model, its head among it.
PROJECTORS = frozenset({"multi_modal_projector", "merger", "deepstack_merger_list", "connector", "aligner", "embed_vision"})
TOWERS = frozenset({"vision_tower", "vision_model", "visual"})


class ModelPart(StrEnum):
    """A part of the model, named as in the recipe."""

    VISION_TOWER = "vision_tower"
    PROJECTOR = "projector"
    LANGUAGE_MODEL = "language_model"


def find_part(name: str) -> ModelPart:
    """Return the part that a parameter or module belongs to, by its dotted name."""
    segments = set(name.split("."))
    if segments & PROJECTORS:  # first: some models keep it inside of the tower
        return ModelPart.PROJECTOR
    return ModelPart.VISION_TOWER if segments & TOWERS else ModelPart.LANGUAGE_MODEL


def freeze(model: Any, frozen: Frozen) -> None:
    """Let the weights of frozen parts need no gradient, all others need one.

    Raises:
        BaseModelError: the model has no weights in one of the parts, so that its names are not understood.
    """
    seen: set[ModelPart] = set()
    for name, weight in model.named_parameters():
        part = find_part(name)
        seen.add(part)
        if weight.is_floating_point():  # weights in 4 bits never need one
            weight.requires_grad_(not getattr(frozen, part.value))
    if missing := [part.value for part in ModelPart if part not in seen]:
        raise BaseModelError(
            f"{type(model).__name__}: no weight is known to belong to its {', '.join(missing)}; "
            "add the name of that module to training/models/frozen.py"
        )


def ask_no_gradient_of_inputs(model: Any) -> None:
    """Let what enables recomputed layers not ask for gradients of embedded words and pictures.

    transformers and TRL ask for them, for torch's reentrant form. The other form needs none, and with them a frozen vision
    tower is computed again and backward for nothing: of the recipe `modern` half of all hours.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    base.enable_input_require_grads = lambda: None
