"""What every launcher has in common: it starts one training program, and trusts only what that program reported.

A launcher is a Dagster Pipes client. `launch` adds what a client alone does not do: an end without a model becomes one plain
message with the last lines of the program's log; an end that no retry can help switches run-level retries off; and a program
that ended well but whose report got lost on its way fails the run rather than passing for a success without metadata.

Example:
    >>> TrainingLauncher.launch.__name__
    'launch'
"""

from abc import abstractmethod
from collections.abc import Sequence

import dagster as dg
from dagster import PipesClientCompletedInvocation, PipesExecutionResult
from dagster_pipes import PipesExtras

from assets.launchers.endings import Ending, LaunchError, explain_end, mark_failure
from assets.launchers.program import LaunchSize
from training.run_folder import RunFolder

MAX_RETRIES_TAG = "dagster/max_retries"


class ProgramEndedError(Exception):
    """The program ended without success: its exit code, where it is known, and the end of its log."""

    def __init__(self, code: int | None, log: str) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self.log = log


class TrainingLauncher(dg.PipesClient):
    """Starts the training program of a run folder somewhere, and waits for it."""

    @abstractmethod
    def tell(self) -> str:
        """Return where programs run, for messages."""

    @abstractmethod
    def run(  # pyright: ignore[reportIncompatibleMethodOverride]  # as every Pipes client names its own arguments
        self,
        *,
        context: dg.OpExecutionContext,
        folder: RunFolder,
        size: LaunchSize,
        extras: PipesExtras | None = None,
    ) -> PipesClientCompletedInvocation:
        """Start the program, wait for its end and return what it reported.

        Raises:
            LaunchError: it cannot be started as things are set.
            ProgramEndedError: it ended without success.
        """

    def launch(self, context: dg.AssetExecutionContext, folder: RunFolder, size: LaunchSize) -> Sequence[PipesExecutionResult]:
        """Train what the folder holds and return the results that the program reported, one materialization at least.

        Raises:
            dg.Failure: the program could not be started, ended without success, or its report did not come back.
        """
        failed_before = mark_failure(folder)
        context.log.info(f"training {folder.path.parent.name} on {self.tell()}: {size.processes} processes, {size.gpus} GPUs")
        try:
            # The op's context: Dagster's own Pipes read properties that an asset's context calls deprecated.
            ended = self.run(context=context.op_execution_context, folder=folder, size=size)
        except LaunchError as error:
            raise _fail(context, Ending(f"could not be started: {error}", is_worth_retrying=False)) from None
        except ProgramEndedError as error:
            raise _fail(context, explain_end(folder, error.code, error.log, failed_before=failed_before)) from None
        results = ended.get_results(implicit_materializations=False)
        if not any(isinstance(result, dg.MaterializeResult) and result.metadata for result in results):
            raise _fail(context, Ending(LOST_REPORT, is_worth_retrying=True))
        return results


LOST_REPORT = (
    "ended with success, but no materialization with metadata came back from it, so nothing tells what was trained; "
    "launch again: what is finished is not trained again, only reported. If it stays so, its messages do not reach Dagster: "
    "see docs/launching.md, 'what must reach Dagster'"
)


def _fail(context: dg.AssetExecutionContext, ending: Ending) -> dg.Failure:
    """Return the failure to raise; run-level retries know no `allow_retries`, so their number is set to none."""
    if not ending.is_worth_retrying:
        context.instance.add_run_tags(context.run.run_id, {MAX_RETRIES_TAG: "0"})
    return dg.Failure(f"The training program {ending.text}", allow_retries=ending.is_worth_retrying)
