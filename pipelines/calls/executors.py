"""One way to ask for each executor: what the ledger has answers of is never sent, and nothing goes where its sources may not.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> from pipelines.calls.ledger import open_call_ledger
    >>> from pipelines.calls.prices import load_prices
    >>> from pipelines.governance.policy import load_policy
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
    ...     policy, prices = load_policy(Path("none.toml")), load_prices()
    ...     with open_ask("local", endpoint, Executor.LIVE, policy, ledger, prices, Budget(), Path(folder), print) as ask:
    ...         ask([])
    {}
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.calls.attempt import Attempt, BudgetSpentError
from pipelines.calls.batch_api import ask_batch
from pipelines.calls.budget import BudgetGuard
from pipelines.calls.desk import Desk
from pipelines.calls.handover import ask_by_file
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger
from pipelines.calls.live import ask_live
from pipelines.calls.meter import Meter
from pipelines.calls.pacing import Waits
from pipelines.calls.plan import plan_calls
from pipelines.calls.prices import PriceTable
from pipelines.calls.request import CallRequest
from pipelines.choices import Budget, Endpoint
from pipelines.governance.egress import check_egress
from pipelines.governance.policy import Policy
from pipelines.progress import Say

_ASK_BY = {Executor.LIVE: ask_live, Executor.BATCH: ask_batch, Executor.FILE: ask_by_file}
JITTER_SEED = 20250519


@contextmanager
def open_ask(
    name: str,
    endpoint: Endpoint,
    executor: Executor,
    policy: Policy,
    ledger: CallLedger,
    prices: PriceTable,
    budget: Budget,
    folder: Path,
    say: Say | None,
    *,
    today: date | None = None,
    waits: Waits | None = None,
) -> Iterator["DeskAsk"]:
    """Give an `Ask` of one endpoint of the settings.

    Args:
        name: of the endpoint in the settings and in the policy.
        endpoint: where it is, which model it serves, how fast it may be asked.
        executor: how requests reach it.
        policy: which sources may go there.
        ledger: open; every request and attempt is written there.
        prices: of models, for what attempts cost.
        budget: of all runs together; what the ledger has spent is counted in.
        folder: under it, in a folder of the endpoint's name, lie files that are handed over and what is known of batches.
        say: takes lines of progress: counts, never a prompt.
        today: the day whose prices and attestations hold; None for today's date, UTC.
        waits: how long is waited after failures; None for the defaults.
    """
    day = today or datetime.now(UTC).date()
    guard = BudgetGuard(budget, ledger.spent())
    desk = Desk(name, endpoint, policy, ledger, prices, guard, folder / name, day, waits or Waits(), JITTER_SEED, say)
    yield DeskAsk(desk, executor, budget)


@dataclass(frozen=True)
class DeskAsk:
    """Asks one endpoint by one executor; see `pipelines.calls.attempt.Ask`."""

    desk: Desk
    executor: Executor
    budget: Budget
    _told: set[str] = field(default_factory=set)  # keys of requests whose plan was told
    _stops: list[BudgetSpentError] = field(default_factory=list)  # the first one

    def __call__(self, requests: Sequence[CallRequest]) -> Mapping[str, Attempt]:
        """Return the final attempts by key; what has none is asked now, once all its sources are found to be allowed.

        The plan is told, and the budget looked at, before anything is sent; what others have spent meanwhile counts.
        """
        desk = replace(self.desk, guard=_guard(self.desk, self.budget))
        keys = list(dict.fromkeys(request.key for request in requests))
        still_open = self.plan(requests)
        desk.ledger.add_requests(still_open)
        if still_open:
            try:
                plan_calls(still_open, desk.ledger, *self._terms()).check_budget()
                _ASK_BY[self.executor](desk, still_open)
            except BudgetSpentError as error:
                self._tell_stop(error)
                raise
        return desk.ledger.final_attempts(keys)

    def announce(self, first: CallRequest, requests: Iterable[CallRequest]) -> None:
        """Tell the plan of all requests before the first of them is tried alone; not where that one is done with.

        Raises:
            pipelines.governance.egress.EgressError: one of them may not go to this endpoint; nothing was sent.
        """
        if self.desk.ledger.open_requests([first]):
            self.plan(list(requests))

    def plan(self, requests: Sequence[CallRequest]) -> list[CallRequest]:
        """Return the open requests, which may all be sent; their plan is told, of each request once.

        Raises:
            pipelines.governance.egress.EgressError: one of them may not go to this endpoint.
        """
        desk = self.desk
        still_open = desk.ledger.open_requests(requests)
        sources = (request.sources for request in still_open)
        check_egress(sources, desk.name, desk.endpoint, desk.policy, desk.day, self.executor)
        keys = {request.key for request in still_open}
        if not keys <= self._told:
            self._told.update(keys)
            desk.tell(f"asking {desk.name}; {plan_calls(requests, desk.ledger, *self._terms()).describe()}")
        return still_open

    def _terms(self) -> tuple[Endpoint, PriceTable, date, Executor, Budget]:
        return self.desk.endpoint, self.desk.prices, self.desk.day, self.executor, self.budget

    def _tell_stop(self, error: BudgetSpentError) -> None:
        """Tell once why the budget ended it: whoever asks may go on without what was not paid, and ask for parts of it."""
        if not self._stops:
            self._stops.append(error)
            self.desk.tell(str(error))


def _guard(desk: Desk, budget: Budget) -> BudgetGuard:
    """Return the guard of one ask; where there is a limit, what is not known of earlier calls counts at its upper bound."""
    if budget.tokens is None and budget.usd is None:
        return BudgetGuard(budget, desk.ledger.spent())
    meter = Meter(desk.ledger, desk.prices, desk.day, desk.endpoint.max_completion_tokens)
    return BudgetGuard(budget, meter.read(), meter.read)
