"""Stands between Dagster and a training program on this machine, so that none of its processes outlives the run.

torchrun starts each worker in a session of its own: a signal to torchrun's process group does not reach them, and where
torchrun itself is killed they go on, holding their GPU. The guard ends the whole family when it is asked to stop, when
Dagster's process is gone, and when the program has ended; it keeps what the program writes to standard error. It is started
by its path and loads nothing of this project.

Example:
    >>> guarded = [sys.executable, __file__, os.devnull, str(os.getpid()), "1", sys.executable, "-c", "raise SystemExit(3)"]
    >>> subprocess.run(guarded).returncode
    3
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.25
KILL_SECONDS = 5.0
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # of Linux's prctl(2)


def watch(command: Sequence[str], log: Path, parent: int, grace_seconds: float, is_asked: Callable[[], bool]) -> int:
    """Run a command until it ends, the parent is gone or its end is asked for; return its exit code, negative for a signal.

    Every child of this process is ended with it, so it is for a process that has nothing else to do.
    """
    _adopt_orphans()
    with log.open("wb") as file:
        child = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=_end_with_guard)  # noqa: S603  # its caller chooses the command
        assert child.stderr is not None
        copying = threading.Thread(target=_copy, args=(child.stderr, file), daemon=True)
        copying.start()
        while child.poll() is None and os.getppid() == parent and not is_asked():
            try:
                child.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        _end_family(child, grace_seconds)
        copying.join(KILL_SECONDS)
    return child.wait()


def main(arguments: Sequence[str]) -> int:
    """`guard.py LOG PARENT_PID GRACE_SECONDS COMMAND...`: exit as the command does; 128 + n where signal n ended it."""
    log, parent, grace_seconds, *command = arguments
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: asked.append(number))
    code = watch(command, Path(log), int(parent), float(grace_seconds), lambda: bool(asked))
    return code if code >= 0 else 128 - code


def _end_family(child: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """Ask the program to stop, wait, then kill whatever is left of it and of what it started."""
    import psutil

    family = psutil.Process().children(recursive=True)  # kept: where orphans are not adopted, nothing else leads to them
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    left = {*family, *psutil.Process().children(recursive=True)}
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:  # gone by now; a number that was given out again is told by its time of birth
            continue
    psutil.wait_procs(list(left), timeout=KILL_SECONDS)


def _copy(source: IO[bytes], file: IO[bytes]) -> None:
    while chunk := os.read(source.fileno(), 65536):
        file.write(chunk)
        file.flush()
        try:
            sys.stderr.buffer.write(chunk)
            sys.stderr.buffer.flush()
        except OSError:  # whoever read it is gone
            continue


def _adopt_orphans() -> None:
    """Let processes whose parent was killed become the guard's own children; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _end_with_guard() -> None:
    """Let the program be asked to stop even where the guard itself is killed; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
