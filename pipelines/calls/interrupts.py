"""Ctrl-C and SIGTERM while calls are in flight: asked for an orderly stop first, then taken as they always were.

Signals reach a process's main thread alone; in any other thread nothing is held, and whoever owns the main thread decides.

Example:
    >>> with HeldSignals() as held:
    ...     held.tell(lambda: print("stop"))
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

HELD = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None


class HeldSignals:
    """Holds the signals back within `with`; at its end the first one that came takes effect under its former handler."""

    def __init__(self) -> None:
        self._stop: Callable[[], object] | None = None
        self._former: dict[signal.Signals, Handler] = {}
        self._came: list[int] = []

    def tell(self, stop: Callable[[], object]) -> None:
        """Let `stop` be called at each signal, between any two instructions of the main thread; at once for those that came."""
        self._stop = stop
        for _ in self._came:
            stop()

    def __enter__(self) -> "HeldSignals":
        """Hold them, where this is the main thread; one that is ignored (`nohup`, a shell's background) stays ignored."""
        if threading.current_thread() is threading.main_thread():
            for number in HELD:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._former[number] = signal.signal(number, self._hold)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give them back."""
        for number, handler in self._former.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if self._came:
            signal.raise_signal(self._came[0])

    def _hold(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)
        if self._stop is not None:
            self._stop()
