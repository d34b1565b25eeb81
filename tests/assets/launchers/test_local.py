"""The local launcher: what comes back, what is told, and what is left running (nothing)."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psutil
import pytest

from assets.launchers.local import LocalLauncher
from assets.launchers.program import PROJECT
from pipelines.training_choices import Training
from tests.assets.launchers.runs import ONE, PROGRAM, TWO, failure_of, loss_of, prepare, read_rank, train
from training.run_folder import RunFolder

LAUNCHING = Path(__file__).with_name("launching.py")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance of the test's own."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def launcher(training: Training | None = None) -> LocalLauncher:
    """Return the launcher of the program that stands in for training."""
    return LocalLauncher(training or Training(), PROGRAM)


def wait_for_workers(folder: RunFolder, ranks: int = 2) -> list[psutil.Process]:
    """Return the processes of the program once all of them run."""
    deadline = time.monotonic() + 60
    while not all((folder.path / f"rank-{rank}.json").exists() for rank in range(ranks)):
        assert time.monotonic() < deadline, "the program did not start"
        time.sleep(0.05)
    return [psutil.Process(read_rank(folder, rank)["pid"]) for rank in range(ranks)]


def test_what_the_program_reports_is_the_materialization(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    result = train(launcher(), prepare(tmp_path, does="reports", loss=0.25), ONE, instance)
    assert result.success and loss_of(result) == 0.25
    assert read_rank(prepare(tmp_path, does="reports"))["environment"]["CUDA_VISIBLE_DEVICES"] == ""


def test_two_processes_run_under_torchrun_and_one_reports(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    folder = prepare(tmp_path, does="reports")
    result = train(launcher(Training(threads_per_process=3)), folder, TWO, instance)
    assert result.success and loss_of(result) == 0.5
    seen = [read_rank(folder, rank)["environment"] for rank in (0, 1)]
    assert [one["WORLD_SIZE"] for one in seen] == ["2", "2"] and [one["OMP_NUM_THREADS"] for one in seen] == ["3", "3"]


def test_a_program_that_reports_nothing_fails_the_run(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    result = train(launcher(), prepare(tmp_path, does="ends well"), ONE, instance)
    assert not result.success
    assert "no materialization with metadata came back" in failure_of(result)


def test_a_failure_ends_with_the_last_lines_of_the_program(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    result = train(launcher(), prepare(tmp_path, does="exits", code=4, says="no such weights"), ONE, instance)
    assert "The training program ended with exit code 4. It wrote last:\nrank 0 says: no such weights" in failure_of(result)


def test_a_killed_worker_of_torchrun_is_told_by_its_signal_and_takes_the_others_along(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    folder = prepare(tmp_path, does="is killed", rank=1)
    told = failure_of(train(launcher(), folder, TWO, instance))
    assert "killed by SIGKILL, most often for want of memory" in told
    assert not psutil.pid_exists(read_rank(folder, 0)["pid"])


def test_no_worker_survives_the_process_that_launched_it(tmp_path: Path) -> None:
    folder = prepare(tmp_path, does="goes on")
    parent = subprocess.Popen([sys.executable, str(LAUNCHING), str(tmp_path), "2"], cwd=PROJECT)
    try:
        workers = wait_for_workers(folder)
    finally:
        parent.kill()
        parent.wait()
    assert not psutil.wait_procs(workers, timeout=20)[1]


def test_no_worker_survives_a_guard_that_is_killed(tmp_path: Path) -> None:
    folder = prepare(tmp_path, does="goes on")
    parent = subprocess.Popen([sys.executable, str(LAUNCHING), str(tmp_path), "2"], cwd=PROJECT)
    try:
        workers = wait_for_workers(folder)
        (guarding,) = [child for child in psutil.Process(parent.pid).children() if "guard.py" in " ".join(child.cmdline())]
        guarding.kill()
        assert not psutil.wait_procs(workers, timeout=20)[1]
        assert parent.wait(timeout=20) == 1
    finally:
        parent.kill()
        parent.wait()


def test_a_run_that_is_cancelled_ends_its_program(tmp_path: Path) -> None:
    folder = prepare(tmp_path, does="goes on")
    parent = subprocess.Popen([sys.executable, str(LAUNCHING), str(tmp_path), "1"], cwd=PROJECT)
    try:
        workers = wait_for_workers(folder, ranks=1)
        parent.send_signal(signal.SIGINT)  # what Dagster sends to a run that is terminated
        assert parent.wait(timeout=20) == 1
    finally:
        parent.kill()
        parent.wait()
    assert not psutil.wait_procs(workers, timeout=1)[1]
