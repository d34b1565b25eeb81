"""How a training program ended, told plainly: what happened, the last lines that it wrote, and whether trying again can help.

Example:
    >>> tell_exit(-9).text
    'killed by SIGKILL, most often for want of memory'
    >>> tell_exit(2).is_worth_retrying
    False
"""

import json
import re
import signal
from dataclasses import dataclass
from pathlib import Path

from training.run.stops import ExitCode
from training.run_folder import RunFolder

LAST_LINES = 25
READ_BYTES = 64 * 1024  # of the end of a log
_OF_TORCHRUN = re.compile(r"exitcode\s*:\s*(-?\d+)")


class LaunchError(ValueError):
    """A launch that cannot begin as things are set: what was found, what to do."""


@dataclass(frozen=True)
class Ending:
    """Why a run ended without a model."""

    text: str
    is_worth_retrying: bool  # a retry goes on from the last checkpoint


def tell_exit(code: int) -> Ending:
    """Return what an exit code means; a negative one, and one above 128, is a signal."""
    number = -code if code < 0 else code - 128 if code > 128 else 0
    if number:
        name = _name_signal(number)
        why = ", most often for want of memory" if name == "SIGKILL" else ""
        return Ending(f"killed by {name}{why}", is_worth_retrying=True)
    if code == ExitCode.MENDABLE:
        return Ending("ended with exit code 2: something that it was given must be mended first", is_worth_retrying=False)
    if code == ExitCode.NOT_FINITE:
        return Ending("stopped itself: loss or gradients are no finite numbers", is_worth_retrying=False)
    if code == ExitCode.GO_ON_LATER:
        return Ending("was told to stop, and saved its state: the same launch goes on from there", is_worth_retrying=True)
    return Ending(f"ended with exit code {code}", is_worth_retrying=True)


def explain_end(folder: RunFolder, code: int | None, log: str, *, failed_before: int | None = None) -> Ending:
    """Return why a run ended: its own failure file says it best, then torchrun's summary, then the exit code.

    Args:
        folder: the run's.
        code: of the program that was started; None where the place does not tell it.
        log: what it wrote last.
        failed_before: `mark_failure` of before the launch, so that an older failure is not told as this one.
    """
    if mark_failure(folder) not in (None, failed_before):
        return Ending(f"stopped itself: {_read_failure(folder.failure)}", is_worth_retrying=False)
    codes = [int(found) for found in _OF_TORCHRUN.findall(log)]  # torchrun lists every failure, the root cause last
    ending = tell_exit(codes[-1]) if codes and code in (1, None) else None
    if ending is None:
        ending = tell_exit(code) if code is not None else Ending("ended without a model", is_worth_retrying=True)
    tail = log.strip()
    return Ending(f"{ending.text}. It wrote last:\n{tail}" if tail else ending.text, ending.is_worth_retrying)


def mark_failure(folder: RunFolder) -> int | None:
    """Return what tells one failure file from the next, None where there is none."""
    return folder.failure.stat().st_mtime_ns if folder.failure.is_file() else None


def read_tail(path: Path, lines: int = LAST_LINES) -> str:
    """Return the last lines of a log; "" where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - READ_BYTES, 0))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _read_failure(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"see {path.name} in its folder"
    return str(told.get("message", told)) if isinstance(told, dict) else str(told)


def _name_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
