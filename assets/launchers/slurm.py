"""On Slurm: a batch job on one node, submitted, followed, and cancelled with the run.

Example:
    >>> SlurmLauncher(Training()).tell()
    'Slurm (its own partition)'
"""

import contextlib
import os
import sys
import time
from pathlib import Path

import dagster as dg
from dagster import PipesClientCompletedInvocation, open_pipes_session
from dagster_pipes import PipesExtras

from assets.launchers.batch_script import BatchJob, write_script
from assets.launchers.endings import read_tail
from assets.launchers.launcher import ProgramEndedError, TrainingLauncher
from assets.launchers.messages import PATIENCE_SECONDS, MessageFile
from assets.launchers.program import PROJECT, LaunchFiles, LaunchSize, TrainingProgram, build_environment
from assets.launchers.slurm_commands import SUCCESS, JobStatus, SlurmError, cancel_jobs, read_job, submit_job
from pipelines.training_choices import Training
from training.run_folder import RunFolder

SILENCE_SECONDS = 900.0  # how long Slurm may not answer, as while its controller is restarted


class SlurmLauncher(TrainingLauncher):
    """Submits the program by `sbatch`; the storage root is the same folder here and on the nodes."""

    def __init__(
        self,
        training: Training,
        program: TrainingProgram | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._training = training
        self._patience_seconds = patience_seconds
        slurm = training.slurm
        self._program = program or TrainingProgram(
            slurm.python or sys.executable, slurm.project or PROJECT, track=training.track
        )

    def tell(self) -> str:
        """Return where programs run, for messages."""
        return f"Slurm ({self._training.slurm.partition or 'its own partition'})"

    def run(
        self,
        *,
        context: dg.OpExecutionContext,
        folder: RunFolder,
        size: LaunchSize,
        extras: PipesExtras | None = None,
    ) -> PipesClientCompletedInvocation:
        """Submit the job, wait for its end and return what it reported; ProgramEndedError where it has no success."""
        files = LaunchFiles(folder)
        with open_pipes_session(
            context=context,
            extras=extras,
            context_injector=dg.PipesFileContextInjector(str(files.context)),
            message_reader=MessageFile(files.messages, self._patience_seconds),
        ) as session:
            job = self._describe(folder, size, dict(session.get_bootstrap_env_vars()))
            files.script.write_text(write_script(job, size, self._training.slurm), encoding="utf-8")
            files.stderr.unlink(missing_ok=True)
            number = _submit_alone(job.name, files.script)
            status = self._follow(context, number)
            if status.state != SUCCESS:
                told = f"Slurm: job {number} is {status.state} ({status.reason})\n{read_tail(files.stderr)}"
                raise ProgramEndedError(status.code or None, told)
            return PipesClientCompletedInvocation(session, metadata={"Slurm job": number})

    def _describe(self, folder: RunFolder, size: LaunchSize, pipes: dict[str, str]) -> BatchJob:
        path = folder.path.absolute()
        return BatchJob(
            name=f"medmim-{path.parent.name}-{path.name}",
            command=tuple(self._program.command(path, size)),
            environment={**build_environment(size, self._training), **pipes},
            project=self._program.project,
            output=LaunchFiles(folder).stderr,
            pass_variables=tuple(name for name in self._training.pass_variables if name in os.environ),
        )

    def _follow(self, context: dg.OpExecutionContext, number: str) -> JobStatus:
        """Wait for the end of a job, and tell each change; whatever ends the waiting before it cancels the job."""
        told, heard = None, time.monotonic()
        try:
            while True:
                try:
                    status, heard = read_job(number), time.monotonic()
                except SlurmError as error:
                    if time.monotonic() - heard > SILENCE_SECONDS:
                        raise ProgramEndedError(None, f"job {number}: {error}") from None
                    status = JobStatus("UNKNOWN", str(error))
                if (status.state, status.reason) != told:
                    context.log.info(f"Slurm: job {number} is {status.state} ({status.reason})")
                    told = status.state, status.reason
                if status.is_over:
                    return status
                time.sleep(self._training.slurm.poll_seconds)
        except BaseException:
            cancel_jobs(number)
            raise


def _submit_alone(name: str, script: Path) -> str:
    """Submit a job after ending what an earlier launch of the same run left behind, as when Dagster itself was killed."""
    with contextlib.suppress(SlurmError):  # sbatch tells what is wrong
        cancel_jobs(f"--name={name}")
    return submit_job(script)
