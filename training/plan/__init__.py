"""What a run will take, told before it is launched: weights, memory, time, disk, and whether it fits.

Reading order: `gpus` (what there is), `model_shape` (the exact model, without its weights), `step_trace` (one step of it, run
without numbers), `memory`, `work`, `disk`, then `planning`, which puts them together, and `rendering`, which tells it.

Example:
    >>> from training.plan.gpus import read_gpu
    >>> read_gpu("A40").memory_gb
    48.0
"""
