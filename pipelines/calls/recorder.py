"""Writes attempts to the ledger while calls go on: one thread, and one commit for all that came in during the last one.

Example:
    >>> from pipelines.calls.attempt import Outcome
    >>> from pipelines.calls.kinds import Executor
    >>> async def record_one(append: Append, attempt: Attempt) -> int:
    ...     async with Recorder(append) as recorder:
    ...         await recorder.record(attempt)
    ...     return recorder.n_commits
    >>> attempt = Attempt("call-1", "local", Executor.LIVE, Outcome.ANSWERED, "2026-11-22T09:00:00+00:00", 0.2)
    >>> asyncio.run(record_one(print, attempt))  # doctest: +ELLIPSIS
    [Attempt(key='call-1', ...)]
    1
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from pipelines.calls.attempt import Attempt

Append = Callable[[Sequence[Attempt]], object]


class Recorder:
    """Commits attempts in groups; `record` returns once an attempt is on the disk."""

    def __init__(self, append: Append) -> None:
        self._append = append
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="call-ledger")
        self._waiting: list[tuple[Attempt, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.n_commits = 0

    async def __aenter__(self) -> "Recorder":
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what still waits, and end the thread."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()

    async def record(self, attempt: Attempt) -> None:
        """Write an attempt; raises what the ledger raises. It is written also where the caller is cancelled meanwhile."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((attempt, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(written)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                try:
                    await loop.run_in_executor(self._thread, self._append, [attempt for attempt, _ in group])
                except Exception as error:
                    _settle(group, error)
                else:
                    self.n_commits += 1
                    _settle(group, None)
        finally:
            self._writing = None


def _settle(group: Sequence[tuple[Attempt, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, written in group:
        if written.cancelled():
            continue
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)
            written.exception()  # a caller that was cancelled never looks; the others get it all the same
