"""Where a run keeps what it is made of and what it makes: one folder, which a launcher hands to the training program.

`<storage_root>/runs/<run>/<digest>/` holds one run of one recipe on one version of the data; beside it `model` links to the
model that was asked for last, by `training/checkpoint` or `python -m training run`. The arms of the ablations leave it alone.

Example:
    >>> RunFolder(Path("/data/runs/tiny/3f2a")).recipe.name
    'recipe.json'
"""

import os
from dataclasses import dataclass
from pathlib import Path

CURRENT = "model"


@dataclass(frozen=True)
class RunFolder:
    """The parts of one run's folder."""

    path: Path

    @property
    def recipe(self) -> Path:
        """The recipe as resolved, JSON."""
        return self.path / "recipe.json"

    @property
    def plan(self) -> Path:
        """What the run will take, JSON."""
        return self.path / "plan.json"

    @property
    def data(self) -> Path:
        """Folder of encoded samples: `part-00000.parquet` ... and `data.json`."""
        return self.path / "data"

    @property
    def whitening(self) -> Path:
        """The first layer that a new model's vision starts with, where the recipe wants one."""
        return self.path / "whitening.npz"

    @property
    def checkpoints(self) -> Path:
        """Folder of checkpoints that a run can go on from: `checkpoint-<step>`."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """Folder of the finished model: weights, processor, provenance."""
        return self.path / "model"

    @property
    def log(self) -> Path:
        """One JSON line per logged step."""
        return self.path / "log.jsonl"

    @property
    def failure(self) -> Path:
        """Why a run stopped of itself, JSON: step and record ids of the batch."""
        return self.path / "failure.json"

    @property
    def tensorboard(self) -> Path:
        """Folder of TensorBoard's event files."""
        return self.path / "tensorboard"


def place_run(storage_root: Path, run: str, run_digest: str) -> RunFolder:
    """Return the folder of one run; nothing is made."""
    return RunFolder(storage_root / "runs" / run / run_digest[:12])


def point_to_model(folder: RunFolder) -> Path:
    """Let `runs/<run>/model` lead to this run's model, in one step; return that link."""
    link = folder.path.parent / CURRENT
    fresh = link.with_name(f".{CURRENT}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(folder.path.name) / folder.model.name, target_is_directory=True)
    fresh.replace(link)
    return link
