"""Says how far long work is: done, rate and remaining time, at most one line every few seconds.

Example:
    >>> lines = []
    >>> progress = Progress("rendered", "images", total=4, say=lines.append, every_s=0.0, clock=iter([0.0, 1.0, 2.0]).__next__)
    >>> progress.advance(); progress.advance()
    >>> lines[-1]
    'rendered 2 of 4 images (50 %), 1.0 per second, 2 s left'
"""

import threading
import time
from collections.abc import Callable

Say = Callable[[str], None]
"""Takes one line of progress: a logger's `info`, or `print`."""


class Progress:
    """Counts work that several threads do, and says where it stands."""

    def __init__(
        self,
        verb: str,
        unit: str,
        total: int,
        say: Say | None,
        every_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verb, self._unit, self._total, self._say, self._every_s, self._clock = verb, unit, total, say, every_s, clock
        self._lock = threading.Lock()
        self._done = 0
        self._started = self._said = clock()

    def advance(self, count: int = 1) -> None:
        """Count work that is done; say so if the last line is old enough."""
        with self._lock:
            self._done += count
            now = self._clock()
            if self._say is not None and now - self._said >= self._every_s:
                self._said = now
                self._say(self._tell(now - self._started))

    def _tell(self, elapsed_s: float) -> str:
        rate = self._done / elapsed_s if elapsed_s > 0 else 0.0
        left = tell_duration((self._total - self._done) / rate) if rate else "unknown time"
        share = 100 * self._done / max(self._total, 1)
        done = f"{self._verb} {self._done:,} of {self._total:,} {self._unit}"
        return f"{done} ({share:.0f} %), {rate:,.1f} per second, {left} left"


def tell_duration(seconds: float) -> str:
    """Return a duration as people say it: seconds, minutes, or hours and minutes.

    Example:
        >>> tell_duration(7260)
        '2 h 1 min'
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
