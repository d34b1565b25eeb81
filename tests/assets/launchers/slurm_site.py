"""A whole Slurm of one node with two logical GPUs, and runs launched on it: `slurm_site.py FOLDER` writes FOLDER/told.json.

To be started in a network namespace of its own, see loopback.sh. It ends whatever it started.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._utils.interrupts import capture_interrupts

from assets.launchers.program import LaunchSize
from assets.launchers.slurm import SlurmLauncher
from assets.launchers.slurm_commands import read_job
from pipelines.training_choices import SlurmLaunch, Training
from tests.assets.graphs import failures
from tests.assets.launchers.runs import PROGRAM, loss_of, prepare, read_rank, train

CONFIGURATION = """\
ClusterName=medmim
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={root}/munge.socket,cred_expire=5
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0
GresTypes=gpu
KillWait=2
MinJobAge=60
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=500 Gres=gpu:2 State=UNKNOWN
PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
GPU = LaunchSize(1, gpus=1)
SLURM = SlurmLaunch(partition="gpu", cpus_per_process=1, memory_gb=0.1, time="10", poll_seconds=0.2)


@contextmanager
def start_slurm(root: Path) -> Iterator[None]:
    """Keep munged, slurmctld and slurmd running."""
    for name in ("state", "spool"):
        (root / name).mkdir(parents=True)
    root.chmod(0o755)
    (root / "munge.key").write_bytes(os.urandom(1024))
    (root / "munge.key").chmod(0o400)
    (root / "slurm.conf").write_text(CONFIGURATION.format(root=root, host=socket.gethostname()))
    (root / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")  # files stand in for devices
    (root / "cgroup.conf").write_text("CgroupAutomount=no\n")
    os.environ["SLURM_CONF"] = str(root / "slurm.conf")
    munge = ["--force", "--foreground", f"--key-file={root}/munge.key", f"--socket={root}/munge.socket"]
    munge += [f"--{name}-file={root}/munge.{name}" for name in ("pid", "log", "seed")]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (["munged", *munge], ["slurmctld", "-D", "-i"], ["slurmd", "-D"]):
            path = shutil.which(command[0], path=os.environ["PATH"] + ":/usr/sbin:/sbin")
            assert path is not None
            with (root / f"{command[0]}.log").open("wb") as log:
                started.append(subprocess.Popen([path, *command[1:]], stdout=log, stderr=log))
            _wait(lambda name=command[0]: (root / "munge.socket").exists() if name == "munged" else True)
        _wait(lambda: " idle " in subprocess.run(["sinfo", "-h"], capture_output=True, text=True).stdout)
        yield
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def run_all(root: Path) -> dict[str, Any]:
    """Launch every kind of run and return what came of each."""
    told: dict[str, Any] = {}
    with dg.DagsterInstance.ephemeral() as instance:
        launcher = SlurmLauncher(Training(slurm=SLURM, pass_variables=("KEY_FOR_THE_JOB",)), PROGRAM)
        os.environ.update({"KEY_FOR_THE_JOB": "passed", "KEY_OF_DAGSTER": "kept"})

        result = train(launcher, prepare(root, does="reports", loss=0.25), GPU, instance)
        told["reports"] = {"loss": loss_of(result), "environment": read_rank(prepare(root, does="reports"))["environment"]}
        told["fails"] = failures(train(launcher, prepare(root, does="exits", code=4, says="no weights"), GPU, instance))
        folder = prepare(root, does="fails itself")
        told["fails itself"] = failures(train(launcher, folder, GPU, instance))
        folder.failure.unlink()
        greedy = SlurmLauncher(Training(slurm=SLURM.model_copy(update={"partition": "nowhere"})), PROGRAM)
        told["refused"] = failures(train(greedy, prepare(root, does="reports"), GPU, instance))
        told["requeued"] = _run_over_the_limit(launcher, root, instance)
        told["cancelled"] = _cancel(launcher, root, instance)
    return told


def _run_over_the_limit(launcher: SlurmLauncher, root: Path, instance: dg.DagsterInstance) -> dict[str, Any]:
    """Let a job learn that its time is nearly up; its second start finishes the training."""
    folder = prepare(root, does="goes on")
    (folder.path / "rank-0.json").unlink()

    def warn() -> None:
        _wait((folder.path / "rank-0.json").exists)
        prepare(root, does="reports", loss=0.125)
        number = subprocess.run(["squeue", "-h", "-o", "%i"], capture_output=True, text=True).stdout.strip()
        subprocess.run(["scancel", "--batch", "--signal=USR1", number], check=True)  # what --signal=B:USR1@120 sends

    warning = threading.Thread(target=warn)
    warning.start()
    result = train(launcher, folder, GPU, instance)
    warning.join()
    return {"loss": loss_of(result), "restarts": read_rank(folder)["environment"].get("SLURM_RESTART_COUNT")}


def _cancel(launcher: SlurmLauncher, root: Path, instance: dg.DagsterInstance) -> dict[str, Any]:
    """Interrupt Dagster while its job runs."""
    folder = prepare(root, does="goes on")
    (folder.path / "rank-0.json").unlink()

    def interrupt() -> None:
        _wait((folder.path / "rank-0.json").exists)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with capture_interrupts():
        result = train(launcher, folder, GPU, instance)
    thread.join()
    number = read_rank(folder)["environment"]["SLURM_JOB_ID"]
    _wait(lambda: read_job(number).is_over)
    return {"success": result.success, "state": read_job(number).state}


def _wait(is_so: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with start_slurm(place / "slurm"):
        (place / "told.json").write_text(json.dumps(run_all(place / "storage")))
