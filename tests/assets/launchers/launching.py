"""A process that launches a run on this machine as Dagster does: `launching.py STORAGE_ROOT PROCESSES`; 1 where it failed."""

import sys
from pathlib import Path

import dagster as dg
from dagster._utils.interrupts import capture_interrupts

from assets.launchers.local import LocalLauncher
from assets.launchers.program import LaunchSize
from pipelines.training_choices import Training
from tests.assets.launchers.runs import PROGRAM, train
from training.run_folder import place_run


def main(storage_root: Path, processes: int) -> int:
    """Launch what the folder of the run holds."""
    launcher = LocalLauncher(Training(), PROGRAM)
    folder = place_run(storage_root, "tiny", "0123456789abcdef")
    with dg.DagsterInstance.ephemeral() as instance, capture_interrupts():
        return 0 if train(launcher, folder, LaunchSize(processes, gpus=0), instance).success else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
