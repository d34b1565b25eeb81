"""Runs on a real Slurm of one node with two logical GPUs, all of them launched once."""

import os
from typing import Any

import pytest

from tests.assets.launchers.sites import need_programs, run_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each run."""
    need_programs("sbatch", "slurmctld", "slurmd", "munged", package="slurm-wlm and munge (apt-get install, as root)")
    if os.geteuid() != 0:
        pytest.skip("slurmd runs as root only; run the tests as root to run this one")
    return run_site("slurm_site.py", tmp_path_factory.mktemp("slurm"))


def test_a_job_gets_the_gpu_that_it_asked_for_and_its_report_comes_back(told: dict[str, Any]) -> None:
    assert told["reports"]["loss"] == 0.25
    assert told["reports"]["environment"]["CUDA_VISIBLE_DEVICES"] == "0"


def test_a_job_sees_the_variables_that_were_named_and_no_other_of_dagsters(told: dict[str, Any]) -> None:
    assert told["reports"]["environment"]["KEY_FOR_THE_JOB"] == "passed"
    assert "KEY_OF_DAGSTER" not in told["reports"]["environment"]


def test_a_failed_job_is_told_with_its_exit_code_and_last_lines(told: dict[str, Any]) -> None:
    (failure,) = told["fails"]
    assert "ended with exit code 4" in failure and "is FAILED (NonZeroExitCode)" in failure and "no weights" in failure


def test_a_run_that_stopped_itself_is_told_in_its_own_words(told: dict[str, Any]) -> None:
    (failure,) = told["fails itself"]
    assert "The training program stopped itself: step 7: the loss is nan\n" in failure


def test_a_job_that_slurm_refuses_is_told_in_slurms_words(told: dict[str, Any]) -> None:
    (failure,) = told["refused"]
    assert "could not be started" in failure and "Invalid partition name specified" in failure


def test_a_job_near_its_time_limit_queues_itself_again_and_finishes(told: dict[str, Any]) -> None:
    assert told["requeued"] == {"loss": 0.125, "restarts": "1"}


def test_a_cancelled_run_cancels_its_job(told: dict[str, Any]) -> None:
    assert told["cancelled"] == {"success": False, "state": "CANCELLED"}
