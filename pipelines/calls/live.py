"""Sends requests one by one, many in flight: every attempt is recorded, every wait has a bound, every stop is an orderly one.

One loop decides what goes next. A call is a task that sends, reads and records, and keeps its place until its attempt is on the
disk: a run that is killed at any moment pays at most `max_in_flight` calls a second time. Failed requests wait in a line for
their next attempt, not in a place. An endpoint that cannot be connected to is tried by one call at a time until it is back.

Example:
    >>> Outcome.RATE_LIMITED in OVERLOADED
    True
"""

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from pipelines.calls.attempt import Attempt, BudgetSpentError, Outcome
from pipelines.calls.budget import Reservation
from pipelines.calls.client import EndpointError, explain_misconfiguration, open_client
from pipelines.calls.desk import Desk
from pipelines.calls.exchange import Exchanged, exchange
from pipelines.calls.interrupts import HeldSignals
from pipelines.calls.kinds import Executor
from pipelines.calls.line import Line
from pipelines.calls.pacing import InFlightLimit, RateLimit
from pipelines.calls.recorder import Recorder
from pipelines.calls.request import CallRequest
from pipelines.governance.transport import open_http_client
from pipelines.progress import Progress

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_REFUSED = 20  # first requests that are all refused: the next thousands would be, too
OVERLOADED = frozenset({Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.TIMED_OUT})


def ask_live(desk: Desk, requests: Sequence[CallRequest]) -> None:
    """Send requests until each has a final attempt in the ledger or has failed `max_attempts` times in this run.

    To be called from a thread in which no event loop runs. Ctrl-C and SIGTERM, in the main thread, let the calls in flight end
    first (within `Waits.grace_s`; a second signal drops them), and then take effect.

    Raises:
        BudgetSpentError: the rest would go beyond the budget.
        EndpointError: the settings are wrong, the endpoint refuses whatever it is asked, or it stayed away too long.
        pipelines.governance.egress.EgressError: the transport let a request not out.
    """
    if requests:
        with HeldSignals() as held:
            asyncio.run(_run(desk, requests, held))


async def _run(desk: Desk, requests: Sequence[CallRequest], held: HeldSignals) -> None:
    loop = asyncio.get_running_loop()
    http_client = open_http_client(desk.name, desk.endpoint, desk.policy, max_connections=desk.endpoint.max_in_flight)
    async with (
        http_client,
        open_client(desk.name, desk.endpoint, http_client) as client,
        Recorder(desk.ledger.append) as recorder,
    ):
        run = LiveRun(desk, requests, client, recorder)
        held.tell(lambda: loop.call_soon_threadsafe(run.interrupt))
        await run.send_all()


