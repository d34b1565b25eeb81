"""What calls will need, told before anything is sent: how many are open, tokens, money, and how long they take at the least.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from pipelines.calls.ledger import open_call_ledger
    >>> from pipelines.calls.prices import load_prices
    >>> body = '{"max_completion_tokens":300,"messages":[{"content":"Two images.","role":"user"}],"model":"gpt-4o"}'
    >>> requests = [CallRequest((), Purpose.WRITE, f"group-{number}", "0" * 64, body) for number in range(1000)]
    >>> endpoint = Endpoint(base_url="https://api.openai.com/v1", model="gpt-4o")
    >>> with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
    ...     plan = plan_calls(requests, ledger, endpoint, load_prices(), date(2026, 11, 22))
    >>> plan.n_open, plan.prompt_tokens, plan.completion_tokens, plan.most_completion_tokens, plan.usd, plan.most_usd
    (1000, 7000, 150000, 300000, 1.5175, 3.0175)
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from pipelines.calls.estimate import estimate_tokens
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger
from pipelines.calls.planned import CallPlan, PlanLine
from pipelines.calls.prices import Price, PriceTable
from pipelines.calls.request import CallRequest, Purpose
from pipelines.calls.spending import AnswerSize
from pipelines.choices import Budget, Endpoint

FEWEST_ANSWERS = 20  # of one model and purpose, before their mean length is taken for typical
TYPICAL_SHARE = 0.5  # of the most that an answer may be, until then
_NO_BUDGET = Budget()


def plan_calls(
    requests: Sequence[CallRequest],
    ledger: CallLedger,
    endpoint: Endpoint,
    prices: PriceTable,
    today: date,
    executor: Executor = Executor.LIVE,
    budget: Budget = _NO_BUDGET,
) -> CallPlan:
    """Return what requests need that the ledger has no final attempt of. Equal ledgers and requests give equal plans."""
    planned = {request.key: request for request in requests}
    open_keys = {request.key for request in ledger.open_requests(planned.values())}
    sizes = ledger.answer_sizes()
    by_kind: dict[tuple[str, str], list[CallRequest]] = defaultdict(list)
    for request in planned.values():
        by_kind[str(request.purpose), str(json.loads(request.body).get("model", ""))].append(request)
    lines: list[PlanLine] = []
    for (purpose, model), alike in sorted(by_kind.items(), key=lambda item: item[0]):
        size, price = sizes.get((model, Purpose(purpose))), prices.price_of(model, today)
        still_open = [request for request in alike if request.key in open_keys]
        lines.append(_plan_line(Purpose(purpose), model, len(alike), still_open, endpoint.max_completion_tokens, size, price))
    return CallPlan(endpoint, executor, tuple(lines), ledger.spent(), budget)


def _plan_line(
    purpose: Purpose,
    model: str,
    n_planned: int,
    requests: Sequence[CallRequest],
    longest_answer: int,
    size: AnswerSize | None,
    price: Price | None,
) -> PlanLine:
    estimates = [estimate_tokens(request.body) for request in requests]
    limits = [longest_answer if one.most_completion is None else one.most_completion for one in estimates]
    if size is not None and size.n_answers >= FEWEST_ANSWERS:
        typical = size.completion_tokens / size.n_answers
        expected = sum(min(limit, typical) for limit in limits)
    else:
        expected = TYPICAL_SHARE * sum(limits)
    prompt_tokens = sum(estimate.prompt for estimate in estimates)
    n_images = sum(estimate.n_images for estimate in estimates)
    return PlanLine(purpose, model, n_planned, len(requests), prompt_tokens, round(expected), sum(limits), price, n_images)
