from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.attempt import Attempt, BudgetSpentError, Outcome
from pipelines.calls.estimate import estimate_tokens
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.calls.plan import FEWEST_ANSWERS, plan_calls
from pipelines.calls.planned import CallPlan, PlanLine
from pipelines.calls.prices import Price, PriceTable, load_prices
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.calls.spending import Spent
from pipelines.choices import Budget, Endpoint
from pipelines.vocabulary import Source

TODAY = date(2026, 11, 22)
NO_BUDGET = Budget()
ENDPOINT = Endpoint(base_url="https://api.openai.com/v1", model="gpt-4o")
SECRET = "Mrs Doe was seen on 2 May"


def request_of(number: int, model: str = "gpt-4o", purpose: Purpose = Purpose.WRITE, most: int | None = 300) -> CallRequest:
    content = f"{SECRET} {'x' * 400} {number:05}"
    body = {"model": model, "messages": [{"role": "user", "content": content}]}
    full = body if most is None else body | {"max_completion_tokens": most}
    return CallRequest((Source.ODIR,), purpose, f"group-{number}", "0" * 64, canonical_body(full))


def answer_to(request: CallRequest, completion_tokens: int | None = 100, outcome: Outcome = Outcome.ANSWERED) -> Attempt:
    return Attempt(
        request.key,
        "e",
        Executor.LIVE,
        outcome,
        "now",
        0.1,
        prompt_tokens=100,
        completion_tokens=completion_tokens,
        cost_usd=0.01,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[CallLedger]:
    with open_call_ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def plan(
    requests: list[CallRequest], ledger: CallLedger, endpoint: Endpoint = ENDPOINT, budget: Budget = NO_BUDGET
) -> CallPlan:
    return plan_calls(requests, ledger, endpoint, load_prices(), TODAY, budget=budget)


def test_what_is_answered_is_planned_and_costs_nothing(ledger: CallLedger) -> None:
    requests = [request_of(number) for number in range(10)]
    ledger.add_requests(requests)
    ledger.append([answer_to(requests[0]), answer_to(requests[1], outcome=Outcome.REFUSED)])
    ledger.append([answer_to(requests[2], outcome=Outcome.TIMED_OUT)])
    found = plan([*requests, requests[3]], ledger)
    assert (found.n_planned, found.n_answered, found.n_open) == (10, 2, 8)
    per_call = estimate_tokens(requests[0].body).prompt
    assert (found.prompt_tokens, found.most_completion_tokens) == (8 * per_call, 8 * 300)
    assert found.most_usd == pytest.approx((8 * per_call * 2.5 + 8 * 300 * 10) / 1e6)


def test_a_plan_of_finished_requests_costs_nought_also_without_a_price(ledger: CallLedger) -> None:
    requests = [request_of(number, model="my-own") for number in range(3)]
    ledger.add_requests(requests)
    ledger.append([answer_to(request) for request in requests])
    found = plan(requests, ledger, budget=Budget(usd=0.0))
    assert (found.n_open, found.usd, found.most_usd) == (0, 0.0, 0.0)
    found.check_budget()
    assert "3 are done (cost 0) and 0 open" in found.describe()


def test_answers_are_taken_for_half_their_limit_until_enough_are_known(ledger: CallLedger) -> None:
    past = [request_of(number) for number in range(100, 100 + FEWEST_ANSWERS)]
    requests = [request_of(number) for number in range(10)]
    ledger.add_requests(past)
    ledger.append([answer_to(request, 90) for request in past[:-1]])
    assert plan(requests, ledger).completion_tokens == 10 * 150
    ledger.append([answer_to(past[-1], 90)])
    assert plan(requests, ledger).completion_tokens == 10 * 90


def test_the_length_of_other_answers_says_nothing(ledger: CallLedger) -> None:
    others = [request_of(number, purpose=Purpose.JUDGE) for number in range(40)]
    others += [request_of(number, model="gpt-4o-mini") for number in range(40)]
    ledger.add_requests(others)
    ledger.append([answer_to(request, 3) for request in others])
    assert plan([request_of(1)], ledger).completion_tokens == 150


def test_an_answer_is_never_expected_to_be_longer_than_it_may_be(ledger: CallLedger) -> None:
    past = [request_of(number) for number in range(FEWEST_ANSWERS)]
    ledger.add_requests(past)
    ledger.append([answer_to(request, 250) for request in past])
    found = plan([request_of(1_000, most=50), request_of(1_001)], ledger)
    assert (found.completion_tokens, found.most_completion_tokens) == (300, 350)


def test_a_request_without_a_limit_has_the_endpoints(ledger: CallLedger) -> None:
    assert plan([request_of(1, most=None)], ledger).most_completion_tokens == ENDPOINT.max_completion_tokens


def test_lines_tell_purposes_and_models_apart_and_sum_up(ledger: CallLedger) -> None:
    requests = [request_of(1), request_of(2), request_of(1, purpose=Purpose.JUDGE), request_of(1, model="gpt-4o-mini")]
    found = plan(requests, ledger)
    assert [(line.purpose, line.model, line.n_open) for line in found.lines] == [
        (Purpose.JUDGE, "gpt-4o", 1),
        (Purpose.WRITE, "gpt-4o", 2),
        (Purpose.WRITE, "gpt-4o-mini", 1),
    ]
    n_prompt = estimate_tokens(requests[0].body).prompt
    assert found.usd == pytest.approx((3 * (n_prompt * 2.5 + 150 * 10) + n_prompt * 0.15 + 150 * 0.6) / 1e6, rel=0.01)


def test_one_unknown_price_makes_the_sum_unknown_and_not_smaller(ledger: CallLedger) -> None:
    found = plan([request_of(1), request_of(1, model="my-own")], ledger)
    assert (found.usd, found.most_usd) == (None, None)
    assert "money: not known, for no price of my-own is listed" in found.describe()


def test_a_batch_is_planned_at_its_own_price(ledger: CallLedger) -> None:
    live = plan([request_of(1)], ledger)
    batch = plan_calls([request_of(1)], ledger, ENDPOINT, load_prices(), TODAY, Executor.BATCH)
    assert live.usd is not None and batch.usd == pytest.approx(live.usd / 2)
    assert "within 24 hours" in batch.describe()


def test_the_plan_of_a_day_takes_the_price_of_that_day(ledger: CallLedger) -> None:
    prices = PriceTable((Price(model="gpt-4o", since=date(2026, 12, 1), input=1, output=1),))
    assert plan_calls([request_of(1)], ledger, ENDPOINT, prices, TODAY).usd is None
    assert plan_calls([request_of(1)], ledger, ENDPOINT, prices, date(2026, 12, 1)).usd is not None


def test_a_limit_of_money_without_a_price_stops_at_the_plan(ledger: CallLedger) -> None:
    found = plan([request_of(1, model="my-own")], ledger, budget=Budget(usd=5.0))
    assert "5.00 USD (cannot be kept without a price)" in found.describe()
    with pytest.raises(BudgetSpentError, match=r"no price of my-own is known; 1 requests are open; nothing was sent; give its"):
        found.check_budget()


@pytest.mark.parametrize("budget", [Budget(usd=0.2), Budget(tokens=4_000)])
def test_a_budget_that_earlier_runs_used_up_stops_at_the_plan(ledger: CallLedger, budget: Budget) -> None:
    past = [request_of(number) for number in range(20)]
    ledger.add_requests(past)
    ledger.append([answer_to(request) for request in past])
    with pytest.raises(BudgetSpentError, match=r"used up by earlier runs \(0\.20 USD, 4,000 tokens\), 1 requests are open"):
        plan([request_of(99)], ledger, budget=budget).check_budget()
    plan(past, ledger, budget=budget).check_budget()  # nothing is open, so nothing is refused


@pytest.mark.parametrize(
    ("limit", "said"),
    [(100_000, "100,000 tokens\n"), (3_000, "may stop the run before its end"), (2_000, "will stop the run before its end")],
)
def test_the_text_tells_whether_the_budget_will_do(ledger: CallLedger, limit: int, said: str) -> None:
    found = plan([request_of(number) for number in range(8)], ledger, budget=Budget(tokens=limit))
    found.check_budget()
    assert said in found.describe()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"requests_per_minute": 100}, "duration: at least 10 min"),
        ({"tokens_per_minute": 1_000}, "duration: at least 4 h 22 min"),
        ({"requests_per_minute": 100, "tokens_per_minute": 10**9}, "duration: at least 10 min"),
        ({}, "duration: not known"),
    ],
)
def test_the_duration_is_that_of_the_tightest_limit(ledger: CallLedger, limits: dict[str, int], said: str) -> None:
    assert said in plan([request_of(number) for number in range(1_000)], ledger, ENDPOINT.model_copy(update=limits)).describe()


