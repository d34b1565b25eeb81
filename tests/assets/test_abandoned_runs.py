"""A run whose process was killed holds no place in a pool any more."""

import os
import subprocess
import sys

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from assets.abandoned_runs import end_abandoned_runs, tag_process

PROGRAM = """
import os, signal, dagster as dg
from assets.abandoned_runs import tag_process

@dg.op(pool="gpu")
def train():
    os.kill(os.getpid(), signal.SIGKILL)

@dg.job
def job():
    train()

job.execute_in_process(instance=dg.DagsterInstance.get(), tags=tag_process())
"""


@pytest.fixture
def home(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "dagster.yaml").write_text("concurrency:\n  pools:\n    default_limit: 1\n    granularity: op\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def read(program: str) -> str:
    """What a process prints: a DagsterInstance on disk is kept out of the one that runs the tests."""
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, timeout=100)
    return done.stdout.strip()


def test_the_next_run_gets_the_place_of_a_killed_one_which_is_marked_failed(home) -> None:
    read(PROGRAM)
    held = (
        "import dagster as dg; i = dg.DagsterInstance.get(); s = i.event_log_storage; "
        "print(s.get_concurrency_info('gpu').slot_count, len(s.get_concurrency_info('gpu').claimed_slots), "
        "[str(run.status.value) for run in i.get_runs()]);"
    )
    assert read(held) == "1 1 ['STARTED']"
    freed = "from assets.abandoned_runs import end_abandoned_runs;" + held.replace(
        "print", "print(end_abandoned_runs(i)); print", 1
    )
    assert read(freed).splitlines() == ["1", "1 0 ['FAILURE']"]


def test_a_run_that_goes_on_and_one_of_another_machine_are_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        here = tag_process() | {"medmim/process": str(os.getppid())}
        elsewhere = {"medmim/host": "elsewhere", "medmim/process": "1"}
        for tags in (here, elsewhere):
            instance.create_run_for_job(_empty, tags=tags, status=DagsterRunStatus.STARTED)
        assert end_abandoned_runs(instance) == 0
        assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.STARTED] * 2


def test_a_run_that_bears_the_number_of_this_process_is_of_one_before_it() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.create_run_for_job(_empty, tags=tag_process(), status=DagsterRunStatus.STARTED)
        assert end_abandoned_runs(instance) == 1


@dg.job
def _empty() -> None: ...
