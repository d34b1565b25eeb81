"""AdamW of a recipe, its weight decay sparing what has one dimension, and the schedule of the learning rates on top of it.

Vision tower and projector may learn more slowly than the language model, as LLaVA's `mm_projector_lr` and LLaVA-NeXT's
`mm_vision_tower_lr` let them.

Both are torch's own, with DeepSpeed too: DeepSpeed's JSON optimizer would decay norms and biases, and transformers' cosine with
a floor fails on DeepSpeed's wrapped optimizer.

Example:
    >>> import torch
    >>> from training.recipe import load_recipe
    >>> adamw = make_optimiser(torch.nn.Linear(2, 3), load_recipe("tiny"), is_offloaded=False)
    >>> [(group["weight_decay"], len(group["params"])) for group in adamw.param_groups]
    [(0.05, 1), (0.0, 1)]
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from training.models.frozen import ModelPart, find_part
from training.recipe import Recipe
from training.recipe_parts import Optimiser
from training.run.schedule import scale_learning_rate
from training.run.weights import list_trained

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR


def make_optimiser(model: Any, recipe: Recipe, *, is_offloaded: bool) -> "Optimizer":
    """Return AdamW over the trained weights.

    Args:
        model: whose weights are trained.
        recipe: with the optimiser's values.
        is_offloaded: whether DeepSpeed keeps its state in the machine's memory and wants its own AdamW, which is compiled once.
    """
    import torch

    groups = _group_weights(model, recipe.optimiser)
    values: dict[str, Any] = {
        "lr": recipe.optimiser.learning_rate,  # of a group that names none
        "betas": (recipe.optimiser.beta1, recipe.optimiser.beta2),
    }
    if is_offloaded:
        from deepspeed.ops.adam import DeepSpeedCPUAdam

        return DeepSpeedCPUAdam(groups, adamw_mode=True, **values)
    return torch.optim.AdamW(groups, **values)


def make_schedule(optimiser: "Optimizer", recipe: Recipe, n_steps: int) -> "LambdaLR":
    """Return the schedule that sets the optimiser's learning rate at each step."""
    from torch.optim.lr_scheduler import LambdaLR

    def scale(peak: float) -> Callable[[int], float]:
        return lambda step: scale_learning_rate(recipe.schedule, peak, step, n_steps)

    return LambdaLR(optimiser, [scale(group["lr"]) for group in optimiser.param_groups])


def _group_weights(model: Any, chosen: Optimiser) -> list[dict[str, Any]]:
    """Return the trained weights by learning rate and decay, the language model's first: theirs is the one that is reported."""
    groups: dict[tuple[bool, bool], dict[str, Any]] = {}
    for name, weight in list_trained(model).items():
        is_vision, is_flat = find_part(name) is not ModelPart.LANGUAGE_MODEL, _count_dimensions(weight) <= 1
        rate = chosen.vision_learning_rate if is_vision else None
        group = groups.setdefault(
            (rate is not None, is_flat),
            {
                "params": [],
                "lr": chosen.learning_rate if rate is None else rate,
                "weight_decay": 0.0 if is_flat else chosen.weight_decay,
            },
        )
        group["params"].append(weight)
    return [groups[key] for key in sorted(groups)]


def _count_dimensions(weight: Any) -> int:
    return len(getattr(weight, "ds_shape", weight.shape))  # ZeRO-3 keeps each weight as a flat part
