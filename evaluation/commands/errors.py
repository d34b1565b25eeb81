"""How a command of this package ends where the user can mend something: one message, exit code 2, no traceback.

Example:
    >>> guard(lambda args: 0)(argparse.Namespace())
    0
"""

import argparse
import sys
from collections.abc import Callable

from evaluation.models.model import ModelError
from pipelines.append_only.kind import LedgerError
from pipelines.calls.attempt import BudgetSpentError, CallsPendingError
from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.client import EndpointError
from pipelines.governance.egress import EgressError
from pipelines.governance.exports import ExportError
from pipelines.mendable import drop_output

MENDABLE = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
PIPE_CLOSED = 141  # 128 + SIGPIPE


def guard(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Print what the user can mend as one message; this project's errors are ValueErrors, OSErrors or named here."""

    def run(args: argparse.Namespace) -> int:
        try:
            code = command(args)
            sys.stdout.flush()
            return code
        except BrokenPipeError:  # `... | head` has seen enough
            drop_output()
            return PIPE_CLOSED
        except KeyboardInterrupt as stop:
            return _tell(str(stop) or "stopped", INTERRUPTED)
        except OSError as error:
            place = error.filename2 or error.filename  # the target, where a finished file could not be moved to it
            return _tell(f"{place}: {error.strerror}; choose another path" if place and error.strerror else str(error))
        except (ValueError, ModelError, EgressError, BudgetSpentError, CallsPendingError, LedgerError) as error:
            return _tell(str(error))
        except (EndpointError, BatchFileError, ExportError) as error:
            return _tell(str(error))

    return run


def _tell(message: str, code: int = MENDABLE) -> int:
    print(f"{'error' if code == MENDABLE else 'interrupted'}: {message}", file=sys.stderr)
    return code
