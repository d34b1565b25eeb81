import asyncio
import threading
import time

import pytest

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.recorder import Recorder


def make_attempts(count: int) -> list[Attempt]:
    started = "2026-11-22T09:00:00+00:00"
    return [Attempt(f"call-{number}", "here", Executor.LIVE, Outcome.ANSWERED, started, 0.1) for number in range(count)]


def test_what_comes_in_during_a_commit_goes_into_the_next_one_together():
    groups: list[int] = []
    threads: set[str] = set()

    def append(attempts: list[Attempt]) -> None:
        groups.append(len(attempts))
        threads.add(threading.current_thread().name)
        time.sleep(0.05)

    async def record() -> None:
        async with Recorder(append) as recorder:
            await asyncio.gather(*(recorder.record(attempt) for attempt in make_attempts(100)))

    asyncio.run(record())
    assert sum(groups) == 100
    assert len(groups) <= 2
    assert len(threads) == 1


def test_failed_commit_is_told_to_all_who_wait_for_it_and_the_next_is_tried():
    calls: list[int] = []

    def append(attempts: list[Attempt]) -> None:
        calls.append(len(attempts))
        if len(calls) == 1:
            raise OSError("disk full")

    async def record() -> list[BaseException | None]:
        async with Recorder(append) as recorder:
            first = await asyncio.gather(*(recorder.record(one) for one in make_attempts(3)), return_exceptions=True)
            await recorder.record(make_attempts(1)[0])
            return first

    problems = asyncio.run(record())
    assert [str(problem) for problem in problems] == ["disk full"] * 3
    assert calls == [3, 1]


def test_attempt_of_a_cancelled_caller_is_written_all_the_same():
    written: list[Attempt] = []

    async def record() -> None:
        async with Recorder(written.extend) as recorder:
            task = asyncio.create_task(recorder.record(make_attempts(1)[0]))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(record())
    assert written == make_attempts(1)
