"""What came of a run, and its figures as Dagster's metadata.

Example:
    >>> RunResult(Path("m"), "ab", 2, 2, (5.0, 4.0), 9.0, 6.0, 0.01, None).metadata["last loss"]
    4.0
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.storage import write_bytes
from training.run.step_log import StepRecord, read_log
from training.run_folder import RunFolder

RESULT_FILE = "result.json"
_POINTS = 200


@dataclass(frozen=True)
class RunResult:
    """A finished run."""

    model: Path
    digest: str  # of the model's folder
    n_steps: int
    n_examples: int
    losses: tuple[float, ...]  # of every step
    seconds: float  # of all steps, also of processes before this one
    startup_seconds: float | None  # from the start of the process to the end of its first step; None: there was none
    loader_share: float | None  # of the steps' time: waiting for batches
    resumed_from: int | None  # step

    @property
    def metadata(self) -> dict[str, Any]:
        """The figures by the names that people read."""
        told = {
            "path": str(self.model),
            "digest": self.digest,
            "steps": self.n_steps,
            "examples": self.n_examples,
            "first loss": self.losses[0] if self.losses else None,
            "last loss": self.losses[-1] if self.losses else None,
            "losses": thin(self.losses),
            "seconds": round(self.seconds, 1),
            "start-up, seconds": self.startup_seconds and round(self.startup_seconds, 1),
            "share of time waiting for the loader": self.loader_share and round(self.loader_share, 4),
            "gone on from step": self.resumed_from,
        }
        return {name: value for name, value in told.items() if value is not None}


def thin(losses: tuple[float, ...]) -> list[tuple[int, float]]:
    """Return at most about 200 (step, loss), the last among them: enough for a plot."""
    every = max(1, len(losses) // _POINTS)
    return [(step, loss) for step, loss in enumerate(losses, start=1) if step % every == 0 or step in (1, len(losses))]


def measure_loader(records: list[StepRecord]) -> float | None:
    """Return the share of time that steps waited for their batch; the first step starts the loader and is left out."""
    later = records[1:]
    total = sum(record.step_seconds for record in later)
    return sum(record.loader_seconds for record in later) / total if total else None


def write_result(folder: RunFolder, result: RunResult) -> None:
    """Write it beside the log, whose lines hold the losses."""
    told = {**dataclasses.asdict(result), "model": folder.model.name, "losses": None}
    write_bytes(str(folder.path / RESULT_FILE), json.dumps(told, indent=2).encode())


def read_result(folder: RunFolder) -> RunResult | None:
    """Return what came of a run that has been finished, None of any other."""
    path = folder.path / RESULT_FILE
    if not path.exists() or not folder.model.is_dir():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    losses = tuple(record.loss for record in read_log(folder))
    return RunResult(**{**found, "model": folder.model, "losses": losses})
