"""Processes, threads and readers follow from what launchers say."""

import socket
from pathlib import Path

import pytest

from training.run.hold import find_launch
from training.run.machine import read_machine, set_environment


@pytest.mark.parametrize(
    ("environment", "has_gpu", "cpus", "threads", "workers"),
    [
        ({}, False, 2, 1, 0),
        ({"OMP_NUM_THREADS": "4"}, False, 8, 4, 0),
        ({"WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"}, True, 32, 7, 7),
        ({"WORLD_SIZE": "2"}, True, 2, 1, 0),
        ({}, True, 64, 63, 8),
    ],
)
def test_threads_and_readers_are_chosen(
    environment: dict[str, str], has_gpu: bool, cpus: int, threads: int, workers: int
) -> None:
    machine = read_machine(environment, has_gpu=has_gpu, cpus=cpus)
    assert (machine.threads, machine.loader_workers) == (threads, workers)
    assert machine.processes == int(environment.get("WORLD_SIZE", 1)) and machine.is_first


def test_environment_sends_nothing_and_keeps_builds_apart_by_machine(tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    stale = tmp_path / "medmim" / "torch_extensions" / socket.gethostname() / "fused_adam" / "lock"
    stale.parent.mkdir(parents=True)
    stale.touch()
    other_process = dict(environment, LOCAL_RANK="1")
    assert set_environment(other_process) == [] and stale.exists()  # the first process of the machine does it
    assert set_environment(environment) == [f"removed {stale}: the lock of a build that was killed"]
    assert environment["GLOO_SOCKET_IFNAME"] == "lo"
    spread = {"XDG_CACHE_HOME": str(tmp_path), "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"}  # two machines
    set_environment(spread)
    assert "GLOO_SOCKET_IFNAME" not in spread
    assert environment["HF_HUB_OFFLINE"] == environment["HF_HUB_DISABLE_TELEMETRY"] == "1"


def test_launch_is_when_the_process_started() -> None:
    import time

    assert 0 < time.time() - find_launch({}) < 24 * 3600
