import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.attempt import BudgetSpentError
from pipelines.calls.budget import BudgetGuard, Reservation
from pipelines.calls.spending import Spent
from pipelines.choices import Budget


def test_without_a_limit_everything_fits_and_a_price_is_not_needed() -> None:
    guard = BudgetGuard(Budget(), Spent())
    guard.settle(guard.reserve(10**12, None), 10**12, None)
    assert guard.spent == Spent(0.0, 10**12, 1)


def test_what_runs_before_used_counts() -> None:
    guard = BudgetGuard(Budget(tokens=1_000), Spent(tokens=900))
    assert guard.reserve(100, None) == Reservation(100, None)
    with pytest.raises(BudgetSpentError, match="900 tokens used, in all runs together, 100 tokens set aside for 1 in flight"):
        guard.reserve(1, None)


def test_calls_in_flight_cannot_go_beyond_the_limit_together() -> None:
    guard = BudgetGuard(Budget(usd=1.0), Spent())
    held = [guard.reserve(10, 0.3) for _ in range(3)]
    with pytest.raises(BudgetSpentError, match=r"budget of 1\.0000 USD: 0\.0000 USD used.*may need 0\.3000 USD"):
        guard.reserve(10, 0.3)
    guard.settle(held[0], 5, 0.1)  # what was set aside and not used is free again
    guard.reserve(10, 0.3)
    assert guard.spent == Spent(0.1, 5, 0)


def test_a_limit_may_be_reached_and_not_passed() -> None:
    guard = BudgetGuard(Budget(tokens=100, usd=0.5), Spent())
    guard.settle(guard.reserve(100, 0.5), 100, 0.5)
    with pytest.raises(BudgetSpentError, match="budget of 100 tokens"):
        guard.reserve(1, 0.0)


def test_a_refused_reservation_leaves_nothing_set_aside() -> None:
    guard = BudgetGuard(Budget(tokens=100, usd=0.5), Spent())
    for tokens, usd in ((101, 0.1), (1, 0.6), (1, None)):
        with pytest.raises(BudgetSpentError):
            guard.reserve(tokens, usd)
    assert (guard.reserved, guard.spent) == (Reservation(0, 0.0), Spent())


def test_a_limit_of_money_cannot_be_kept_without_a_price() -> None:
    guard = BudgetGuard(Budget(usd=5.0), Spent())
    with pytest.raises(BudgetSpentError, match=r"cannot be kept, since no price of the model is known; 12 requests are open; "):
        guard.reserve(10, None, n_open=12)


def test_the_message_tells_limit_use_open_requests_and_what_to_do() -> None:
    guard = BudgetGuard(Budget(tokens=1_000), Spent(usd=2.0, tokens=999))
    with pytest.raises(BudgetSpentError) as caught:
        guard.reserve(1_500, None, n_open=17_000)
    assert str(caught.value) == (
        "budget of 1,000 tokens: 999 tokens used, in all runs together, and the next call may need 1,500 tokens; "
        "17,000 requests are open; nothing new is sent; what was answered is kept and not paid for again; "
        "raise generation.budget.tokens and run again"
    )


def test_unknown_use_counts_as_the_most_that_was_set_aside() -> None:
    guard = BudgetGuard(Budget(tokens=100), Spent())
    guard.settle(guard.reserve(60, 0.2), None, None)
    assert guard.spent == Spent(0.2, 60, 1)
    with pytest.raises(BudgetSpentError):
        guard.reserve(60, 0.2)


def test_a_call_that_is_not_billed_gives_everything_back() -> None:
    guard = BudgetGuard(Budget(tokens=100, usd=1.0), Spent())
    for _ in range(50):
        guard.settle(guard.reserve(100, 1.0), 0, 0.0)
    assert (guard.spent, guard.reserved) == (Spent(), Reservation(0, 0.0))


def test_more_than_was_set_aside_counts_whole() -> None:
    guard = BudgetGuard(Budget(tokens=100), Spent())
    guard.settle(guard.reserve(50, None), 130, None)
    assert guard.spent.tokens == 130
    with pytest.raises(BudgetSpentError, match="130 tokens used"):
        guard.reserve(0, None)


def test_settling_what_is_not_in_flight_is_a_bug_and_told() -> None:
    guard = BudgetGuard(Budget(), Spent())
    reservation = guard.reserve(1, None)
    guard.settle(reservation, 1, None)
    with pytest.raises(ValueError, match="settled once"):
        guard.settle(reservation, 1, None)


calls = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100), st.booleans()), max_size=60)


@given(calls, st.integers(0, 500))
def test_no_order_of_calls_that_keep_their_bounds_goes_beyond_the_limit(calls: list[tuple[int, int, bool]], limit: int) -> None:
    guard = BudgetGuard(Budget(tokens=limit, usd=limit / 100), Spent())
    held: list[tuple[Reservation, int]] = []
    for bound, percent, is_settled_first in calls:
        if is_settled_first and held:
            reservation, used = held.pop(0)
            guard.settle(reservation, used, used / 100)
        try:
            held.append((guard.reserve(bound, bound / 100), bound * percent // 100))
        except BudgetSpentError:
            continue
        assert guard.spent.tokens + guard.reserved.tokens <= limit
    for reservation, used in held:
        guard.settle(reservation, used, used / 100)
    assert guard.spent.tokens <= limit
    assert guard.spent.usd <= limit / 100 + 1e-9
    assert guard.reserved == Reservation(0, 0.0)


def test_tasks_of_one_loop_share_a_guard() -> None:
    guard = BudgetGuard(Budget(tokens=1_000), Spent())

    async def call() -> bool:
        try:
            reservation = guard.reserve(30, None)
        except BudgetSpentError:
            return False
        await asyncio.sleep(0)
        guard.settle(reservation, 10, None)
        return True

    async def run() -> list[bool]:
        return await asyncio.gather(*(call() for _ in range(200)))

    done = asyncio.run(run())
    assert 33 <= sum(done) <= 100
    assert guard.spent.tokens == 10 * sum(done) <= 1_000