def test_no_word_of_a_prompt_is_told_and_equal_ledgers_give_equal_plans(ledger: CallLedger) -> None:
    requests = [request_of(number) for number in range(5)]
    first, again = plan(requests, ledger), plan(list(reversed(requests)), ledger)
    assert first == again
    assert first.describe() == again.describe()
    assert SECRET not in first.describe() and "xxxx" not in first.describe() and SECRET not in repr(first)
    assert first.describe().splitlines()[:3] == [
        "calls planned: 5, of which 0 are done (cost 0) and 5 open",
        "  write by gpt-4o: 5 planned, 5 open",
        f"prompt tokens: about {first.prompt_tokens:,} (4 characters of English each)",
    ]


def test_planning_does_not_keep_the_bodies_parsed(ledger: CallLedger) -> None:
    request = request_of(1)
    plan([request], ledger)
    assert "document" not in vars(request)


@given(st.integers(0, 50), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_money_grows_with_the_answers_and_about_is_never_more_than_at_most(
    n_open: int, prompt: int, about: int, more: int
) -> None:
    price = load_prices().price_of("gpt-4o", TODAY)
    line = PlanLine(Purpose.WRITE, "gpt-4o", n_open, n_open, prompt, about, about + more, price)
    found = CallPlan(ENDPOINT, Executor.LIVE, (line, replace(line, n_planned=n_open + 3)), Spent(), Budget())
    assert found.usd is not None and found.most_usd is not None
    assert found.usd <= found.most_usd
    assert found.n_answered == 3
