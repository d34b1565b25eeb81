"""A run of a few steps: rows, pictures and a recipe as small as can be, and the program that a launcher starts."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from pipelines.records import DatasetRecord, Turn
from pipelines.vocabulary import Role
from tests.pipelines.made_rows import make_row
from training.recipe import Recipe, load_recipe
from training.run.prepare import prepare_run
from training.run.progress import Progress
from training.run.result import RunResult
from training.run.step_log import read_log
from training.run.training import run_training
from training.run_folder import RunFolder

ROOT = Path(__file__).parents[3]
N_STEPS = 8
SMALL: dict[str, Any] = {
    "schedule.max_steps": N_STEPS,
    "schedule.warmup_steps": 2,
    "batch.global_size": 4,
    "batch.per_device": 2,
    "checkpoints.every_steps": 3,
    "checkpoints.keep": 1,
}
LORA = SMALL | {"adapter.kind": "lora", "adapter.rank": 4, "adapter.alpha": 8, "adapter.dropout": 0.2}
TWO_PROCESSES = {"batch.per_device": 1, "distribution.zero_stage": 2}

# The program of a run, which at a step of choice says so and waits to be killed, or has a pixel that is no number.
PROGRAM = """
import argparse, math, os, signal
from training.run import command
from training.run.exits import end_process
from training.run.trainer import RunSteps
from training.tokens.batches import Collator

log, collate = RunSteps.log, Collator.__call__

def log_and_wait(self, logs, start_time=None):
    log(self, logs, start_time)
    if "loss" in logs and self.state.global_step == int(os.environ.get("WAIT_AT", 0)):
        print("WAITING", flush=True)
        signal.pause()

def poison(self, samples):
    batch = collate(self, samples)
    if int(os.environ.get("POISONED", -1)) in batch["sample_index"].tolist():
        batch["pixel_values"][0, 0, 0, 0] = math.nan
    return batch

RunSteps.log, Collator.__call__ = log_and_wait, poison
parser = argparse.ArgumentParser()
command.register(parser.add_subparsers())
chosen = parser.parse_args()
end_process(chosen.run(chosen))
"""


class Listener:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.materialized: list[Mapping[str, Any]] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def materialize(self, metadata: Mapping[str, Any], data_version: str) -> None:
        self.materialized.append({**metadata, "data_version": data_version})


def make_rows(root: Path, n: int = 10) -> list[DatasetRecord]:
    """Write noise as pictures below a folder; return rows that ask about them, of several lengths."""
    noise = np.random.default_rng(0)
    (root / "rendered").mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(n):
        paths = [f"rendered/{number}-{i}.png" for i in range(1 + number % 3)]
        for path in paths:
            Image.fromarray(noise.integers(0, 256, (40, 40), np.uint8)).save(root / path)
        question = "<image>" * len(paths) + "Which shows it? " + "Look well. " * (number % 4)
        turns = (Turn(Role.USER, question), Turn(Role.ASSISTANT, ["the first", "neither"][number % 2]))
        name = f"record-{number}"
        rows.append(
            make_row(id=name, record_id=name, digest=name, images=tuple(paths), conversation=turns, unit_id=f"unit-{number}")
        )
    return rows


def make_recipe(values: Mapping[str, Any]) -> Recipe:
    return load_recipe("tiny", values)


def prepare(root: Path, values: Mapping[str, Any] = SMALL, run: str = "tiny", n_rows: int = 10) -> RunFolder:
    rows = make_rows(root / "images", n_rows)
    return prepare_run(make_recipe(values), rows, root / "images", root / "storage", run, lambda line: None)


def train(folder: RunFolder, listener: Listener | None = None) -> RunResult:
    """Run in this process, which knows nothing but the files; with one thread, as the program."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return run_training(folder, Progress(listener or Listener()))
    finally:
        torch.set_num_threads(threads)


def read_losses(folder: RunFolder) -> list[float]:
    return [record.loss for record in read_log(folder)]


def start(folder: RunFolder, processes: int = 0, **environment: str) -> "subprocess.Popen[str]":
    """Start the program, under torchrun where a number of processes is given."""
    script = folder.path.parent / "program.py"
    script.write_text(PROGRAM)
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"] if processes else []
    command = [sys.executable, *launcher, str(script), "run", str(folder.path)]
    inherited = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for the program; return its exit code and all that it printed."""
    told, _ = process.communicate()
    return process.returncode, told


def kill_at_step(folder: RunFolder, step: int, processes: int = 0) -> None:
    """Train up to a step and SIGKILL the program there; return when all its processes are gone."""
    process = start(folder, processes, WAIT_AT=str(step))
    assert process.stdout is not None
    told = _read_until(process.stdout, ["WAITING"] * max(processes, 1))
    assert told is None, told
    process.kill()
    process.communicate()  # ends when the last process that could print has ended: torchrun's are not killed by us


def _read_until(stream: IO[str], awaited: Sequence[str]) -> str | None:
    """Return None once all lines came, everything that was printed if they never do."""
    left, lines = list(awaited), []
    for line in stream:
        lines.append(line)
        if line.strip() in left:
            left.remove(line.strip())
            if not left:
                return None
    return "".join(lines)
