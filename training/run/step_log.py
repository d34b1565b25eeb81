"""What each step was like: one JSON line a step, and the same to TensorBoard and whatever else tracks runs. No record, no text.

A run that goes on from step 200 drops the lines that the killed one wrote after it, so each step stands there once.

Example:
    >>> line = StepRecord(1, 5.4, 1e-3, 0.7, samples_per_second=80.0, step_seconds=0.4, loader_seconds=0.01)
    >>> parse_line(json.dumps(dataclasses.asdict(line))) == line
    True
"""

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TextIO

from pipelines.storage import write_bytes
from training.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One update of the weights."""

    step: int  # from 1
    loss: float  # mean over the answer tokens of the whole batch, all processes together
    learning_rate: float
    gradient_norm: float  # before clipping
    samples_per_second: float  # all processes together
    step_seconds: float
    loader_seconds: float  # of them: waiting for the batch

    @property
    def values(self) -> dict[str, float]:
        """Everything but the step, by name: what is plotted."""
        return {name: value for name, value in dataclasses.asdict(self).items() if name != "step"}


class Tracker(Protocol):
    """Something that plots steps."""

    def note(self, record: StepRecord) -> None:
        """Take one step."""
        ...

    def close(self) -> None:
        """Write what is left."""
        ...


class StepLog:
    """Writes steps to `log.jsonl` and to trackers."""

    def __init__(self, folder: RunFolder, first_step: int, trackers: Sequence[Tracker]) -> None:
        kept = [record for record in read_log(folder) if record.step < first_step]
        lines = [json.dumps(dataclasses.asdict(record)) + "\n" for record in kept]
        write_bytes(str(folder.log), "".join(lines).encode())
        self._file: TextIO = folder.log.open("a", encoding="utf-8")
        self._trackers = trackers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        for tracker in self._trackers:
            tracker.close()

    def note(self, record: StepRecord) -> None:
        """Take one step; its line is in the file when this returns."""
        self._file.write(json.dumps(dataclasses.asdict(record)) + "\n")
        self._file.flush()
        for tracker in self._trackers:
            tracker.note(record)

    def sync(self) -> None:
        """Make all lines survive a power cut: before a checkpoint that counts on them."""
        os.fsync(self._file.fileno())


def read_log(folder: RunFolder) -> list[StepRecord]:
    """Return the steps of a run so far; a last line that was cut short is left out."""
    if not folder.log.exists():
        return []
    records = (parse_line(line) for line in folder.log.read_text(encoding="utf-8").splitlines())
    return [record for record in records if record is not None]


def parse_line(line: str) -> StepRecord | None:
    """Return the step of a line, None where it is no whole line."""
    try:
        return StepRecord(**json.loads(line))
    except (ValueError, TypeError):
        return None
