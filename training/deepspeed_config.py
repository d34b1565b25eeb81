"""DeepSpeed's configuration of a recipe: one JSON file of `training/deepspeed/` for each ZeRO stage and offload.

Values that are "auto" are filled by transformers' Trainer from its own arguments: batch sizes, clipping, bf16. The files name
no optimizer and no scheduler, on purpose: the run's own AdamW (weight decay spares norms and biases) and its own cosine then
hold with every stage, whereas DeepSpeed's would drop the parameter groups, and a cosine to a least learning rate fails on its
wrapped optimizer ("DeepSpeedZeroOptimizer has no attribute 'defaults'").

Example:
    >>> read_deepspeed(Distribution(zero_stage=2), on_cpu=False)["zero_optimization"]["stage"]
    2
"""

import json
from pathlib import Path
from typing import Any

from training.recipe_parts import Distribution, Offload

DEEPSPEED_FOLDER = Path(__file__).parent / "deepspeed"


class DeepSpeedConfigError(ValueError):
    """A way to spread a step over GPUs for which there is no readable file."""


def read_deepspeed(distribution: Distribution, *, on_cpu: bool) -> dict[str, Any]:
    """Return the configuration to be given to transformers' `TrainingArguments(deepspeed=...)`; a new one at each call.

    On a CPU nothing is pinned, and the run's torch AdamW is kept also where the optimiser is offloaded: DeepSpeed's own would
    be compiled first.

    Args:
        distribution: stage and offload; stage None has no configuration.
        on_cpu: whether the step runs on CPUs (`DS_ACCELERATOR=cpu`, gloo).

    Raises:
        DeepSpeedConfigError: stage None, or a file that is missing or no JSON.
    """
    path = DEEPSPEED_FOLDER / f"{name_file(distribution)}.json"
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DeepSpeedConfigError(f"{path.name}: cannot be read as JSON ({error}); restore or mend that file") from error
    config["zero_force_ds_cpu_optimizer"] = not on_cpu
    if on_cpu:
        _fit_to_cpu(config["zero_optimization"])
    return config


def name_file(distribution: Distribution) -> str:
    """Return the name, without ".json", of the file of a stage and offload: "zero_3_optimiser_offload"."""
    if distribution.zero_stage is None:
        raise DeepSpeedConfigError("distribution.zero_stage is not set, so DeepSpeed is not used; set it to 0, 1, 2 or 3")
    offload = "" if distribution.offload is Offload.NONE else f"_{distribution.offload.value}_offload"
    return f"zero_{distribution.zero_stage}{offload}"


def _fit_to_cpu(zero: dict[str, Any]) -> None:
    if "overlap_comm" in zero:
        zero["overlap_comm"] = False  # a CPU has no second stream to overlap with
    for part in ("offload_optimizer", "offload_param"):
        if part in zero:
            zero[part]["pin_memory"] = False
