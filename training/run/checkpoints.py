"""The checkpoints of a run: which to go on from, which to remove.

A checkpoint stands under its name only when it is whole (whole_folder.py) and says what made it (provenance.json). The newest
that is whole and of this run is taken; a damaged one is told and set aside, and the one before it is taken.

Example:
    >>> name_checkpoint(RunFolder(Path("/data/runs/tiny/3f2a")), 200).name
    'checkpoint-200'
"""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.provenance import Provenance, ProvenanceError, read_provenance
from pipelines.storage import TEMPORARY_SUFFIX
from training.run.stops import RunError
from training.run.whole_folder import DamagedFolderError, check_folder
from training.run_folder import RunFolder

_NAME = re.compile(r"checkpoint-(\d+)")
DAMAGED_PREFIX = "damaged-"


@dataclass(frozen=True)
class Checkpoint:
    """A state of a run that can be gone on from."""

    step: int
    path: Path


def name_checkpoint(folder: RunFolder, step: int) -> Path:
    """Return where the state after a step is kept."""
    return folder.checkpoints / f"checkpoint-{step}"


def list_checkpoints(folder: RunFolder) -> list[Checkpoint]:
    """Return the checkpoints of a run, the newest first."""
    found = ((path, _NAME.fullmatch(path.name)) for path in folder.checkpoints.glob("checkpoint-*"))
    steps = [Checkpoint(int(match[1]), path) for path, match in found if match]
    return sorted(steps, key=lambda checkpoint: -checkpoint.step)


def choose_checkpoint(folder: RunFolder, made: Provenance, say: Callable[[str], None]) -> Checkpoint | None:
    """Return the newest checkpoint that is whole, None where there is none; sweep unfinished ones, set damaged ones aside.

    Raises:
        RunError: a whole checkpoint is of another recipe or other data.
    """
    for unfinished in folder.checkpoints.glob(f".*{TEMPORARY_SUFFIX}"):
        shutil.rmtree(unfinished, ignore_errors=True)
    for checkpoint in list_checkpoints(folder):
        try:
            check_folder(checkpoint.path)
            found = read_provenance(checkpoint.path)
        except (DamagedFolderError, ProvenanceError) as error:
            aside = _set_aside(checkpoint.path)
            say(f"{error}. Set aside as {aside.name}, which may be deleted; looking for the checkpoint before it")
            continue
        _check_same_run(found, made, checkpoint)
        return checkpoint
    return None


def remove_old(folder: RunFolder, keep: int) -> None:
    """Remove all checkpoints but the newest `keep`."""
    for checkpoint in list_checkpoints(folder)[keep:]:
        shutil.rmtree(checkpoint.path)


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{DAMAGED_PREFIX}{path.name}")
    shutil.rmtree(aside, ignore_errors=True)
    return path.rename(aside)


def _check_same_run(found: Provenance, made: Provenance, checkpoint: Checkpoint) -> None:
    for what in ("recipe_digest", "data_version", "n_steps"):
        if getattr(found, what) != getattr(made, what):
            raise RunError(
                f"{checkpoint.path.name}: its {what} is {getattr(found, what)}, this run's is {getattr(made, what)}; it was "
                "put here from another run: remove it"
            )
