"""What a run finds itself on: processes, threads, and the environment that its libraries are to start with.

torchrun, Ray, Kubernetes and Slurm tell it by the same variables: RANK, LOCAL_RANK, WORLD_SIZE, LOCAL_WORLD_SIZE.

Example:
    >>> read_machine({"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}, has_gpu=False, cpus=2).is_first
    False
"""

import os
import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

from training.run.extensions import place_extensions, remove_stale_locks

_MOST_LOADER_WORKERS = 8


@dataclass(frozen=True)
class Machine:
    """Where one process of a run stands."""

    on_cpu: bool
    rank: int  # among all processes, from 0
    local_rank: int  # among this machine's
    processes: int
    threads: int  # that torch computes with
    loader_workers: int  # processes that decode pictures ahead of the step; 0: the step's own does

    @property
    def is_first(self) -> bool:
        """Whether this process writes, prints and talks to Dagster."""
        return self.rank == 0


def read_machine(environment: Mapping[str, str], *, has_gpu: bool, cpus: int) -> Machine:
    """Return where this process stands.

    On a CPU one thread computes unless OMP_NUM_THREADS says otherwise: for models so small that a CPU can train them, two
    threads take half as much CPU time again and save a quarter of the time, and beside other work they wait for each other
    (measured: 8 times as long on two busy cores). It reads pictures itself: that takes a hundredth of a step. Beside GPUs,
    processes read ahead.
    """
    local = int(environment.get("LOCAL_WORLD_SIZE") or environment.get("WORLD_SIZE") or 1)
    spare = cpus // local - 1
    return Machine(
        on_cpu=not has_gpu,
        rank=int(environment.get("RANK") or 0),
        local_rank=int(environment.get("LOCAL_RANK") or 0),
        processes=int(environment.get("WORLD_SIZE") or 1),
        threads=int(environment.get("OMP_NUM_THREADS") or (max(1, spare) if has_gpu else 1)),
        loader_workers=max(0, min(_MOST_LOADER_WORKERS, spare)) if has_gpu else 0,
    )


def find_machine() -> Machine:
    """Return where this very process stands."""
    import torch

    return read_machine(os.environ, has_gpu=torch.cuda.is_available(), cpus=len(os.sched_getaffinity(0)))


def set_environment(environment: MutableMapping[str, str]) -> list[str]:
    """Set what libraries read while they are imported; call it first. Returns what there is to tell.

    Nothing is sent anywhere: TRL's and the hub's telemetry is off, and files are looked for on this machine alone.
    """
    extensions = place_extensions(environment, socket.gethostname())
    environment["TORCH_EXTENSIONS_DIR"] = str(extensions)
    environment.setdefault("HF_HUB_OFFLINE", "1")
    environment.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    environment.setdefault("TOKENIZERS_PARALLELISM", "false")
    if environment.get("LOCAL_WORLD_SIZE", "1") == environment.get("WORLD_SIZE", "1"):
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")  # processes of one machine do not talk over its network
    if environment.get("LOCAL_RANK", "0") != "0":
        return []
    return [f"removed {lock}: the lock of a build that was killed" for lock in remove_stale_locks(extensions)]


def start_deepspeed(machine: Machine, environment: MutableMapping[str, str]) -> None:
    """Prepare for DeepSpeed, which looks for its accelerator when it is first imported.

    On a CPU its shared-memory operator is declared not to fit, as DeepSpeed itself does where there is no Linux: gloo carries
    the gradients, and nothing is compiled (one to two minutes, and a lock that can be left behind).
    """
    if machine.on_cpu:
        environment["DS_ACCELERATOR"] = "cpu"
    if "WORLD_SIZE" not in environment:  # started without torchrun: DeepSpeed asks for a group of one all the same
        alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": _find_port()}
        environment.update(alone)
    import deepspeed

    if machine.on_cpu:
        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    # Before a model is loaded: ZeRO-3 parts it then, among the processes that DeepSpeed knows.
    deepspeed.init_distributed("gloo" if machine.on_cpu else "nccl", auto_mpi_discovery=False)


def _find_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])
