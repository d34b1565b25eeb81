"""What a run will take, and whether it fits: `plan_run`.

Example:
    >>> from training.recipe import load_recipe
    >>> plan = plan_run(load_recipe("tiny"), assume_lengths(1000, image_tokens=16, images=3))
    >>> plan.fits, plan.parameters.trainable == plan.parameters.total
    (True, True)
"""

from dataclasses import dataclass, replace
from typing import Any

from training.architecture import ArchitectureError, count_image_tokens
from training.models.problem import BaseModelError
from training.plan.activations import measure_activations
from training.plan.disk import Disk, estimate_disk
from training.plan.gpus import Gpu, GpuError, read_gpu
from training.plan.memory import Memory, estimate_memory
from training.plan.model_shape import Parameters, count_parameters, open_model
from training.plan.problems import find_notes, find_problems
from training.plan.sample_lengths import assume_lengths
from training.plan.work import Work, count_sample_flops, measure_work, take_longest_sample
from training.recipe import Recipe
from training.tokens.token_lengths import TokenLengths

MED_MIM_RECORDS = 83_200
"""Training records of Med-MIM (arXiv 2505.19031): what is planned for where no data are given."""


class PlanError(ValueError):
    """A recipe that cannot be planned: its architecture, or its GPU, is not known."""


@dataclass(frozen=True)
class Plan:
    """What one run will take. Bytes are bytes, times are hours; nothing of it was measured on a GPU."""

    recipe: str
    gpu: Gpu
    gpus: int  # 0: the CPU
    utilisation: float
    parameters: Parameters
    lengths: TokenLengths
    lengths_are_assumed: bool  # no data were given
    image_tokens: int  # of one image
    memory: Memory
    host_bytes: float  # of the machine
    work: Work
    disk: Disk
    problems: tuple[str, ...]  # why it does not fit, and what to change
    notes: tuple[str, ...]  # what to know beside

    @property
    def fits(self) -> bool:
        """Whether nothing stands against a launch."""
        return not self.problems

    @property
    def hardware(self) -> str:
        """What it is planned for: "4 x A40"."""
        return f"{self.gpus} x {self.gpu.name}" if self.gpus else "one core of the CPU"

    @property
    def gpu_bytes(self) -> float:
        """Bytes of one GPU; 0 on a CPU."""
        return self.gpu.memory_gb * 1e9


def plan_run(recipe: Recipe, lengths: TokenLengths | None) -> Plan:
    """Return what a run will take on the recipe's hardware; no weights are read, and nothing is downloaded.

    Args:
        recipe: the run's.
        lengths: of its samples; None plans for the paper's number of records, all with data.max_images images.

    Raises:
        PlanError: base.architecture or hardware.gpu is not known.
    """
    try:
        gpu = read_gpu(recipe.hardware.gpu if recipe.hardware.gpus else "cpu")
        with open_model(recipe) as model:
            return _plan_model(recipe, lengths, gpu, model)
    except (ArchitectureError, BaseModelError, GpuError) as error:
        raise PlanError(f"recipe {recipe.name}: {error}") from error


def _plan_model(recipe: Recipe, given: TokenLengths | None, gpu: Gpu, model: Any) -> Plan:
    image_tokens = count_image_tokens(model.config)
    lengths = given or assume_lengths(round(MED_MIM_RECORDS * recipe.data.share), image_tokens, recipe.data.max_images)
    bound = lengths if given else replace(lengths, maximum=recipe.data.max_tokens)  # the longest that encoding lets through
    longest = take_longest_sample(bound, image_tokens, recipe.data.max_images)
    parameters = count_parameters(model, recipe)
    activations = measure_activations(model, recipe, longest)
    is_checkpointed = recipe.batch.gradient_checkpointing
    sample_flops = count_sample_flops(
        model, lengths, image_tokens, is_checkpointed=is_checkpointed, reaches_pictures=recipe.reaches_pictures
    )
    processes = max(recipe.hardware.gpus, 1)
    work = measure_work(recipe, sample_flops, lengths, gpu)
    memory = estimate_memory(recipe, parameters, activations, processes=processes, gpu_bytes=gpu.memory_gb * 1e9)
    return Plan(
        recipe=recipe.name,
        gpu=gpu,
        gpus=recipe.hardware.gpus,
        utilisation=recipe.hardware.utilisation,
        parameters=parameters,
        lengths=lengths,
        lengths_are_assumed=given is None,
        image_tokens=image_tokens,
        memory=memory,
        host_bytes=recipe.hardware.machine_memory_gb * 1e9,
        work=work,
        disk=estimate_disk(recipe, parameters),
        problems=tuple(find_problems(recipe, memory, gpu, longest, model.config)),
        notes=tuple(find_notes(recipe, work, is_assumed=given is None)),
    )
