"""How fast to ask: how many calls at once, how many calls and tokens in a minute, and how long to wait after a failure.

State machines that are told the time and sleep nowhere; `pipelines.calls.live` asks them before each call and tells them what
came of it. Seconds throughout; `now` is of a monotonic clock.

Example:
    >>> limit = InFlightLimit(32)
    >>> limit.slow_down(sent=5.0, now=6.0)
    >>> limit.slow_down(sent=5.5, now=6.1)  # sent before the limit fell: of the same overload
    >>> limit.size
    16
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from random import Random

MINUTE_S = 60.0
BURST_S = 0.1  # what may be caught up with: less than a timer's grain would lose calls


@dataclass(frozen=True)
class Waits:
    """How long is waited; every one of them is a bound. Defaults survive a server that is restarted within a minute."""

    first_s: float = 0.5  # backoff doubles from here
    longest_s: float = 60.0
    longest_retry_after_s: float = 300.0  # an endpoint that asks for more is asked again then
    patience_s: float = 180.0  # for an endpoint that cannot be connected to at all
    probe_s: float = 2.0  # between tries to connect to it
    grace_s: float = 30.0  # for calls in flight, after Ctrl-C or SIGTERM

    def back_off(self, n_failures: int, random: Random) -> float:
        """Return the wait after the n-th failure, n from 1: full jitter up to a doubling bound (Brooker, AWS 2015)."""
        return random.uniform(0, min(self.longest_s, self.first_s * 2 ** min(n_failures - 1, 30)))


class InFlightLimit:
    """How many calls may be in flight: halved by an overload, then one more for each window of good answers (AIMD)."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._size = float(maximum)
        self._fell_at = -math.inf

    @property
    def size(self) -> int:
        """Calls that may be in flight now, at least one."""
        return int(self._size)

    def slow_down(self, sent: float, now: float) -> None:
        """Halve the limit; calls that were sent before it last fell tell nothing new."""
        if sent >= self._fell_at:
            self._size = max(1.0, self._size / 2)
            self._fell_at = now

    def speed_up(self) -> None:
        """Count one good answer."""
        self._size = min(float(self._maximum), self._size + 1 / self._size)


class RateLimit:
    """At most so many units a minute, evenly spread (a token bucket of a tenth of a second, GCRA).

    Of single calls no 60 seconds hold more than the limit; of tokens the last call of a minute may go beyond it.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._unit_s = 0.0 if per_minute is None else (MINUTE_S + BURST_S) / per_minute
        self._due = -math.inf

    def wait_s(self, now: float) -> float:
        """Return how long the next call must wait; 0 if it may go."""
        return max(0.0, self._due - BURST_S - now)

    def spend(self, units: int, now: float) -> None:
        """Count a call that goes now."""
        if self._unit_s:
            self._due = max(self._due, now) + units * self._unit_s


def read_retry_after(headers: Mapping[str, str], now: datetime, longest_s: float) -> float | None:
    """Return how long an endpoint asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110).

    `now` is a time with its zone. None where it asks for nothing that can be read; never above `longest_s`.
    """
    asked = _number(headers.get("retry-after-ms"))
    seconds = asked / 1000 if asked is not None else _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _until(headers.get("retry-after"), now)
    return None if seconds is None else min(max(seconds, 0.0), longest_s)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _until(text: str | None, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    if then.tzinfo is None:  # "-0000": UTC without saying so
        then = then.replace(tzinfo=now.tzinfo)
    return (then - now).total_seconds()
