"""Command lines say what the user can mend in one message, and end quietly where their reader has seen enough.

Example:
    >>> def run(arguments: argparse.Namespace) -> int:
    ...     raise ValueError("no such file; name another")
    >>> guard_command("review", (ValueError,), run)(argparse.Namespace())  # and on stderr "review: no such file; name another"
    2
"""

import argparse
import os
import sys
from collections.abc import Callable

Run = Callable[[argparse.Namespace], int]


def guard_command(name: str, mendable: tuple[type[Exception], ...], run: Run) -> Run:
    """Return a command that turns mendable errors into one message on stderr and exit code 2."""

    def guarded(args: argparse.Namespace) -> int:
        try:
            code = run(args)
            sys.stdout.flush()
        except mendable as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
        except BrokenPipeError:  # `review list | head` has read enough
            drop_output()
            return 0
        return code

    return guarded


def drop_output() -> None:
    """Send what is still to be printed nowhere: its reader is gone, and Python would complain of that at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
