"""One run at a time in a folder, asked to stop by SIGTERM, timed from its launch.

Example:
    >>> with catch_stop() as is_asked_to_stop:
    ...     signal.raise_signal(signal.SIGTERM)
    ...     is_asked_to_stop()
    True
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from training.run.stops import RunError

LOCK_FILE = ".running"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@contextlib.contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder; the system lets go of it when the process ends, however it ends.

    Raises:
        RunError: another process trains there.
    """
    with (folder / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{folder}: another process trains in this folder; wait for it, or end it first") from None
        yield


@contextlib.contextmanager
def wait_for_folder(folder: Path) -> Iterator[None]:
    """Wait until nobody else is in this block for a folder; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{folder.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def catch_stop() -> Iterator[Callable[[], bool]]:
    """Yield whether SIGTERM came; within the block it ends nothing by itself. Slurm and Kubernetes send it before they kill."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only the main thread is told of signals
        yield asked.is_set
        return
    former = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGTERM, former)


def end_with_parent(environment: Mapping[str, str]) -> None:
    """Let this process end when torchrun, which started it, is killed: else it would train on, unseen, and hold its GPU.

    torchrun gives each process a session of its own, so that killing torchrun's group does not reach them.
    """
    if "TORCHELASTIC_RUN_ID" in environment:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def find_launch(environment: Mapping[str, str]) -> float:
    """Return when this run was launched, in seconds since 1970: by torchrun where that is the parent, else by itself."""
    process = os.getppid() if "TORCHELASTIC_RUN_ID" in environment else os.getpid()
    ticks = int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - (since_boot - ticks / os.sysconf("SC_CLK_TCK"))
