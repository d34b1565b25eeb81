"""Bytes that a run writes: its checkpoints, and the finished model.

Example:
    >>> Disk(checkpoint=100.0, model=20.0, keep=2).total  # a new checkpoint is whole before the oldest goes
    320.0
"""

from dataclasses import dataclass

from training.plan.memory import held_weight_bytes, optimiser_bytes
from training.plan.model_shape import Parameters
from training.recipe import Recipe
from training.recipe_parts import AdapterKind, Dtype


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes on disk; TensorBoard's and the log's are not worth counting."""

    checkpoint: float  # one
    model: float  # the finished one
    keep: int

    @property
    def total(self) -> float:
        """At the worst moment: the checkpoints that are kept, one more, and the model."""
        return (self.keep + 1) * self.checkpoint + self.model


def estimate_disk(recipe: Recipe, parameters: Parameters) -> Disk:
    """Return the bytes of a run.

    DeepSpeed writes its engine's whole state: weights that never change are in it, too, unless peft is used.
    """
    held = held_weight_bytes(recipe, parameters)
    trained = held * parameters.trainable / parameters.total
    is_whole = recipe.distribution.zero_stage is not None and recipe.adapter.kind is AdapterKind.NONE
    checkpoint = (held if is_whole else trained) + optimiser_bytes(recipe, parameters)
    width = 2 if recipe.base.dtype is Dtype.BF16 else 4
    return Disk(checkpoint, float(width * (parameters.total - parameters.adapter)), recipe.checkpoints.keep)
