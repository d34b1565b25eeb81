"""On a Ray cluster: a job on one node that asks for its GPUs, submitted by dagster-ray's Pipes client.

dagster-ray 0.4.8's client serves one run: used for a second, it reports success and drops what the program reported. So each
launch makes a client of its own, the reports come through a file rather than through the job's log, and a launch without a
report fails. Ray's own traps are in docs/launching.md: its ports listen on every interface.

Example:
    >>> RayLauncher(Training()).tell()
    'Ray (http://127.0.0.1:8265)'
"""

import os
import re
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster import PipesClientCompletedInvocation
from dagster_pipes import PipesExtras

from assets.launchers.endings import LAST_LINES, LaunchError
from assets.launchers.launcher import ProgramEndedError, TrainingLauncher
from assets.launchers.messages import PATIENCE_SECONDS, MessageFile
from assets.launchers.program import PROJECT, LaunchFiles, LaunchSize, TrainingProgram, build_environment, pick_variables
from pipelines.training_choices import Training
from training.run_folder import RunFolder

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

FOLDER_KEY = "medmim_run_folder"  # in a job's metadata
SPARE_SECONDS = 60.0  # of Ray, beyond what a job is granted


class RayLauncher(TrainingLauncher):
    """Submits the program as a Ray job; the storage root is the same folder here and on the cluster."""

    def __init__(
        self,
        training: Training,
        program: TrainingProgram | None = None,
        environment: Mapping[str, str] = os.environ,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._training = training
        ray = training.ray
        self._program = program or TrainingProgram(ray.python or sys.executable, ray.project or PROJECT, track=training.track)
        self._environment = environment
        self._patience_seconds = patience_seconds

    def tell(self) -> str:
        """Return where programs run, for messages."""
        return f"Ray ({self._training.ray.address})"

    def run(
        self,
        *,
        context: dg.OpExecutionContext,
        folder: RunFolder,
        size: LaunchSize,
        extras: PipesExtras | None = None,
    ) -> PipesClientCompletedInvocation:
        """Submit the job, wait for its end and return what it reported.

        Raises:
            LaunchError: the extra `ray` is not installed, there is no token, or the cluster cannot be reached.
            ProgramEndedError: the job failed or was stopped.
        """
        self._check_token()
        try:
            from dagster_ray.core.pipes import PipesRayJobClient, SubmitJobParams
            from ray.exceptions import RayError
            from ray.job_submission import JobSubmissionClient
        except ImportError as error:
            raise LaunchError(f"{error}; install the extra: pip install -e '.[ray]'") from None
        path = folder.path.absolute()
        try:
            self._stop_stragglers(JobSubmissionClient(self._training.ray.address), str(path))
        except (ConnectionError, RuntimeError, RayError) as error:
            raise LaunchError(f"{self.tell()}: {error}; mend training.ray.address, or start the cluster") from None
        client = PipesRayJobClient(
            address=self._training.ray.address,
            message_reader=MessageFile(LaunchFiles(folder).messages, self._patience_seconds),
            poll_interval=self._training.ray.poll_seconds,
        )
        try:
            return client.run(context=context, extras=extras, submit_job_params=SubmitJobParams(**self._describe(path, size)))
        except RuntimeError as error:  # dagster-ray's, with the end of the job's log
            code = re.search(r"failed with exit code (-?\d+)", str(error))
            log = "\n".join(str(error).splitlines()[-LAST_LINES:])
            raise ProgramEndedError(int(code[1]) if code else None, log) from None

    def _describe(self, path: Path, size: LaunchSize) -> dict[str, Any]:
        """Return the parameters of `JobSubmissionClient.submit_job`."""
        ray = self._training.ray
        variables = build_environment(size, self._training)
        variables["RAY_JOB_STOP_WAIT_TIME_S"] = str(ray.grace_seconds)  # its default is 3
        variables |= pick_variables(self._training.pass_variables, self._environment)
        parameters: dict[str, Any] = {
            "entrypoint": f"cd {shlex.quote(str(self._program.project))} && {shlex.join(self._program.command(path, size))}",
            "entrypoint_num_cpus": ray.cpus_per_process * size.processes,
            "entrypoint_num_gpus": size.gpus,
            "runtime_env": {"env_vars": variables},
            "metadata": {FOLDER_KEY: str(path)},
        }
        if ray.memory_gb is not None:
            parameters["entrypoint_memory"] = round(ray.memory_gb * 2**30)
        if ray.resources:
            parameters["entrypoint_resources"] = dict(ray.resources)
        return parameters

    def _check_token(self) -> None:
        has_token = self._environment.get("RAY_AUTH_TOKEN") or self._environment.get("RAY_AUTH_TOKEN_PATH")
        if self._training.ray.require_token and not (self._environment.get("RAY_AUTH_MODE") == "token" and has_token):
            raise LaunchError(
                "Ray without a token lets anyone who reaches its ports run programs; start cluster and Dagster with "
                "RAY_AUTH_MODE=token and RAY_AUTH_TOKEN_PATH, or set training.ray.require_token = false where nobody can"
            )

    def _stop_stragglers(self, client: "JobSubmissionClient", path: str) -> None:
        """End jobs of an earlier launch, as when Dagster itself was killed: two must not write to one folder."""
        ours = [job for job in client.list_jobs() if (job.metadata or {}).get(FOLDER_KEY) == path and job.submission_id]
        left = [str(job.submission_id) for job in ours if not job.status.is_terminal()]
        for job in left:
            client.stop_job(job)
        deadline = time.monotonic() + self._training.ray.grace_seconds + SPARE_SECONDS
        while any(not client.get_job_status(job).is_terminal() for job in left):
            if time.monotonic() > deadline:
                raise LaunchError(f"jobs of an earlier launch do not end: {', '.join(left)}; stop them: ray job stop ID")
            time.sleep(0.5)
