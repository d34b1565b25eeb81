from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.pacing import InFlightLimit, RateLimit, Waits, read_retry_after

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)


@given(st.integers(1, 3000), st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_no_sixty_seconds_hold_more_calls_than_allowed(per_minute, pauses):
    limit, now, went = RateLimit(per_minute), 0.0, []
    for pause in pauses:
        now += pause
        now += limit.wait_s(now)
        limit.spend(1, now)
        went.append(now)
    for place, start in enumerate(went):
        assert sum(1 for other in went[place:] if other - start < 60 - 1e-6) <= per_minute


@given(st.integers(100, 10_000), st.lists(st.integers(1, 100), min_size=2, max_size=300))
def test_tokens_a_minute_are_held_but_for_the_last_call(per_minute, sizes):
    limit, now, went = RateLimit(per_minute), 0.0, []
    for size in sizes:
        now += limit.wait_s(now)
        limit.spend(size, now)
        went.append((now, size))
    for place, (start, _) in enumerate(went):
        minute = [size for at, size in went[place:] if at - start < 60 - 1e-6]
        assert sum(minute[:-1]) <= per_minute


def test_calls_go_as_fast_as_allowed():
    limit, now = RateLimit(600), 0.0
    for _ in range(601):
        now += limit.wait_s(now)
        limit.spend(1, now)
    assert now == pytest.approx(60, rel=0.01)


def test_without_a_limit_nothing_waits():
    limit = RateLimit(None)
    limit.spend(10**9, 5.0)
    assert limit.wait_s(5.0) == 0


def test_overload_halves_once_for_all_calls_of_one_window():
    limit = InFlightLimit(32)
    for now in (1.0, 1.1, 1.2):
        limit.slow_down(sent=0.5, now=now)
    assert limit.size == 16
    limit.slow_down(sent=1.3, now=2.0)
    assert limit.size == 8


@given(st.integers(1, 64), st.lists(st.booleans(), max_size=200))
def test_limit_stays_between_one_and_the_maximum(maximum, good):
    limit = InFlightLimit(maximum)
    for now, is_good in enumerate(good):
        limit.speed_up() if is_good else limit.slow_down(float(now), float(now))
        assert 1 <= limit.size <= maximum


def test_a_window_of_good_answers_allows_one_more():
    limit = InFlightLimit(32)
    limit.slow_down(0.0, 1.0)
    for _ in range(16):
        limit.speed_up()
    assert limit.size in (16, 17)
    limit.speed_up()
    assert limit.size == 17
    for _ in range(2000):
        limit.speed_up()
    assert limit.size == 32


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:30 -0000"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 08:00:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "86400"}, 300.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    assert read_retry_after(headers, NOW, longest_s=300.0) == seconds


@given(st.integers(1, 200), st.integers(0, 1000))
def test_backoff_is_jittered_below_a_doubling_bound(n_failures, seed):
    waits = Waits(first_s=0.5, longest_s=60)
    assert 0 <= waits.back_off(n_failures, Random(seed)) <= min(60, 0.5 * 2 ** (n_failures - 1))
    assert waits.back_off(n_failures, Random(seed)) == waits.back_off(n_failures, Random(seed))
