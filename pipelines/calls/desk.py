"""What every executor works with: one endpoint, ledger, prices, budget, a folder for files, and where to tell progress.

Example:
    >>> from dataclasses import fields
    >>> [field.name for field in fields(Desk)][:3]
    ['name', 'endpoint', 'policy']
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.calls.attempt import Attempt, BudgetSpentError
from pipelines.calls.budget import BudgetGuard, Reservation
from pipelines.calls.estimate import estimate_tokens
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger
from pipelines.calls.pacing import Waits
from pipelines.calls.prices import PriceTable
from pipelines.calls.request import CallRequest
from pipelines.choices import Endpoint
from pipelines.governance.policy import Policy
from pipelines.progress import Say


@dataclass(frozen=True)
class Desk:
    """One endpoint of the settings, by name, and what calls of it need."""

    name: str
    endpoint: Endpoint
    policy: Policy
    ledger: CallLedger
    prices: PriceTable
    guard: BudgetGuard
    folder: Path  # for request files, answer files and what is known of batches
    day: date  # today, UTC: prices and attestations are dated
    waits: Waits
    seed: int  # of the jitter
    say: Say | None

    def reserve(self, request: CallRequest, executor: Executor, n_open: int) -> Reservation:
        """Set aside the most that a call may use.

        Raises:
            BudgetSpentError: it does not fit into the budget.
        """
        estimate = estimate_tokens(request.body)
        most = self.endpoint.max_completion_tokens if estimate.most_completion is None else estimate.most_completion
        price = self.prices.price_of(_model_of(request), self.day)
        usd = None if price is None else price.cost_usd(estimate.prompt, most, executor)
        return self.guard.reserve(estimate.prompt + most, usd, n_open)

    def settle(self, reservation: Reservation, attempt: Attempt | None) -> None:
        """Put what a call used in place of what was set aside; None where it was dropped, and may have used all of it."""
        if attempt is None:
            self.guard.drop(reservation)
        elif not attempt.outcome.is_billed:
            self.guard.settle(reservation, 0, 0.0)
        else:
            self.guard.settle(reservation, _count_tokens(attempt), attempt.cost_usd)

    def price(self, attempt: Attempt, request: CallRequest) -> Attempt:
        """Return an attempt with what it cost, where the tokens and the model's price are known."""
        return self.prices.price_attempt(attempt, _model_of(request), self.day)

    def drop_worn_out(self, requests: Sequence[CallRequest]) -> list[CallRequest]:
        """Return the requests that files have carried less than `max_attempts` times; the others would fail for ever."""
        most = self.endpoint.max_attempts
        return [request for request in requests if len(self.ledger.attempts(request.key)) < most]

    def take_within_budget(
        self, requests: Sequence[CallRequest], pending: Sequence[CallRequest], executor: Executor
    ) -> list[CallRequest]:
        """Return as many of the requests, from the first, as fit into the budget beside those that are pending elsewhere.

        Raises:
            BudgetSpentError: not even the first does, and none is pending whose cost may turn out less.
        """
        taken: list[CallRequest] = []
        reservations: list[Reservation] = []
        try:
            for request in (*pending, *requests):
                n_open = len(pending) + len(requests) - len(reservations)
                reservations.append(self.reserve(request, executor, n_open))
                taken.append(request)
        except BudgetSpentError:
            if not taken:
                raise
            self.tell(
                f"{max(len(taken) - len(pending), 0):,} of {len(requests):,} requests fit into the budget, the others wait"
            )
        finally:
            for reservation in reservations:  # what was used is known when the file is back
                self.guard.settle(reservation, 0, 0.0)
        return taken[len(pending) :]

    def tell(self, line: str) -> None:
        """Say one line; counts and names alone, never a prompt."""
        if self.say is not None:
            self.say(line)


def _model_of(request: CallRequest) -> str:
    """`request.model` would keep the whole parsed body in memory, for each of many thousands."""
    return str(json.loads(request.body)["model"])


def _count_tokens(attempt: Attempt) -> int | None:
    if attempt.prompt_tokens is None or attempt.completion_tokens is None:
        return None
    return attempt.prompt_tokens + attempt.completion_tokens
