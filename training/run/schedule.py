"""How many steps a run has, how a step's samples are spread over processes, and the learning rate of each step.

Example:
    >>> schedule = Schedule(epochs=3, warmup_steps=2, min_learning_rate=1e-6)
    >>> count_steps(schedule, n_examples=100, global_size=32)  # 300 samples seen
    10
    >>> [round(scale_learning_rate(schedule, 1e-5, step, 10), 3) for step in (0, 1, 2, 9)]
    [0.5, 1.0, 1.0, 0.134]
"""

import math

from training.recipe_parts import Batch, Schedule, ScheduleKind
from training.run.stops import RunError


def count_steps(schedule: Schedule, n_examples: int, global_size: int) -> int:
    """Return the updates of a whole run: every epoch's samples stand in one row, cut into batches of `global_size`.

    The last batch is filled from the epoch after, so that no sample is left out: fewer than `global_size` samples are seen once
    more than the others.
    """
    if n_examples == 0:
        return 0
    steps = math.ceil(round(schedule.epochs * n_examples, 6) / global_size)
    return steps if schedule.max_steps is None else min(steps, schedule.max_steps)


def count_accumulation(batch: Batch, processes: int) -> int:
    """Return how many batches of `per_device` samples each process takes for one step.

    Raises:
        RunError: global_size is no multiple of per_device x processes, so that no whole number would do.
    """
    at_once = batch.per_device * processes
    if batch.global_size % at_once:
        fitting = [n for n in range(1, batch.per_device + 1) if batch.global_size % (n * processes) == 0]
        fix = f"set batch.per_device to {fitting[-1]}" if fitting else f"set batch.global_size to a multiple of {processes}"
        raise RunError(
            f"batch.global_size {batch.global_size} is no multiple of batch.per_device {batch.per_device} x {processes} "
            f"processes; {fix}"
        )
    return batch.global_size // at_once


def count_warmup(schedule: Schedule, n_steps: int) -> int:
    """Return the steps in which the learning rate rises."""
    if schedule.warmup_steps is not None:
        return schedule.warmup_steps
    return math.ceil((schedule.warmup_share or 0.0) * n_steps)


def scale_learning_rate(schedule: Schedule, learning_rate: float, step: int, n_steps: int) -> float:
    """Return the share of the peak learning rate that update `step` (from 0) is made with.

    It rises in a straight line, the last warm-up step reaching the peak and the first one above zero (transformers' starts at
    zero, which makes its first step none); then it goes down to `min_learning_rate`, which it would reach at step `n_steps`.
    """
    warmup = count_warmup(schedule, n_steps)
    if step < warmup:
        return (step + 1) / warmup
    least = min(1.0, schedule.min_learning_rate / learning_rate)
    done = min(1.0, (step - warmup) / max(1, n_steps - warmup))
    match schedule.kind:
        case ScheduleKind.COSINE:
            return least + (1 - least) * (1 + math.cos(math.pi * done)) / 2
        case ScheduleKind.LINEAR:
            return least + (1 - least) * (1 - done)
        case ScheduleKind.CONSTANT:
            return 1.0
