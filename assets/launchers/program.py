"""What every launcher starts: `python -m training run FOLDER`, under torchrun where there are several processes.

Example:
    >>> program = TrainingProgram(python="python", project=PurePosixPath("/app"))
    >>> program.command(PurePosixPath("/storage/runs/tiny/3f2a"), LaunchSize(1, gpus=0))
    ['python', '-m', 'training', 'run', '/storage/runs/tiny/3f2a']
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from pipelines.training_choices import Tracker, Training
from training.recipe import Recipe
from training.run_folder import RunFolder

PROJECT = Path(__file__).parents[2]
# Of torchrun, for a last checkpoint; its default is 30 s. Where one process has failed, the others may wait for it so long.
SHUTDOWN_SECONDS = 120


@dataclass(frozen=True)
class LaunchSize:
    """How many processes a run has, and GPUs: one for each process, or none at all."""

    processes: int
    gpus: int

    def __post_init__(self) -> None:
        if self.processes < 1 or self.gpus not in (0, self.processes):
            raise ValueError(f"expected processes >= 1, and as many GPUs or none; got {self.processes} and {self.gpus}")

    @classmethod
    def of(cls, recipe: Recipe, training: Training) -> "LaunchSize":
        """Return the size of a recipe's run: `training.processes`, else one per GPU of the recipe, else one on the CPU."""
        processes = training.processes or max(recipe.hardware.gpus, 1)
        return cls(processes, processes if recipe.hardware.gpus else 0)


@dataclass(frozen=True)
class TrainingProgram:
    """The program, as the place where it runs sees it."""

    python: str = sys.executable
    project: PurePath = PROJECT  # working directory or PYTHONPATH: the packages of this project, before any of the same name
    start: tuple[str, ...] = ("-m", "training", "run")
    track: Tracker | None = None

    def command(self, folder: PurePath, size: LaunchSize) -> list[str]:
        """Return the command that trains what a run folder holds."""
        what = [*self.start, str(folder), *(["--track", self.track.value] if self.track else [])]
        if size.processes == 1:
            return [self.python, *what]
        # --local-addr: torchrun else asks for the machine's full name, which not every machine can resolve
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
        torchrun += ["--shutdown-timeout", str(SHUTDOWN_SECONDS), "--nproc-per-node", str(size.processes)]
        return [self.python, *torchrun, *what]


@dataclass(frozen=True)
class LaunchFiles:
    """What launching leaves in a run's folder, of the last launch only."""

    folder: RunFolder

    @property
    def root(self) -> Path:
        """Folder of these files, which is made where it is not there."""
        root = self.folder.path.absolute() / "launch"
        root.mkdir(parents=True, exist_ok=True)
        return root

    @property
    def stderr(self) -> Path:
        """What the program wrote to standard error, or a batch job to either."""
        return self.root / "stderr.log"

    @property
    def messages(self) -> Path:
        """What the program reports through Dagster Pipes, where both see one file system."""
        return self.root / "messages.jsonl"

    @property
    def context(self) -> Path:
        """What Dagster Pipes tells the program."""
        return self.root / "context.json"

    @property
    def script(self) -> Path:
        """The batch job."""
        return self.root / "job.sh"


def build_environment(size: LaunchSize, training: Training) -> dict[str, str]:
    """Return the environment variables that a run needs wherever it is; what they leave out the program itself decides."""
    variables = {"PYTHONUNBUFFERED": "1"}
    if training.threads_per_process is not None:
        variables["OMP_NUM_THREADS"] = str(training.threads_per_process)
    if size.gpus == 0:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    return variables


def pick_variables(names: tuple[str, ...], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the named variables that are set here."""
    return {name: environment[name] for name in names if name in environment}


def place_in(folder: Path, storage_root: Path, seen_as: PurePosixPath) -> PurePosixPath:
    """Return a folder of the storage root as a place sees it that mounts the storage root elsewhere; ValueError outside it."""
    return seen_as / folder.absolute().relative_to(storage_root.absolute()).as_posix()
