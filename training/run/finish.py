"""The model that a run starts from, and the one that it leaves: whole, with its provenance, and pointed to.

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     load_processor(RunFolder(Path(name)))
    Traceback (most recent call last):
    training.run.stops.RunError: ...
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from pipelines.provenance import Provenance, write_provenance
from training.models.whitening import Whitening, load_whitening
from training.recipe import Recipe
from training.recipe_parts import Dtype, WeightsLayout
from training.run.arguments import choose_weight_dtype
from training.run.machine import Machine
from training.run.prepared import PROCESSOR_FOLDER, read_facts
from training.run.stops import RunError
from training.run.weights import copy_weights, gather_weights
from training.run.whole_folder import build_folder
from training.run_folder import RunFolder


def load_processor(folder: RunFolder) -> Any:
    """Return the processor that the samples were encoded with."""
    from transformers import AutoProcessor

    path: Path = folder.path / PROCESSOR_FOLDER
    if not path.is_dir():
        raise RunError(f"{path}: there is no processor, so the run was not prepared; make it by `python -m training prepare`")
    return AutoProcessor.from_pretrained(path)


def load_base(folder: RunFolder, recipe: Recipe) -> Any:
    """Return the model as a run starts with it; equal in every process and at every start."""
    from training.models.base import load_model

    dtype, processor = choose_weight_dtype(recipe), load_processor(folder)
    whitening = _read_whitening(folder) if read_facts(folder).is_whitened else None
    with _unparted() if recipe.base.layout is WeightsLayout.NEW else contextlib.nullcontext():
        return load_model(
            recipe.base,
            processor,
            recipe.seed,
            dtype=dtype,
            frozen=recipe.frozen,
            adapter=recipe.adapter,
            whitening=whitening,
        )


def _read_whitening(folder: RunFolder) -> Whitening:
    """Return the first layer that preparing found."""
    try:
        return load_whitening(folder.whitening)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise RunError(
            f"{folder.whitening}: cannot be read ({type(error).__name__}), and without it another model would be trained; "
            f"remove {folder.path} and prepare the run again"
        ) from error


def save_finished(folder: RunFolder, recipe: Recipe, made: Provenance, model: Any, processor: Any, machine: Machine) -> None:
    """Write the finished model to `folder.model`, whole or not at all."""
    if _is_parted(recipe) and made.n_steps:  # every process takes part in putting the weights together
        weights = gather_weights(model)
        if machine.is_first:
            with _unparted():
                model = load_base(folder, recipe)
            copy_weights(model, weights)
    if not machine.is_first:
        return
    from training.models.base import save_model

    with build_folder(folder.model) as temporary:
        save_model(_as_kept(model, recipe), processor, temporary)
        write_provenance(temporary, made)


def _is_parted(recipe: Recipe) -> bool:
    """Whether each process holds a part of every weight only."""
    return recipe.distribution.zero_stage == 3


@contextlib.contextmanager
def _unparted() -> Iterator[None]:
    """Let models be made whole where ZeRO-3 would part them: a new one's random weights are to be those of the seed."""
    from transformers.integrations import deepspeed

    former = deepspeed._hf_deepspeed_config_weak_ref
    deepspeed.unset_hf_deepspeed_config()
    try:
        yield
    finally:
        deepspeed._hf_deepspeed_config_weak_ref = former


def _as_kept(model: Any, recipe: Recipe) -> Any:
    """Return the model in the type that it is kept in: weights may have been trained in a finer one."""
    import torch

    if recipe.base.dtype is choose_weight_dtype(recipe):
        return model
    return model.to({Dtype.BF16: torch.bfloat16, Dtype.FP32: torch.float32}[recipe.base.dtype])
