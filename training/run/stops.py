"""Why a run stops of itself, the exit code that says so, and what is written down for whoever mends it.

Example:
    >>> error = NotFiniteError("loss", float("nan"), 7, ("r1", "r2"))
    >>> print(error)
    step 7: the loss is nan; failure.json names the 2 records of that batch: look at their images and answers, or lower \
optimiser.learning_rate, then prepare and run again
    >>> ExitCode.of(error).name
    'NOT_FINITE'
"""

import json
from collections.abc import Sequence
from enum import IntEnum

from pipelines.storage import write_bytes
from training.run_folder import RunFolder


class RunError(ValueError):
    """A run that cannot start or go on as things are: what was found and what to do."""


class NotFiniteError(ArithmeticError):
    """The loss or the norm of the gradients is no finite number; going on would only spread it."""

    def __init__(self, what: str, value: float, step: int, record_ids: Sequence[str]) -> None:
        self.what, self.value, self.step, self.record_ids = what, value, step, tuple(record_ids)
        super().__init__(
            f"step {step}: the {what} is {value}; failure.json names the {len(record_ids)} records of that batch: look at "
            "their images and answers, or lower optimiser.learning_rate, then prepare and run again"
        )


class PreemptedError(RuntimeError):
    """The machine asked the run to end (SIGTERM); its state is saved, and the same command goes on from there."""

    def __init__(self, step: int, n_steps: int) -> None:
        self.step = step
        super().__init__(f"told to stop: step {step} of {n_steps} is saved; the same command goes on from there")


class ExitCode(IntEnum):
    """What `python -m training run` ends with."""

    DONE = 0
    MENDABLE = 2  # something the user can mend; nothing is lost
    NOT_FINITE = 3  # the same command would stop at the same step
    GO_ON_LATER = 75  # sysexits.h EX_TEMPFAIL: run the same command again

    @classmethod
    def of(cls, error: BaseException) -> "ExitCode":
        """Return the code of a run that ended by an error."""
        if isinstance(error, NotFiniteError):
            return cls.NOT_FINITE
        return cls.GO_ON_LATER if isinstance(error, PreemptedError) else cls.MENDABLE


def write_failure(folder: RunFolder, error: NotFiniteError, last_checkpoint: str | None) -> None:
    """Write why the run stopped: step, value and the ids (never the text) of the records of the batch."""
    told = {
        "exit_code": int(ExitCode.NOT_FINITE),
        "what": error.what,
        "value": str(error.value),  # JSON knows no nan
        "step": error.step,
        "record_ids": list(error.record_ids),
        "last_checkpoint": last_checkpoint,
        "message": str(error),
    }
    write_bytes(str(folder.failure), json.dumps(told, indent=2).encode())


def clear_failure(folder: RunFolder) -> None:
    """Forget why the run stopped before: it is being run again."""
    folder.failure.unlink(missing_ok=True)
