"""Which launcher runs, and that one device has one run at a time."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from pydantic import ValidationError

from assets.ablations import build_ablations
from assets.launchers.choosing import POOL_LIMITS, choose_launcher, choose_pool
from assets.launchers.launcher import MAX_RETRIES_TAG, TrainingLauncher
from assets.launchers.local import LocalLauncher
from assets.launchers.program import LaunchSize
from pipelines.settings import Settings
from pipelines.training_choices import Ablations, LauncherKind, LocalLaunch, Training
from tests.assets.graphs import QUIET
from tests.assets.launchers.runs import ONE, PROGRAM, prepare, train


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """An instance with the limits of the pools that the project's dagster.yaml sets, and three retries."""
    limits = yaml.safe_load(POOL_LIMITS)
    overrides: dict[str, Any] = {**limits, "run_retries": {"enabled": True, "max_retries": 3}}
    with dg.instance_for_test(temp_dir=str(tmp_path_factory.mktemp("home")), overrides=overrides) as made:
        yield made


@pytest.mark.parametrize("kind", list(LauncherKind))
def test_every_kind_of_the_settings_has_a_launcher_that_loads_no_optional_library(kind: LauncherKind) -> None:
    assert isinstance(choose_launcher(Training(launcher=kind), "/data"), TrainingLauncher)


def test_ablations_at_once_are_for_this_machine_alone_where_no_job_outlives_the_step() -> None:
    assert Training(ablations=Ablations(at_once=2)).ablations.at_once == 2
    assert Training(launcher=LauncherKind.RAY).ablations.at_once == 1
    with pytest.raises(ValidationError, match=r"ablations\.at_once 2 is for the launcher 'local'; with 'slurm' it is 1"):
        Training(launcher=LauncherKind.SLURM, ablations=Ablations(at_once=2))


def test_ablations_wait_for_the_device_as_a_run_does() -> None:
    study = build_ablations(Settings(training=Training(local=LocalLaunch(pool="gpu_1"))))
    assert study.op.pool == "gpu_1"


def test_a_run_waits_while_another_holds_its_device(instance: dg.DagsterInstance) -> None:
    pool = choose_pool(Training(local=LocalLaunch(pool="gpu_0")))
    assert pool == "gpu_0"
    has_run = threading.Event()

    @dg.asset(pool=pool)
    def model() -> None:
        has_run.set()

    job = dg.Definitions(assets=[model], executor=dg.in_process_executor).resolve_implicit_global_asset_job_def()
    slots = instance.event_log_storage
    slots.initialize_concurrency_limit_to_default(pool)
    assert slots.claim_concurrency_slot(pool, "another run", "model").is_claimed
    run = threading.Thread(target=job.execute_in_process, kwargs={"instance": instance, "run_config": QUIET}, daemon=True)
    run.start()
    deadline = time.monotonic() + 30
    while not slots.get_concurrency_info(pool).pending_step_count:
        assert time.monotonic() < deadline and not has_run.is_set()
        time.sleep(0.05)
    assert not has_run.is_set()
    slots.free_concurrency_slots_for_run("another run")
    assert has_run.wait(30)
    run.join(30)


@pytest.mark.parametrize(("code", "is_retried"), [(2, "false"), (3, "false"), (75, "true"), (137, "true")])
def test_a_run_is_tried_again_only_where_that_can_help(
    tmp_path: Path, instance: dg.DagsterInstance, code: int, is_retried: str
) -> None:
    folder = prepare(tmp_path, does="exits", code=code)
    result = train(LocalLauncher(Training(), PROGRAM), folder, ONE, instance, **{MAX_RETRIES_TAG: "3"})
    run = instance.get_run_by_id(result.run_id)
    assert not result.success and run is not None and run.tags["dagster/will_retry"] == is_retried


def test_a_device_of_the_settings_is_the_only_one_that_a_run_sees() -> None:
    launcher = LocalLauncher(Training(local=LocalLaunch(devices=("2", "3"))))
    assert launcher.build_environment(LaunchSize(2, gpus=2))["CUDA_VISIBLE_DEVICES"] == "2,3"
    assert launcher.build_environment(LaunchSize(2, gpus=0))["CUDA_VISIBLE_DEVICES"] == ""
