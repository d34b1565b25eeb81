"""Why a run cannot be launched as its recipe says, and what to change.

Example:
    >>> from training.recipe_parts import Distribution
    >>> _SPREAD[Contribution.GRADIENTS](Distribution(zero_stage=1))
    'set distribution.zero_stage to 2 or 3'
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from training.plan.gpus import Gpu
from training.plan.memory import Contribution, Memory
from training.plan.step_trace import Sample
from training.plan.work import Work
from training.recipe import Recipe
from training.recipe_parts import Distribution, Offload
from training.run.schedule import count_accumulation, count_warmup
from training.run.stops import RunError

_GB = 1e9


def find_problems(recipe: Recipe, memory: Memory, gpu: Gpu, longest: Sample, config: Any) -> Iterator[str]:
    """Yield one sentence for each reason, each with what to change.

    Args:
        recipe: the run's.
        memory: what it takes.
        gpu: the kind of hardware.gpu.
        longest: sample of the data.
        config: the model's, of transformers.
    """
    yield from _check_memory(recipe, memory, gpu)
    try:
        count_accumulation(recipe.batch, max(recipe.hardware.gpus, 1))
    except RunError as error:
        yield str(error)
    context = config.get_text_config().max_position_embeddings
    if longest.tokens > context:
        yield f"the longest sample has {longest.tokens:,} tokens, the model reads {context:,}; set data.max_tokens to {context}"


def find_notes(recipe: Recipe, work: Work, *, is_assumed: bool) -> Iterator[str]:
    """Yield what stands against no launch and should be known: what is assumed, and a schedule too long for the run."""
    if is_assumed:
        yield (
            "no data were given: the paper's 83,200 records, or the share of them, each with the most images, are assumed; "
            f"memory is for samples of data.max_tokens = {recipe.data.max_tokens:,}"
        )
        if recipe.data.leave_out is not None or not (recipe.data.composed and recipe.data.open_questions):
            yield "how many of them the recipe leaves out is not known without the data: none are taken off"
    if 0 < work.steps <= count_warmup(recipe.schedule, work.steps):
        yield f"the warm-up is not over within the run's {work.steps:,} steps: the learning rate never comes down"
    if recipe.distribution.offload is not Offload.NONE:
        yield "the hours are without the traffic of offloading and AdamW on the CPU"


def _check_memory(recipe: Recipe, memory: Memory, gpu: Gpu) -> Iterator[str]:
    machine = recipe.hardware.machine_memory_gb * _GB
    needed = memory.host + (memory.gpu_total if gpu.is_cpu else 0.0)
    if needed > machine:
        yield (
            f"the machine needs {needed / _GB:,.1f} GB of memory and has {machine / _GB:,.0f} GB (hardware.machine_memory_gb); "
            "take a larger one, offload less, or train an adapter (adapter.kind = 'lora')"
        )
    if not gpu.is_cpu and memory.gpu_total > gpu.memory_gb * _GB:
        largest = memory.largest
        yield (
            f"each {gpu.name} needs {memory.gpu_total / _GB:,.1f} GB and has {gpu.memory_gb:,.0f} GB; "
            f"the most are {largest.value}, {dict(memory.gpu)[largest] / _GB:,.1f} GB: {_SPREAD[largest](recipe.distribution)}"
        )


def _spread_weights(distribution: Distribution) -> str:
    if distribution.zero_stage != 3:
        return "set distribution.zero_stage to 3 on several GPUs, or hold them in 4 bits (adapter.kind = 'qlora')"
    return "set distribution.offload to 'all', or take more GPUs"


def _spread_gradients(distribution: Distribution) -> str:
    if distribution.zero_stage in (2, 3):
        return "set distribution.offload to 'optimiser', or take more GPUs"
    return "set distribution.zero_stage to 2 or 3"


def _spread_optimiser(distribution: Distribution) -> str:
    if distribution.zero_stage in (None, 0):
        return "set distribution.zero_stage to 1, 2 or 3 on several GPUs, or train an adapter (adapter.kind = 'lora')"
    if distribution.offload is Offload.NONE:
        return "set distribution.offload to 'optimiser', take more GPUs, or train an adapter (adapter.kind = 'lora')"
    return "take more GPUs"


def _shorten(_: Distribution) -> str:
    return "set batch.gradient_checkpointing to true and batch.per_device to 1, or lower data.max_tokens or data.max_images"


def _take_larger(_: Distribution) -> str:
    return "take a GPU with more memory"


def _shrink_head(_: Distribution) -> str:
    return "freeze the language model, train an adapter (adapter.kind = 'lora'), or take a GPU with more memory"


_SPREAD: Mapping[Contribution, Callable[[Distribution], str]] = MappingProxyType(
    {
        Contribution.WEIGHTS: _spread_weights,
        Contribution.GRADIENTS: _spread_gradients,
        Contribution.OPTIMISER: _spread_optimiser,
        Contribution.ACTIVATIONS: _shorten,
        Contribution.HEAD: _shrink_head,
        Contribution.BUFFERS: _spread_gradients,
        Contribution.RESERVED: _take_larger,
    }
)
