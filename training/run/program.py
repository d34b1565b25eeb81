"""The program that every launcher starts, once for each process of a run.

Example:
    >>> import contextlib, io
    >>> with contextlib.redirect_stderr(io.StringIO()) as told:
    ...     int(run_folder(Path("nowhere"), None, [])), told.getvalue().split(":")[:2]
    (2, ['run', ' nowhere'])
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.provenance import ProvenanceError
from pipelines.storage import StorageError
from training.deepspeed_config import DeepSpeedConfigError
from training.models.problem import BaseModelError
from training.recipe import RecipeError
from training.run.hold import end_with_parent
from training.run.machine import find_machine
from training.run.progress import open_progress
from training.run.ranks import leave_group
from training.run.stops import ExitCode, NotFiniteError, PreemptedError, RunError
from training.run.tracking import Track
from training.run.training import run_training
from training.run.weights import WeightsError
from training.run_folder import RunFolder
from training.tokens.encoded import EncodedDataError

_TOLD = (
    RunError,
    RecipeError,
    WeightsError,
    BaseModelError,
    EncodedDataError,
    ProvenanceError,
    DeepSpeedConfigError,
    StorageError,
    NotFiniteError,
    PreemptedError,
)


def run_folder(path: Path, track: Track | None, told: Sequence[str]) -> int:
    """Train in a prepared folder; return the exit code, having said on stderr why it is not 0."""
    if not path.is_dir():
        print(f"run: {path}: there is no such folder; make one by `python -m training prepare`", file=sys.stderr)
        return ExitCode.MENDABLE
    import torch
    from transformers.utils.logging import disable_progress_bar

    end_with_parent(os.environ)
    machine = find_machine()
    if machine.on_cpu:
        os.environ.setdefault("DS_ACCELERATOR", "cpu")  # it is looked for as soon as anything imports DeepSpeed
    torch.set_num_threads(machine.threads)
    disable_progress_bar()  # its lines are for terminals
    try:
        with open_progress(is_first=machine.is_first) as progress:
            for line in told:
                progress.say(line)
            result = run_training(RunFolder(path), progress, track)
            progress.finish(result.metadata, result.digest)
    except _TOLD as error:
        if machine.is_first:
            print(f"run: {error}", file=sys.stderr)
        return ExitCode.of(error)
    finally:
        leave_group()
    return ExitCode.DONE
