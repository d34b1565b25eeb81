"""On this machine: one process, or torchrun for several, behind a guard that ends them all with the run.

Example:
    >>> LocalLauncher(Training()).tell()
    'this machine'
"""

import os
import re
import sys

import dagster as dg
from dagster import PipesClientCompletedInvocation, PipesSubprocessClient
from dagster._core.errors import DagsterPipesExecutionError
from dagster_pipes import PipesExtras

from assets.launchers import guard
from assets.launchers.endings import read_tail
from assets.launchers.launcher import ProgramEndedError, TrainingLauncher
from assets.launchers.messages import MessageFile
from assets.launchers.program import LaunchFiles, LaunchSize, TrainingProgram, build_environment
from pipelines.training_choices import Training
from training.run_folder import RunFolder

SPARE_SECONDS = 15.0  # of the guard, beyond what it grants the program


class LocalLauncher(TrainingLauncher):
    """Runs the program here, by Dagster's subprocess client."""

    def __init__(self, training: Training, program: TrainingProgram | None = None) -> None:
        self._training = training
        self._program = program or TrainingProgram(track=training.track)

    def tell(self) -> str:
        """Return where programs run, for messages."""
        return "this machine"

    def run(
        self,
        *,
        context: dg.OpExecutionContext,
        folder: RunFolder,
        size: LaunchSize,
        extras: PipesExtras | None = None,
    ) -> PipesClientCompletedInvocation:
        """Start the program, wait for its end and return what it reported; ProgramEndedError where it has no success."""
        local = self._training.local
        log = LaunchFiles(folder).stderr
        client = PipesSubprocessClient(
            message_reader=MessageFile(LaunchFiles(folder).messages),
            env=self.build_environment(size),
            cwd=str(self._program.project),
            termination_timeout_seconds=local.grace_seconds + SPARE_SECONDS,
        )
        guarded = [sys.executable, guard.__file__, str(log), str(os.getpid()), str(local.grace_seconds)]
        try:
            return client.run(
                context=context, extras=extras, command=[*guarded, *self._program.command(folder.path.absolute(), size)]
            )
        except DagsterPipesExecutionError as error:
            code = re.search(r"code (-?\d+)", str(error))
            raise ProgramEndedError(int(code[1]) if code else None, read_tail(log)) from None

    def build_environment(self, size: LaunchSize) -> dict[str, str]:
        """Return the environment variables of the program, the devices of the settings among them."""
        variables = build_environment(size, self._training)
        if size.gpus and self._training.local.devices:
            variables["CUDA_VISIBLE_DEVICES"] = ",".join(self._training.local.devices)
        return variables
