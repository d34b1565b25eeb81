"""A run folder, an asset that launches it, and what came of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from assets.launchers.launcher import TrainingLauncher
from assets.launchers.program import LaunchSize, TrainingProgram
from tests.assets.graphs import QUIET, failures
from training.run_folder import RunFolder, place_run

PROGRAM = TrainingProgram(start=(str(Path(__file__).with_name("program.py")),))
ONE = LaunchSize(1, gpus=0)
TWO = LaunchSize(2, gpus=0)


def prepare(storage_root: Path, **act: Any) -> RunFolder:
    """Return the folder of a run that will behave like this."""
    folder = place_run(storage_root, "tiny", "0123456789abcdef")
    folder.path.mkdir(parents=True, exist_ok=True)
    (folder.path / "act.json").write_text(json.dumps(act))
    return folder


def train(
    launcher: TrainingLauncher, folder: RunFolder, size: LaunchSize, instance: dg.DagsterInstance, **tags: str
) -> dg.ExecuteInProcessResult:
    """Launch from within an asset; a failure is in the result."""

    @dg.asset
    def model(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from launcher.launch(context, folder, size)

    job = dg.Definitions(assets=[model]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False, tags=tags)


def loss_of(result: dg.ExecuteInProcessResult) -> float:
    """Return the loss that the program reported."""
    (event,) = result.asset_materializations_for_node("model")
    value = event.metadata["loss"].value
    assert isinstance(value, float)
    return value


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Return what the one failed step said."""
    (told,) = failures(result)
    return told


def read_rank(folder: RunFolder, rank: int = 0) -> dict[str, Any]:
    """Return pid and environment of one process of the program."""
    return json.loads((folder.path / f"rank-{rank}.json").read_text())
