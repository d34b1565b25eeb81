"""Work in threads: its order, its bound, its first failure, and an interrupt that waits for nobody."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from assets.side_by_side import work_side_by_side


def test_results_stand_in_the_order_of_the_pieces_whichever_ends_first() -> None:
    second_is_done = threading.Event()

    def wait() -> str:
        assert second_is_done.wait(10)
        return "first"

    def go_on() -> str:
        second_is_done.set()
        return "second"

    assert work_side_by_side([wait, go_on], at_once=2) == ["first", "second"]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_no_more_pieces_are_under_way_than_asked_for_and_all_are_done(at_once: int) -> None:
    under_way, most, lock, together = 0, 0, threading.Lock(), threading.Barrier(at_once)

    def work() -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(30)  # nobody goes on before so many are under way
        with lock:
            under_way -= 1

    assert len(work_side_by_side([work] * 6, at_once)) == 6
    assert most == at_once


def test_the_first_failure_is_raised_after_what_is_under_way_is_kept_and_nothing_more_is_begun() -> None:
    has_failed, done = threading.Event(), []

    def fail() -> None:
        has_failed.set()
        raise ValueError("the disk is full")

    def finish() -> None:
        assert has_failed.wait(10)
        time.sleep(0.05)
        done.append("under way")

    with pytest.raises(ValueError, match="the disk is full"):
        work_side_by_side([fail, finish, lambda: done.append("begun later")], at_once=2)
    assert done == ["under way"]


def test_an_interrupt_waits_for_no_piece() -> None:
    class InterruptError(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise InterruptError

    is_over = threading.Event()
    pieces: list[Callable[[], object]] = [lambda: is_over.wait(30)] * 2
    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    started = time.monotonic()
    try:
        with pytest.raises(InterruptError):
            work_side_by_side(pieces, at_once=2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
        is_over.set()
    assert time.monotonic() - started < 10
