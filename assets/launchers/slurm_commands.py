"""Slurm's own commands: submit a job, ask how it is, cancel it.

Example:
    >>> parse_job("JobId=7 JobName=x JobState=FAILED Reason=NonZeroExitCode ExitCode=3:0")
    JobStatus(state='FAILED', reason='NonZeroExitCode', code=3)
    >>> parse_job("JobId=7 JobName=x JobState=RUNNING Reason=None ExitCode=0:0").is_over
    False
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assets.launchers.endings import LaunchError

TIMEOUT_SECONDS = 60.0
SUCCESS = "COMPLETED"
# https://slurm.schedmd.com/squeue.html#SECTION_JOB-STATE-CODES; a job that is queued again is PENDING
OVER = frozenset(
    {SUCCESS, "BOOT_FAIL", "CANCELLED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"}
)


class SlurmError(RuntimeError):
    """Slurm's commands do not answer."""


@dataclass(frozen=True)
class JobStatus:
    """How a job is."""

    state: str
    reason: str = ""
    code: int | None = None  # of the script once it is over; negative for a signal

    @property
    def is_over(self) -> bool:
        """Whether it will not go on."""
        return self.state in OVER


def submit_job(script: Path) -> str:
    """Submit a script and return the job's number; LaunchError says what Slurm did not like."""
    try:
        answer = _run("sbatch", "--parsable", str(script))
    except SlurmError as error:
        raise LaunchError(f"{error}; mend training.slurm") from None
    return answer.strip().split(";")[0]  # on several clusters: "123;cluster"


def read_job(job: str) -> JobStatus:
    """Return how a job is: from the controller, or from accounting where the controller has forgotten it."""
    try:
        return parse_job(_run("scontrol", "show", "job", "--oneliner", job))
    except SlurmError as error:
        if "Invalid job id" not in str(error):
            raise
    state, _, code = _run(
        "sacct", "--noheader", "--allocations", "--parsable2", f"--jobs={job}", "--format=State,ExitCode"
    ).partition("|")
    return JobStatus(state.split()[0], "of accounting", _parse_code(code.strip()))


def cancel_jobs(*which: str) -> None:
    """Cancel jobs: "--name=x" or a number; what is over already is no error."""
    _run("scancel", *which)


def parse_job(line: str) -> JobStatus:
    """Return what `scontrol show job --oneliner` says."""
    found = dict(re.findall(r"(\w+)=(\S*)", line))
    state = found.get("JobState", "UNKNOWN")
    return JobStatus(state, found.get("Reason", ""), _parse_code(found.get("ExitCode", "")) if state in OVER else None)


def _parse_code(text: str) -> int | None:
    match = re.fullmatch(r"(\d+):(\d+)", text)
    return None if match is None else -int(match[2]) if int(match[2]) else int(match[1])


def _run(command: str, *arguments: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise SlurmError(f"{command} is not on the PATH; start Dagster on a machine that submits jobs, as a login node")
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603  # Slurm's own commands
    except subprocess.TimeoutExpired:
        raise SlurmError(f"{command} did not answer for {TIMEOUT_SECONDS:g} s") from None
    if done.returncode:
        raise SlurmError(f"{command}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout
