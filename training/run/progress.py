"""What a run tells while it goes on: to Dagster where Dagster started it, else to the terminal. Only the first process talks.

Launched through Dagster Pipes, each line goes to the run's log, and at the end one materialization carries the figures. The
text holds counts, rates and losses, never a record.

Example:
    >>> record = StepRecord(20, 0.5, 1e-3, 0.7, samples_per_second=80.0, step_seconds=0.4, loader_seconds=0.01)
    >>> tell_step(record, n_steps=100, seconds_per_step=0.4)
    'step 20 of 100: loss 0.5000, learning rate 1.0e-03, 80.0 samples per second, 32 s left'
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from pipelines.progress import tell_duration
from training.run.step_log import StepRecord

EVERY_S = 10.0


class Reporter(Protocol):
    """Who a run reports to."""

    def say(self, line: str) -> None:
        """Take one line."""
        ...

    def materialize(self, metadata: Mapping[str, Any], data_version: str) -> None:
        """Take the figures of the finished model."""
        ...


class Progress:
    """Says how far a run is: its first and last step, and one every few seconds between."""

    def __init__(self, reporter: Reporter, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._reporter, self._every_s, self._clock = reporter, every_s, clock
        self._first: tuple[int, float] | None = None  # step, and when it ended
        self._said = 0.0

    def say(self, line: str) -> None:
        """Say one line."""
        self._reporter.say(line)

    def note_step(self, record: StepRecord, n_steps: int) -> None:
        """Take a step; say it if the last line is old enough."""
        now = self._clock()
        if self._first is None:
            self._first = (record.step, now)
        first_step, started = self._first
        is_first = record.step == first_step
        if is_first or record.step == n_steps or now - self._said >= self._every_s:
            self._said = now
            pace = record.step_seconds if is_first else (now - started) / (record.step - first_step)
            self.say(tell_step(record, n_steps, pace))

    def finish(self, metadata: Mapping[str, Any], data_version: str) -> None:
        """Report the finished model."""
        self._reporter.materialize(metadata, data_version)


class PrintingReporter:
    """The terminal."""

    def say(self, line: str) -> None:
        """Print one line at once."""
        print(line, flush=True)

    def materialize(self, metadata: Mapping[str, Any], data_version: str) -> None:
        """Print the figures that are no lists."""
        told = ", ".join(f"{name} {value}" for name, value in metadata.items() if isinstance(value, str | int | float))
        self.say(f"finished: {told}; version {data_version[:12]}")


class SilentReporter:
    """All processes but the first."""

    def say(self, line: str) -> None:
        """Nothing."""

    def materialize(self, metadata: Mapping[str, Any], data_version: str) -> None:
        """Nothing."""


class PipesReporter:
    """Dagster, by Pipes."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def say(self, line: str) -> None:
        """Write one line to the log of the Dagster run."""
        self._context.log.info(line)

    def materialize(self, metadata: Mapping[str, Any], data_version: str) -> None:
        """Report the one materialization of the run."""
        self._context.report_asset_materialization(metadata=dict(metadata), data_version=data_version)


def is_launched(environment: Mapping[str, str]) -> bool:
    """Whether Dagster started this program, through Pipes."""
    return "DAGSTER_PIPES_CONTEXT" in environment


@contextlib.contextmanager
def open_progress(*, is_first: bool) -> Iterator[Progress]:
    """Yield whom this process reports to: Dagster where Pipes' environment is set, else the terminal, or nobody."""
    if not is_first:
        yield Progress(SilentReporter())
    elif is_launched(os.environ):
        from dagster_pipes import open_dagster_pipes

        with open_dagster_pipes() as context:
            yield Progress(PipesReporter(context))
    else:
        yield Progress(PrintingReporter())


def tell_step(record: StepRecord, n_steps: int, seconds_per_step: float) -> str:
    """Return where a run stands and when it will end."""
    left = tell_duration((n_steps - record.step) * seconds_per_step)
    return (
        f"step {record.step:,} of {n_steps:,}: loss {record.loss:.4f}, learning rate {record.learning_rate:.1e}, "
        f"{record.samples_per_second:,.1f} samples per second, {left} left"
    )
