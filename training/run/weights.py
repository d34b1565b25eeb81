"""The trained weights of a checkpoint, by the model's own names; loaded all of them or not at all.

transformers' own way goes through file names of older layouts: saved as `language_model.model...`, then looked for under the
model's names, found nowhere, and only a warning says so (huggingface/transformers #43701). Here the names are those of
`model.named_parameters()`, a difference is an error, and after everything is loaded, by whatever library, the bits of each
weight are compared with what stood in memory when the checkpoint was made.

Example:
    >>> compare_names(["a", "b"], ["a", "c"])
    Traceback (most recent call last):
    training.run.weights.WeightsError: weights do not fit the model: 1 missing (b), 1 unexpected (c); the base's \
files or the libraries are others than it was made with: go on with those, or remove the checkpoint
"""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

WEIGHTS_FILE = "trained.safetensors"
_SHOWN = 3
_ADVICE = "the base's files or the libraries are others than it was made with: go on with those, or remove the checkpoint"


class WeightsError(ValueError):
    """Weights of a checkpoint that are not those of the model: which are missing, unexpected or different."""


def list_trained(model: Any) -> dict[str, "torch.Tensor"]:
    """Return the weights that need a gradient, by name; all others are the base's and never change."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def save_weights(model: Any, folder: Path) -> None:
    """Write the trained weights."""
    from safetensors.torch import save_file

    save_file({name: weight.detach().contiguous() for name, weight in list_trained(model).items()}, folder / WEIGHTS_FILE)


def load_weights(model: Any, folder: Path) -> None:
    """Put a checkpoint's weights into a model.

    Raises:
        WeightsError: a weight is missing, unexpected or of another shape or type; the model is left as it was.
    """
    from safetensors import safe_open

    with safe_open(folder / WEIGHTS_FILE, framework="pt") as found:
        names = list(found.keys())
        copy_weights(model, {name: found.get_tensor(name) for name in names})


def copy_weights(model: Any, weights: "Mapping[str, torch.Tensor]") -> None:
    """Put all trained weights into a model; WeightsError as `load_weights`."""
    import torch

    wanted = list_trained(model)
    compare_names(wanted, weights)
    for name, weight in wanted.items():
        found = weights[name]
        if (found.shape, found.dtype) != (weight.shape, weight.dtype):
            got, expected = f"{found.dtype} {list(found.shape)}", f"{weight.dtype} {list(weight.shape)}"
            raise WeightsError(f"{name}: {got}, the model's is {expected}; {_ADVICE}")
    with torch.no_grad():
        for name, weight in wanted.items():
            weight.copy_(weights[name])


def gather_weights(model: Any) -> "dict[str, torch.Tensor]":
    """Return the trained weights of a model that is parted over processes (ZeRO-3), whole, in the first one; called by all."""
    import torch.distributed as dist
    from deepspeed.runtime.zero.partition_parameters import GatheredParameters

    gathered: dict[str, torch.Tensor] = {}
    for name, weight in list_trained(model).items():
        with GatheredParameters([weight]):  # one at a time: no GPU need hold them all
            if dist.get_rank() == 0:
                gathered[name] = weight.detach().cpu().clone()
    return gathered


def compare_names(wanted: Collection[str], found: Collection[str]) -> None:
    """Raise WeightsError unless both hold the same names."""
    missing, unexpected = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing or unexpected:
        raise WeightsError(
            f"weights do not fit the model: {len(missing)} missing{_name(missing)}, {len(unexpected)} unexpected"
            f"{_name(unexpected)}; {_ADVICE}"
        )


def note_bits(model: Any, path: Path) -> None:
    """Write a check sum of each weight, trained or frozen, as it stands in this process's memory."""
    path.write_text(json.dumps(dict(_sum_bits(model))), encoding="utf-8")


def check_bits(model: Any, path: Path) -> None:
    """Raise WeightsError unless each weight in memory is, bit by bit, what it was when `path` was written.

    Frozen weights among them: the base's files may have been replaced meanwhile.
    """
    noted, found = json.loads(path.read_text(encoding="utf-8")), dict(_sum_bits(model))
    compare_names(found, noted)
    if different := [name for name, value in found.items() if noted[name] != value]:
        raise WeightsError(
            f"{len(different)} of {len(found)} weights are not the checkpoint's after it was loaded{_name(different)}: going "
            f"on would train another model; {_ADVICE}"
        )


def _sum_bits(model: Any) -> Iterator[tuple[str, int]]:
    """Whole numbers add up to the same in any order, so that a check sum holds on every device and number of threads."""
    import torch

    as_whole = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
    for name, weight in model.named_parameters():
        held = getattr(weight, "ds_tensor", weight).detach()  # ZeRO-3: this process's part
        yield name, int(held.view(as_whole[held.element_size()]).sum(dtype=torch.int64).item())


def _name(names: list[str]) -> str:
    if not names:
        return ""
    return f" ({', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''})"