class LiveRun:
    """The state of one run: what waits, what is in flight, how fast it may go, and why it stopped."""

    def __init__(self, desk: Desk, requests: Sequence[CallRequest], client: "AsyncOpenAI", recorder: Recorder) -> None:
        self._desk, self._client, self._recorder = desk, client, recorder
        self._line = Line(requests)
        self._tasks: set[asyncio.Task[None]] = set()
        self._limit = InFlightLimit(desk.endpoint.max_in_flight)
        self._calls, self._tokens = RateLimit(desk.endpoint.requests_per_minute), RateLimit(desk.endpoint.tokens_per_minute)
        self._random = Random(desk.seed)
        self._failures: Counter[str] = Counter()
        self._n_missing = 0
        self._n_refused: int | None = 0  # from the first on; None once one was not
        self._not_before = -math.inf
        self._away_since: float | None = None
        self._problem: BaseException | None = None
        self._n_signals = 0
        self._spent: BudgetSpentError | None = None  # the budget holds no further call; those in flight may give some back
        self._changed = asyncio.Event()
        self._progress = Progress("answered", "requests", len(requests), desk.say)

    async def send_all(self) -> None:
        """Send until nothing is left or something stops the run; then wait for what is in flight, and raise what stopped it."""
        while (self._line or self._tasks) and not self._is_stopped():
            self._changed.clear()
            wait_s = self._find_wait(time.monotonic())
            if wait_s <= 0 and self._line:
                self._send_next(time.monotonic())
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), None if wait_s == math.inf else wait_s)
        await self._let_end()
        self._tell_end()
        if self._problem is not None:
            raise self._problem

    def interrupt(self) -> None:
        """Stop in order; at the second time at once."""
        self._n_signals += 1
        self._changed.set()
        if self._n_signals > 1:
            self._drop()

    def _is_stopped(self) -> bool:
        if self._spent is not None and not self._tasks:
            self._problem = self._spent
        return self._problem is not None or self._n_signals > 0

    def _find_wait(self, now: float) -> float:
        """Seconds until the next call may go; infinity where only the end of one in flight, or a signal, can change that."""
        size = 1 if self._away_since is not None else self._limit.size
        if not self._line or len(self._tasks) >= size or self._spent is not None:
            return math.inf
        due = max(self._line.next_due(), self._not_before) - now
        return max(due, self._calls.wait_s(now), self._tokens.wait_s(now))

    def _send_next(self, now: float) -> None:
        request = self._line.take(now)
        try:
            reservation = self._desk.reserve(request, Executor.LIVE, 1 + len(self._line) + len(self._tasks))
        except BudgetSpentError as error:
            self._spent = error
            self._line.put_back(request, now)
            return
        self._calls.spend(1, now)
        self._tokens.spend(reservation.tokens, now)
        task = asyncio.create_task(self._send(request, reservation))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    async def _send(self, request: CallRequest, reservation: Reservation) -> None:
        attempt: Attempt | None = None
        sent = time.monotonic()
        try:
            desk = self._desk
            exchanged = await exchange(self._client, desk.name, desk.endpoint, request, desk.waits.longest_retry_after_s)
            attempt = desk.price(exchanged.attempt, request)
            self._adapt(exchanged, sent, time.monotonic())
            await self._recorder.record(attempt)
        finally:
            self._desk.settle(reservation, attempt)
            self._spent = None  # what was set aside and not used is free again
        self._decide(request, exchanged, time.monotonic())

    def _adapt(self, exchanged: Exchanged, sent: float, now: float) -> None:
        """Learn from what came of a call how fast the next ones may go."""
        outcome = exchanged.attempt.outcome
        if exchanged.is_away:
            self._wait_for_return(now)
        elif outcome is not Outcome.NOT_REACHED:
            self._away_since = None
        if outcome in OVERLOADED:
            self._limit.slow_down(sent, now)
            self._not_before = max(self._not_before, now + (exchanged.retry_after_s or 0))
        elif outcome.is_final:
            self._limit.speed_up()

    def _wait_for_return(self, now: float) -> None:
        waits, name = self._desk.waits, self._desk.name
        self._not_before = now + waits.probe_s
        if self._away_since is None:
            self._away_since = now
            self._desk.tell(f"endpoint {name} cannot be connected to; trying for {waits.patience_s:g} s")
        elif now - self._away_since > waits.patience_s:
            self._problem = EndpointError(
                f"endpoints.{name}: no connection to {self._desk.endpoint.base_url} in {waits.patience_s:g} s; start it or"
                " correct base_url, then run again: what was answered is kept"
            )

    def _decide(self, request: CallRequest, exchanged: Exchanged, now: float) -> None:
        """Be done with a request, or let it wait for its next attempt."""
        outcome = exchanged.attempt.outcome
        if outcome.is_final:
            self._progress.advance()
            self._count_refusals(exchanged.attempt)
        elif outcome is Outcome.MISCONFIGURED:
            self._problem = explain_misconfiguration(self._desk.name, self._desk.endpoint, exchanged.attempt)
        elif exchanged.is_away:  # tells nothing of the request, so it does not use up its attempts
            self._line.put_back(request, now)
        else:
            self._failures[request.key] += 1
            if self._failures[request.key] >= self._desk.endpoint.max_attempts:
                self._n_missing += 1
                return
            wait_s = self._desk.waits.back_off(self._failures[request.key], self._random)
            self._line.put_back(request, now + max(wait_s, exchanged.retry_after_s or 0))

    def _count_refusals(self, attempt: Attempt) -> None:
        if self._n_refused is None or attempt.outcome is not Outcome.NOT_ACCEPTED:
            self._n_refused = None
            return
        self._n_refused += 1
        if self._n_refused == MOST_REFUSED:
            self._problem = EndpointError(
                f"endpoints.{self._desk.name}: the first {self._n_refused} requests were all refused ({attempt.detail}); mend"
                " what it names in the settings, which makes new requests; these are done with, the next run goes on after them"
            )

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._problem = self._problem or error
        self._changed.set()

    async def _let_end(self) -> None:
        """Wait for the calls in flight; after a signal no longer than the grace time."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._desk.waits.grace_s if self._n_signals else None)
        self._drop()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _drop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _tell_end(self) -> None:
        if self._n_missing:
            self._desk.tell(
                f"{self._n_missing:,} requests found no final outcome in {self._desk.endpoint.max_attempts} attempts each"
            )
