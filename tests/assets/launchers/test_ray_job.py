"""Runs on a real Ray cluster with two logical GPUs, all of them launched once, by one process."""

from typing import Any

import pytest

from tests.assets.launchers.sites import run_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each run."""
    pytest.importorskip("dagster_ray", reason="install the extra `ray` to run this test")
    return run_site("ray_site.py", tmp_path_factory.mktemp("ray"))


def test_a_job_gets_the_gpu_that_it_asked_for_and_its_report_comes_back(told: dict[str, Any]) -> None:
    assert told["first"]["loss"] == 0.25
    assert told["first"]["environment"]["CUDA_VISIBLE_DEVICES"] == "0"
    assert told["first"]["environment"]["KEY_FOR_THE_JOB"] == "passed"


def test_the_second_run_of_one_process_reports_too(told: dict[str, Any]) -> None:
    assert told["second"] == {"loss": 0.125, "devices": ["0,1", "0,1"]}


def test_a_client_of_dagster_ray_that_is_used_twice_loses_the_report_and_a_run_must_not_pass_for_that(
    told: dict[str, Any],
) -> None:
    (failure,) = told["reused"]
    assert "no materialization with metadata came back" in failure


def test_a_job_that_reports_nothing_fails_the_run(told: dict[str, Any]) -> None:
    (failure,) = told["silent"]
    assert "no materialization with metadata came back" in failure


def test_a_failed_job_is_told_with_its_exit_code_and_last_lines(told: dict[str, Any]) -> None:
    (failure,) = told["fails"]
    assert "ended with exit code 4" in failure and "no weights" in failure


def test_a_cluster_without_a_token_is_not_used(told: dict[str, Any]) -> None:
    (failure,) = told["refused"]
    assert "could not be started" in failure and "RAY_AUTH_MODE=token" in failure


def test_a_cluster_that_does_not_answer_is_told(told: dict[str, Any]) -> None:
    (failure,) = told["unreachable"]
    assert "could not be started: Ray (http://127.0.0.2:1)" in failure and "mend training.ray.address" in failure


def test_a_cancelled_run_ends_every_worker_of_its_job(told: dict[str, Any]) -> None:
    assert told["cancelled"] == {"success": False}


def test_a_job_of_an_earlier_launch_is_stopped_first(told: dict[str, Any]) -> None:
    assert told["straggler"] == {"loss": 0.5, "status": "STOPPED"}
