"""Where steps are plotted beside `log.jsonl`: TensorBoard always; W&B or MLflow when asked for, into local files unless told.

Neither sends anything of itself: W&B runs offline unless WANDB_MODE says otherwise, MLflow writes below the run's folder unless
MLFLOW_TRACKING_URI names a server. Both see the recipe and the numbers of the steps, never a record.

Example:
    >>> list(Track)
    [<Track.WANDB: 'wandb'>, <Track.MLFLOW: 'mlflow'>]
"""

import importlib
import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from training.run.step_log import StepRecord, Tracker
from training.run.stops import RunError
from training.run_folder import RunFolder


class Track(StrEnum):
    """What else takes a run's steps."""

    WANDB = "wandb"
    MLFLOW = "mlflow"


def open_trackers(
    folder: RunFolder, run: str, recipe: Mapping[str, Any], first_step: int, track: Track | None
) -> list[Tracker]:
    """Return TensorBoard's tracker, and another one where asked for.

    Raises:
        RunError: the package of the other one is not installed.
    """
    trackers: list[Tracker] = []
    if track is Track.WANDB:
        trackers.append(WandbTracker(folder, run, recipe))
    elif track is Track.MLFLOW:
        trackers.append(MlflowTracker(folder, run, recipe))
    return [TensorBoardTracker(folder, first_step), *trackers]


class TensorBoardTracker:
    """Event files in the run's folder; `tensorboard --logdir RUNS` shows all runs of a storage root."""

    def __init__(self, folder: RunFolder, first_step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        # What a killed run wrote from this step on is not shown.
        self._writer = SummaryWriter(str(folder.tensorboard), purge_step=first_step if first_step > 1 else None)

    def note(self, record: StepRecord) -> None:
        """Plot one step."""
        for name, value in record.values.items():
            self._writer.add_scalar(f"train/{name}", value, record.step)

    def close(self) -> None:
        """Write the rest."""
        self._writer.close()


class WandbTracker:
    """Weights & Biases, offline unless WANDB_MODE is set; `wandb sync` uploads later."""

    def __init__(self, folder: RunFolder, run: str, recipe: Mapping[str, Any]) -> None:
        wandb = _import(Track.WANDB)
        self._run = wandb.init(
            project="medmim",
            name=run,
            id=folder.path.name,
            resume="allow",
            dir=str(folder.path),
            config=dict(recipe),
            mode=os.environ.get("WANDB_MODE", "offline"),
        )

    def note(self, record: StepRecord) -> None:
        """Plot one step."""
        self._run.log(record.values, step=record.step)

    def close(self) -> None:
        """Write the rest."""
        self._run.finish()


class MlflowTracker:
    """MLflow, into a file below the run's folder unless MLFLOW_TRACKING_URI is set."""

    def __init__(self, folder: RunFolder, run: str, recipe: Mapping[str, Any]) -> None:
        self._mlflow = _import(Track.MLFLOW)
        local = f"sqlite:///{(folder.path / 'mlflow.db').resolve()}"
        self._mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", local))
        self._mlflow.set_experiment("medmim")
        self._mlflow.start_run(run_name=run, tags={"folder": folder.path.name})
        self._mlflow.log_params({f"{part}.{key}": value for part, values in recipe.items() for key, value in _leaves(values)})

    def note(self, record: StepRecord) -> None:
        """Plot one step."""
        self._mlflow.log_metrics(record.values, step=record.step)

    def close(self) -> None:
        """Write the rest."""
        self._mlflow.end_run()


def _leaves(values: Any) -> list[tuple[str, Any]]:
    return list(values.items()) if isinstance(values, Mapping) else [("value", values)]


def _import(track: Track) -> Any:
    try:
        return importlib.import_module(track.value)
    except ImportError:
        raise RunError(
            f"--track {track.value}: it is not installed here; pip install {track.value}, or leave --track out"
        ) from None
