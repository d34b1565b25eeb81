import json
import multiprocessing
from datetime import date

import pytest
from werkzeug import Response

from pipelines.calls.attempt import Attempt, BudgetSpentError, Outcome
from pipelines.calls.budget import REREAD_S, BudgetGuard
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.meter import Meter
from pipelines.calls.prices import Price, PriceTable
from pipelines.calls.spending import Spent
from pipelines.choices import Budget
from tests.pipelines.calls.loopback import MockEndpoint, asking, complete, make_requests

DAY = date(2026, 11, 22)
PRICES = PriceTable((Price(model="m", since=date(2026, 1, 1), input=1.0, output=10.0),))
MOST = 72  # of a request of `make_requests`: 22 of the prompt, 50 of the answer


def without_usage() -> Response:
    body = json.loads(complete("Stable.").get_data())
    return Response(json.dumps(body | {"usage": None}), content_type="application/json")


def write(folder, *attempts: dict, first: int = 0) -> None:
    requests = make_requests(first + len(attempts))[first:]
    with open_call_ledger(folder / "ledger.sqlite") as ledger:
        ledger.add_requests(requests)
        ledger.append(
            [
                Attempt(
                    **{"outcome": Outcome.ANSWERED} | values,
                    key=request.key,
                    endpoint="here",
                    executor=Executor.LIVE,
                    started="2026-11-22T09:00:00+00:00",
                    seconds=0.2,
                )
                for request, values in zip(requests, attempts, strict=True)
            ]
        )


@pytest.mark.parametrize(
    ("values", "tokens", "usd"),
    [
        ({"prompt_tokens": 100, "completion_tokens": 10, "cost_usd": 0.5}, 110, 0.5),
        ({"prompt_tokens": 100, "completion_tokens": 10}, 110, 200e-6),
        ({"prompt_tokens": 100}, 150, 600e-6),
        ({"completion_tokens": 7}, 29, 92e-6),
        ({}, MOST, 522e-6),
        ({"outcome": Outcome.TIMED_OUT}, MOST, 522e-6),
        ({"outcome": Outcome.BROKEN_OFF}, MOST, 522e-6),
        ({"outcome": Outcome.NOT_REACHED}, 0, 0.0),
        ({"outcome": Outcome.RATE_LIMITED}, 0, 0.0),
    ],
)
def test_what_an_endpoint_does_not_tell_counts_at_its_upper_bound(tmp_path, values, tokens, usd):
    write(tmp_path, values)
    with open_call_ledger(tmp_path / "ledger.sqlite") as ledger:
        spent = Meter(ledger, PRICES, DAY, longest_answer=700).read()
        assert (spent.tokens, spent.usd) == (tokens, pytest.approx(usd))


def test_each_attempt_is_counted_once_however_often_it_is_read(tmp_path):
    write(tmp_path, {}, {"prompt_tokens": 1, "completion_tokens": 1})
    with open_call_ledger(tmp_path / "ledger.sqlite") as ledger:
        meter = Meter(ledger, PRICES, DAY, longest_answer=700)
        assert meter.read() == meter.read()
        write(tmp_path, {}, first=2)
        assert meter.read().tokens == 2 * MOST + 2


def test_an_endpoint_that_tells_no_tokens_cannot_be_asked_beyond_the_budget_in_ever_new_runs(tmp_path):
    with MockEndpoint(lambda n_before, body: without_usage()) as server:
        for _ in range(3):
            with asking(tmp_path, server.url, budget=Budget(tokens=2 * MOST + 10)) as ask, pytest.raises(BudgetSpentError):
                ask(make_requests(8))
        assert len(server.bodies) == 2


def test_calls_that_broke_off_count_for_they_may_have_been_charged(tmp_path):
    def hang_up(n_before: int, body: dict) -> Response:
        return Response(iter([b"{"]), content_type="application/json", headers={"Content-Length": "1000"})

    with MockEndpoint(hang_up) as server, asking(tmp_path, server.url, budget=Budget(tokens=2 * MOST + 10)) as ask:
        with pytest.raises(BudgetSpentError):
            ask(make_requests(8))
        assert len(server.bodies) == 2
        attempts = [attempt for request in make_requests(8) for attempt in ask.desk.ledger.attempts(request.key)]
        assert {attempt.outcome for attempt in attempts} == {Outcome.BROKEN_OFF}


def test_what_another_process_uses_meanwhile_counts(tmp_path):
    process = multiprocessing.get_context("spawn").Process

    def answer(n_before: int, body: dict) -> Response:
        if not others:  # while the first call is under way another run uses up the rest
            others.append(
                process(target=write, args=(tmp_path, {"prompt_tokens": 900, "completion_tokens": 90}), kwargs={"first": 9})
            )
            others[0].start()
            others[0].join()
        return complete("Stable.", usage=(20, 20))

    others: list = []
    with MockEndpoint(answer) as server, asking(tmp_path, server.url, budget=Budget(tokens=1_000), max_in_flight=1) as ask:
        with pytest.raises(BudgetSpentError, match="1,030 tokens used, in all runs together"):
            ask(make_requests(8))
        assert len(server.bodies) == 1


def test_a_guard_reads_again_when_it_is_time_and_before_it_refuses():
    now, used, n_read = [0.0], [Spent()], [0]

    def read() -> Spent:
        n_read[0] += 1
        return used[0]

    guard = BudgetGuard(Budget(tokens=100), Spent(), read, clock=lambda: now[0])
    held = [guard.reserve(40, None), guard.reserve(40, None)]
    assert n_read == [0]
    guard.drop(held[0])
    used[0] = Spent(tokens=10)  # the other one is in the ledger, and not yet settled here
    guard.settle(held[1], 10, None)
    now[0] = REREAD_S
    assert guard.reserve(50, None).tokens == 50
    assert guard.spent.tokens == 50, "what was dropped is in no ledger and stays counted"
    with pytest.raises(BudgetSpentError):
        guard.reserve(1, None)
    used[0] = Spent()
    assert guard.reserve(1, None).tokens == 1, "a call counted as used and as set aside is counted once when it matters"
