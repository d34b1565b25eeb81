"""The batch job that Slurm is given, as text.

The job asks to be told before its time limit (SIGUSR1), and then queues itself again: a training of three days needs no
limit of three days. Slurm does the same after pre-emption or a lost node. Each start goes on from the last checkpoint.
Jobs of one run share a name and are singletons, so two never write to one folder.

Example:
    >>> job = BatchJob("medmim-3f2a", ("python", "-m", "training"), {"A": "1"}, PurePath("/app"), PurePath("/runs/out.log"))
    >>> print(write_script(job, LaunchSize(4, gpus=4), SlurmLaunch(gpu_type="a40")).splitlines()[5])
    #SBATCH --gres=gpu:a40:4
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from assets.launchers.program import LaunchSize
from pipelines.training_choices import SlurmLaunch

# What a shell on the node needs; anything else of Dagster's environment stays with Dagster, keys to services above all.
EXPORTED = ("PATH", "HOME", "USER", "LANG")

RUN = """\
set -u
{exports}
cd {project} || exit 2
{setup}
{command} &
child=$!
queue_again() {{ if [ "${{SLURM_RESTART_COUNT:-0}}" -lt {max_requeues} ]; then scontrol requeue "$SLURM_JOB_ID"; fi; }}
trap queue_again USR1
trap 'kill -TERM "$child"' TERM
while :; do # a signal ends `wait` before the program has ended
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || exit "$code"
done
"""


@dataclass(frozen=True)
class BatchJob:
    """What one job runs."""

    name: str  # the same for every job of one run folder
    command: tuple[str, ...]
    environment: Mapping[str, str]
    project: PurePath  # working directory
    output: PurePath  # standard output and error of every start, one after the other
    pass_variables: tuple[str, ...] = ()  # names of variables that are taken along from the environment of sbatch


def write_script(job: BatchJob, size: LaunchSize, slurm: SlurmLaunch) -> str:
    """Return the script for `sbatch`."""
    options = "\n".join(f"#SBATCH {option}" for option in _list_options(job, size, slurm))
    body = RUN.format(
        exports="\n".join(f"export {name}={shlex.quote(value)}" for name, value in sorted(job.environment.items())),
        project=shlex.quote(str(job.project)),
        setup="\n".join(slurm.setup),
        command=shlex.join(job.command),
        max_requeues=slurm.max_requeues,
    )
    return f"#!/bin/bash\n{options}\n{body}"


def _list_options(job: BatchJob, size: LaunchSize, slurm: SlurmLaunch) -> Iterator[str]:
    yield f"--job-name={shlex.quote(job.name)}"
    yield "--dependency=singleton"
    yield "--nodes=1 --ntasks=1"
    yield f"--cpus-per-task={slurm.cpus_per_process * size.processes}"
    if size.gpus:
        yield f"--gres=gpu:{slurm.gpu_type}:{size.gpus}" if slurm.gpu_type else f"--gres=gpu:{size.gpus}"
    if slurm.memory_gb is not None:
        yield f"--mem={round(slurm.memory_gb * 1024)}M"
    yield f"--time={slurm.time}"
    for name in ("partition", "account", "qos"):
        if value := getattr(slurm, name):
            yield f"--{name}={shlex.quote(value)}"
    yield f"--output={shlex.quote(str(job.output).replace('%', '%%'))} --open-mode=append"
    yield f"--export={','.join((*EXPORTED, *job.pass_variables))}"
    yield "--requeue" if slurm.requeue else "--no-requeue"
    if slurm.requeue:
        yield f"--signal=B:USR1@{slurm.requeue_before_seconds}"
    yield from slurm.options
