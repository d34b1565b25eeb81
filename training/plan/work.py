"""Samples, tokens, operations and hours of a run.

Example:
    >>> take_longest_sample(TokenLengths(10, 23_000, 2300, 2400, 2500, 21_870, ((4096, 10),)), 729, most_images=3)
    Sample(tokens=2500, images=3)
"""

import math
from dataclasses import dataclass
from typing import Any

from training.plan.gpus import Gpu
from training.plan.step_trace import Sample, trace_step
from training.recipe import Recipe
from training.run.schedule import count_steps
from training.tokens.token_lengths import TokenLengths


@dataclass(frozen=True, slots=True)
class Work:
    """What a run computes, and how long that takes."""

    steps: int  # of the optimiser
    samples: int  # read in all of them
    tokens: float  # of these samples; padding is not counted
    flops: float
    hours: float  # at the stated utilisation; loading, saving and the traffic of offloading are not in it


def count_sample_flops(
    model: Any, lengths: TokenLengths, image_tokens: int, *, is_checkpointed: bool, reaches_pictures: bool = False
) -> float:
    """Return what a sample of mean length and mean number of images computes, forward and backward.

    Args:
        model: of `open_model`, within its context.
        lengths: of the data; attention's square is that of the mean length.
        image_tokens: of one image.
        is_checkpointed: whether layers are computed again.
        reaches_pictures: as of `trace_step`.
    """
    images = max(lengths.image_tokens / max(lengths.n, 1) / image_tokens, 1.0)
    whole = math.floor(images + 1e-9)
    tokens = max(math.ceil(lengths.total / max(lengths.n, 1)), whole * image_tokens + 1)

    def count(n_tokens: int, n_images: int) -> int:
        sample = Sample(n_tokens, n_images)
        return trace_step(model, sample, is_checkpointed=is_checkpointed, reaches_pictures=reaches_pictures).total_flops

    flops = float(count(tokens, whole))
    part = images - whole
    if part < 1e-6:
        return flops
    room = max(tokens, (whole + 1) * image_tokens + 1)  # for one image more among as many tokens
    return flops + part * (count(room, whole + 1) - count(room, whole))


def take_longest_sample(lengths: TokenLengths, image_tokens: int, most_images: int) -> Sample:
    """Return the longest sample, with as many images as it can hold."""
    images = max(min(most_images, (lengths.maximum - 1) // image_tokens), 1)
    return Sample(max(lengths.maximum, images * image_tokens + 1), images)


def measure_work(recipe: Recipe, sample_flops: float, lengths: TokenLengths, gpu: Gpu) -> Work:
    """Return a run's work on the recipe's hardware.

    Args:
        recipe: with schedule, batch and hardware; hours are FLOPs / (GPUs x peak x utilisation).
        sample_flops: of a mean sample.
        lengths: of the data.
        gpu: the kind of hardware.gpu.
    """
    steps = count_steps(recipe.schedule, lengths.n, recipe.batch.global_size)
    samples = steps * recipe.batch.global_size
    flops = samples * sample_flops
    reached = max(recipe.hardware.gpus, 1) * gpu.peak_flops * recipe.hardware.utilisation
    return Work(steps, samples, samples * lengths.total / max(lengths.n, 1), flops, flops / reached / 3600)
