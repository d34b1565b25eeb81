"""A whole Ray cluster with two logical GPUs, and runs launched on it: `ray_site.py FOLDER` writes FOLDER/told.json.

To be started in a network namespace of its own, see loopback.sh, since Ray listens on every interface; with RAY_AUTH_MODE=token
and a RAY_AUTH_TOKEN of its own, which Ray reads when it is imported. It ends whatever it started.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
from dagster._utils.interrupts import capture_interrupts
from dagster_pipes import PipesExtras
from dagster_ray.core.pipes import PipesRayJobClient
from ray.job_submission import JobSubmissionClient

from assets.launchers.launcher import TrainingLauncher
from assets.launchers.program import LaunchSize
from assets.launchers.ray_job import FOLDER_KEY, RayLauncher
from pipelines.training_choices import RayLaunch, Training
from tests.assets.graphs import failures
from tests.assets.launchers.runs import ONE, PROGRAM, loss_of, prepare, read_rank, train
from training.run_folder import RunFolder

ADDRESS = "http://127.0.0.2:8265"


class ReusedClient(TrainingLauncher):
    """What `RayLauncher` must not be: one client of dagster-ray, which reads reports from logs, for several runs."""

    def __init__(self) -> None:
        self._client = PipesRayJobClient(ADDRESS, poll_interval=0.2)

    def tell(self) -> str:
        """Return where programs run."""
        return "Ray, by one client"

    def run(
        self, *, context: dg.OpExecutionContext, folder: RunFolder, size: LaunchSize, extras: PipesExtras | None = None
    ) -> dg.PipesClientCompletedInvocation:
        """Submit the program."""
        command = " ".join(PROGRAM.command(folder.path, size))
        variables = {"env_vars": {"PYTHONPATH": os.environ["PYTHONPATH"]}}
        return self._client.run(context=context, submit_job_params={"entrypoint": command, "runtime_env": variables})


@contextmanager
def start_ray(root: Path) -> Iterator[None]:
    """Keep a head node running; never `ray stop`, which ends every Ray of the machine."""
    root.mkdir(parents=True)
    where = ["--node-ip-address", "127.0.0.2", "--port", "6379", "--dashboard-host", "127.0.0.2", "--dashboard-port", "8265"]
    what = ["--num-cpus", "2", "--num-gpus", "2", "--object-store-memory", str(100 * 2**20), "--include-dashboard", "true"]
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", *where, *what]
    with (root / "ray.log").open("wb") as log:
        # A short folder: Ray keeps sockets in it, whose paths may have 107 characters.
        head = subprocess.Popen([*command, "--temp-dir", str(root)], stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(_answers, 90)
        yield
    finally:
        family = psutil.Process(head.pid).children(recursive=True)
        head.terminate()
        _, left = psutil.wait_procs([psutil.Process(head.pid), *family], timeout=10)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)


def _answers() -> bool:
    try:
        JobSubmissionClient(ADDRESS).list_jobs()
    except (ConnectionError, RuntimeError):
        return False
    return True


def run_all(root: Path) -> dict[str, Any]:
    """Launch every kind of run and return what came of each."""
    told: dict[str, Any] = {}
    training = Training(ray=RayLaunch(address=ADDRESS, poll_seconds=0.2), pass_variables=("KEY_FOR_THE_JOB",))
    os.environ.update({"KEY_FOR_THE_JOB": "passed", "KEY_OF_DAGSTER": "kept"})
    launcher = RayLauncher(training, PROGRAM)
    with dg.DagsterInstance.ephemeral() as instance:
        result = train(launcher, prepare(root, does="reports", loss=0.25), LaunchSize(1, gpus=1), instance)
        told["first"] = {"loss": loss_of(result), "environment": read_rank(prepare(root, does="reports"))["environment"]}
        result = train(launcher, prepare(root, does="reports", loss=0.125), LaunchSize(2, gpus=2), instance)
        ranks = [read_rank(prepare(root, does="reports"), rank)["environment"] for rank in (0, 1)]
        told["second"] = {"loss": loss_of(result), "devices": [one["CUDA_VISIBLE_DEVICES"] for one in ranks]}
        impatient = RayLauncher(training, PROGRAM, patience_seconds=0)
        told["silent"] = failures(train(impatient, prepare(root, does="ends well"), ONE, instance))
        told["fails"] = failures(train(launcher, prepare(root, does="exits", code=4, says="no weights"), ONE, instance))
        anonymous = RayLauncher(training, PROGRAM, environment={})
        told["refused"] = failures(train(anonymous, prepare(root, does="reports"), ONE, instance))
        nowhere = RayLauncher(Training(ray=RayLaunch(address="http://127.0.0.2:1")), PROGRAM)
        told["unreachable"] = failures(train(nowhere, prepare(root, does="reports"), ONE, instance))
        reused = ReusedClient()
        assert train(reused, prepare(root, does="reports"), ONE, instance).success
        told["reused"] = failures(train(reused, prepare(root, does="reports"), ONE, instance))
        told["cancelled"] = _cancel(launcher, root, instance)
        told["straggler"] = _replace_straggler(launcher, root, instance)
    return told


def _cancel(launcher: RayLauncher, root: Path, instance: dg.DagsterInstance) -> dict[str, Any]:
    """Interrupt Dagster while two processes of its job run."""
    folder = prepare(root, does="goes on")
    told = [folder.path / f"rank-{rank}.json" for rank in (0, 1)]
    for path in told:
        path.unlink()

    def interrupt() -> None:
        _wait(lambda: all(path.exists() for path in told))
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with capture_interrupts():
        result = train(launcher, folder, LaunchSize(2, gpus=0), instance)
    thread.join()
    workers = [read_rank(folder, rank)["pid"] for rank in (0, 1)]
    _wait(lambda: not any(psutil.pid_exists(pid) for pid in workers))
    return {"success": result.success}


def _replace_straggler(launcher: RayLauncher, root: Path, instance: dg.DagsterInstance) -> dict[str, Any]:
    """Launch a run whose job of an earlier launch is still there."""
    folder = prepare(root, does="reports", loss=0.5)
    client = JobSubmissionClient(ADDRESS)
    job = client.submit_job(entrypoint="sleep 600", metadata={FOLDER_KEY: str(folder.path)})
    loss = loss_of(train(launcher, folder, ONE, instance))
    return {"loss": loss, "status": str(client.get_job_status(job))}


def _wait(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="ray-") as short, start_ray(Path(short) / "r"):
        (place / "told.json").write_text(json.dumps(run_all(place / "storage")))
