"""What each GPU and the machine must hold, contribution by contribution.

Weights, gradients and optimiser states follow the ZeRO paper (Rajbhandari et al. 2020, arXiv 1910.02054, section 3.1: 2, 2
and 12 bytes a weight with AdamW in mixed precision) as DeepSpeed 0.19 keeps them: frozen weights take the first alone.
Buffers are those of the stage's own JSON file. Activations are counted on the step itself (`step_trace`).

Example:
    >>> divide(12, stage=2, partitioned_from=1, processes=4), divide(12, stage=2, partitioned_from=3, processes=4)
    (3.0, 12)
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from training.deepspeed_config import read_deepspeed
from training.plan.model_shape import Parameters
from training.recipe import Recipe
from training.recipe_parts import Dtype, Offload
from training.run.arguments import choose_weight_dtype

BYTES_RESERVED = 1.5e9
"""CUDA context, NCCL and cuBLAS workspaces of one process, which torch does not count: an assumption."""
SHARE_RESERVED = 0.05
"""Of a GPU's memory, for what the allocator cannot use: an assumption."""
HOST_BUFFER_FACTOR = 1.5
"""What DeepSpeed's own estimators add to offloaded memory (`additional_buffer_factor`)."""
FOUR_BIT_BYTES = (4 + 8 / 64 + 32 / (64 * 256)) / 8
"""A weight in nf4, doubly quantised: blocks of 64, their constants in blocks of 256 (arXiv 2305.14314, section 3)."""


class Contribution(StrEnum):
    """What takes memory."""

    WEIGHTS = "weights"
    GRADIENTS = "gradients"
    OPTIMISER = "optimiser"
    ACTIVATIONS = "activations"
    HEAD = "head"
    BUFFERS = "buffers"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True)
class Activations:
    """Bytes that the longest batch holds on one GPU, between forward and backward pass."""

    layers: float
    head: float  # of the head over the vocabulary, and the loss


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes by contribution on each GPU, and in the machine for all its processes. On a CPU everything is the machine's."""

    gpu: tuple[tuple[Contribution, float], ...]
    host: float

    @property
    def gpu_total(self) -> float:
        """Bytes on each GPU."""
        return sum(n for _, n in self.gpu)

    @property
    def largest(self) -> Contribution:
        """The contribution that takes most."""
        return max(self.gpu, key=lambda item: item[1])[0]


def estimate_memory(
    recipe: Recipe, parameters: Parameters, activations: Activations, *, processes: int, gpu_bytes: float
) -> Memory:
    """Return what a recipe takes on each of the GPUs of one machine.

    Args:
        recipe: with stage, offload and numbers' type.
        parameters: of its model.
        activations: of its longest batch.
        processes: GPUs, or 1 on a CPU.
        gpu_bytes: of one GPU; 0 on a CPU.
    """
    states, offloaded = _hold_states(recipe, parameters, processes)
    held = {
        **states,
        Contribution.ACTIVATIONS: activations.layers,
        Contribution.HEAD: activations.head,
        Contribution.BUFFERS: _hold_buffers(recipe, parameters, processes),
        Contribution.RESERVED: BYTES_RESERVED + SHARE_RESERVED * gpu_bytes if gpu_bytes else 0.0,
    }
    loading = held_weight_bytes(recipe, parameters) * processes  # each process reads the whole model before it is spread
    host = max(loading, offloaded * processes * HOST_BUFFER_FACTOR)
    return Memory(tuple((part, held[part]) for part in Contribution), host)


def divide(n_bytes: float, *, stage: int | None, partitioned_from: int, processes: int) -> float:
    """Return what one process holds of bytes that ZeRO spreads from a stage on."""
    return n_bytes / processes if stage is not None and stage >= partitioned_from else n_bytes


def held_weight_bytes(recipe: Recipe, parameters: Parameters) -> float:
    """Return the bytes of all weights as a run holds them, quantised ones in 4 bits.

    Without DeepSpeed an adapter is held in 32 bits (peft's `autocast_adapter_dtype`).
    """
    width = 2 if choose_weight_dtype(recipe) is Dtype.BF16 else 4
    whole = parameters.total - parameters.in_four_bits
    extra = (4 - width) * parameters.adapter if recipe.distribution.zero_stage is None else 0
    return width * whole + FOUR_BIT_BYTES * parameters.in_four_bits + extra


def optimiser_bytes(recipe: Recipe, parameters: Parameters) -> float:
    """Return AdamW's two moments, in 32 bits, and in mixed precision under DeepSpeed the weights' 32-bit originals."""
    has_originals = recipe.base.dtype is Dtype.BF16 and recipe.distribution.zero_stage is not None
    return (12 if has_originals else 8) * parameters.trainable


def _hold_states(recipe: Recipe, parameters: Parameters, processes: int) -> tuple[dict[Contribution, float], float]:
    """Return bytes of weights, gradients and optimiser on a GPU, and of what is in the machine's memory instead."""
    stage, offload = recipe.distribution.zero_stage, recipe.distribution.offload
    width = 2 if recipe.base.dtype is Dtype.BF16 and stage is not None else 4
    weights = divide(held_weight_bytes(recipe, parameters), stage=stage, partitioned_from=3, processes=processes)
    gradients = divide(width * parameters.trainable, stage=stage, partitioned_from=2, processes=processes)
    optimiser = divide(optimiser_bytes(recipe, parameters), stage=stage, partitioned_from=1, processes=processes)
    away = 0.0
    if offload is not Offload.NONE:  # and a 32-bit gradient of this process's part, for the CPU's AdamW
        away = optimiser + divide(4 * parameters.trainable, stage=stage, partitioned_from=1, processes=processes)
        optimiser = 0.0
        if stage != 1:  # from stage 2 on gradients leave as they come
            gradients = 0.0
    if offload is Offload.ALL:
        away, weights = away + weights, 0.0
    return {Contribution.WEIGHTS: weights, Contribution.GRADIENTS: gradients, Contribution.OPTIMISER: optimiser}, away


def _hold_buffers(recipe: Recipe, parameters: Parameters, processes: int) -> float:
    """Return DeepSpeed's buckets, gathered weights and the 32-bit gradients of its AdamW's step; without it, DDP's buckets."""
    stage = recipe.distribution.zero_stage
    if stage is None:
        return 4.0 * parameters.trainable if processes > 1 else 0.0
    zero: dict[str, Any] = read_deepspeed(recipe.distribution, on_cpu=False)["zero_optimization"]
    width = 2 if recipe.base.dtype is Dtype.BF16 else 4
    buckets = width * (2 if zero.get("overlap_comm") else 1) * zero.get("reduce_bucket_size", 0)
    on_gpu = recipe.distribution.offload is Offload.NONE
    if stage == 3:
        gathered = width * min(max(zero["stage3_max_live_parameters"], parameters.largest_layer), parameters.total)
        return buckets + gathered + (4.0 * min(zero["sub_group_size"], parameters.trainable / processes) if on_gpu else 0.0)
    gathered = width * min(zero.get("allgather_bucket_size", 0), parameters.trainable)
    step = divide(4.0 * parameters.trainable, stage=stage, partitioned_from=1, processes=processes) if on_gpu else 0.0
    return min(buckets, 2.0 * width * parameters.trainable) + gathered + step
