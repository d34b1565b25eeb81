"""AdamW of a recipe, its weight decay sparing what has one dimension, and the learning rate's schedule on top of it.

Both are torch's own, with DeepSpeed too: DeepSpeed's JSON optimizer would decay norms and biases, and transformers' cosine with
a floor fails on DeepSpeed's wrapped optimizer.

Example:
    >>> import torch
    >>> from training.recipe import load_recipe
    >>> adamw = make_optimiser(torch.nn.Linear(2, 3), load_recipe("tiny"), is_offloaded=False)
    >>> [(group["weight_decay"], len(group["params"])) for group in adamw.param_groups]
    [(0.05, 1), (0.0, 1)]
"""

from typing import TYPE_CHECKING, Any

from training.recipe import Recipe
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

    weights = list(list_trained(model).values())
    groups: list[dict[str, Any]] = [
        {
            "params": [weight for weight in weights if _count_dimensions(weight) > 1],
            "weight_decay": recipe.optimiser.weight_decay,
        },
        {"params": [weight for weight in weights if _count_dimensions(weight) <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    values: dict[str, Any] = {
        "lr": recipe.optimiser.learning_rate,
        "betas": (recipe.optimiser.beta1, recipe.optimiser.beta2),
    }
    if is_offloaded:
        from deepspeed.ops.adam import DeepSpeedCPUAdam

        return DeepSpeedCPUAdam(groups, adamw_mode=True, **values)
    return torch.optim.AdamW(groups, **values)


def make_schedule(optimiser: "Optimizer", recipe: Recipe, n_steps: int) -> "LambdaLR":
    """Return the schedule that sets the optimiser's learning rate at each step."""
    from torch.optim.lr_scheduler import LambdaLR

    peak = recipe.optimiser.learning_rate
    return LambdaLR(optimiser, lambda step: scale_learning_rate(recipe.schedule, peak, step, n_steps))


def _count_dimensions(weight: Any) -> int:
    return len(getattr(weight, "ds_shape", weight.shape))  # ZeRO-3 keeps each weight as a flat part
