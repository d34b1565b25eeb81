"""A plan of calls: its counts per purpose and model, what they sum to, and how it is told.

Example:
    >>> line = PlanLine(Purpose.WRITE, "m", 10, 6, 900, 300, most_completion_tokens=600, price=None)
    >>> plan = CallPlan(Endpoint(base_url="http://127.0.0.1:8080/v1", model="m"), Executor.LIVE, (line,), Spent(), Budget())
    >>> plan.n_answered, plan.usd is None
    (4, True)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.calls.attempt import BudgetSpentError
from pipelines.calls.budget import tell_unkeepable
from pipelines.calls.estimate import CHARACTERS_PER_TOKEN
from pipelines.calls.kinds import Executor
from pipelines.calls.prices import Price
from pipelines.calls.request import Purpose
from pipelines.calls.spending import Spent
from pipelines.choices import Budget, Endpoint
from pipelines.progress import tell_duration


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The requests of one purpose to one model."""

    purpose: Purpose
    model: str
    n_planned: int
    n_open: int
    prompt_tokens: int  # of the open ones, about
    completion_tokens: int  # about
    most_completion_tokens: int
    price: Price | None  # None where none is known
    n_images: int = 0  # in the open ones

    def cost_usd(self, completion_tokens: int, executor: Executor) -> float | None:
        """Return what the open requests cost if their answers take so many tokens; 0 where none is open."""
        if self.n_open == 0:
            return 0.0
        return None if self.price is None else self.price.cost_usd(self.prompt_tokens, completion_tokens, executor)


@dataclass(frozen=True)
class CallPlan:
    """What a list of requests needs of one endpoint. Requests that have a final attempt cost nothing."""

    endpoint: Endpoint
    executor: Executor
    lines: tuple[PlanLine, ...]
    spent: Spent  # by all runs before
    budget: Budget

    @property
    def n_planned(self) -> int:
        """Requests, each counted once."""
        return sum(line.n_planned for line in self.lines)

    @property
    def n_open(self) -> int:
        """Requests without a final attempt."""
        return sum(line.n_open for line in self.lines)

    @property
    def n_answered(self) -> int:
        """Requests that are done with, and cost nothing more."""
        return self.n_planned - self.n_open

    @property
    def prompt_tokens(self) -> int:
        """Prompt tokens of the open requests, estimated."""
        return sum(line.prompt_tokens for line in self.lines)

    @property
    def completion_tokens(self) -> int:
        """Completion tokens of the open requests, estimated."""
        return sum(line.completion_tokens for line in self.lines)

    @property
    def most_completion_tokens(self) -> int:
        """Completion tokens of the open requests if each answer is as long as it may be."""
        return sum(line.most_completion_tokens for line in self.lines)

    @property
    def usd(self) -> float | None:
        """What the open requests may cost; None where the price of one of them is not known."""
        return _add(line.cost_usd(line.completion_tokens, self.executor) for line in self.lines)

    @property
    def most_usd(self) -> float | None:
        """What the open requests cost if each answer is as long as it may be."""
        return _add(line.cost_usd(line.most_completion_tokens, self.executor) for line in self.lines)

    def check_budget(self) -> None:
        """Raise BudgetSpentError where not one call can be made: the budget is used up, or a limit of money cannot be kept."""
        if self.n_open == 0:
            return
        unpriced = [line.model for line in self.lines if line.n_open and line.price is None]
        if self.budget.usd is not None and unpriced:
            raise BudgetSpentError(tell_unkeepable(self.budget.usd, unpriced[0], self.n_open))
        limits = (("usd", self.budget.usd, self.spent.usd), ("tokens", self.budget.tokens, self.spent.tokens))
        for name, limit, used in limits:
            if limit is not None and used >= limit:
                raise BudgetSpentError(
                    f"budget of {limit:,} {name}: used up by earlier runs ({self.spent.describe()}), {self.n_open:,} requests "
                    f"are open; nothing was sent; raise generation.budget.{name}"
                )

    def describe(self) -> str:
        """Return the plan as text of a few lines; it holds no word of any prompt."""
        return "\n".join(_describe(self))


def _describe(plan: CallPlan) -> Iterator[str]:
    yield f"calls planned: {plan.n_planned:,}, of which {plan.n_answered:,} are done (cost 0) and {plan.n_open:,} open"
    for line in plan.lines:
        yield f"  {line.purpose} by {line.model}: {line.n_planned:,} planned, {line.n_open:,} open"
    if plan.n_open:
        yield f"prompt tokens: about {plan.prompt_tokens:,} ({_tell_measure(plan)})"
        yield f"completion tokens: about {plan.completion_tokens:,}, at most {plan.most_completion_tokens:,}"
        yield f"money: {_tell_money(plan)}"
        yield "on top may come: failed attempts, repairs of malformed answers, rewriting of what is rejected"
    yield f"used by runs before: {plan.spent.describe()}"
    yield f"budget, all runs together: {_tell_budget(plan)}"
    yield f"limits of the endpoint: {_tell_limits(plan.endpoint)}"
    yield f"duration: {_tell_duration(plan)}"


def _tell_measure(plan: CallPlan) -> str:
    n_images = sum(line.n_images for line in plan.lines)
    images = f"; {n_images:,} images at the most that one may take" if n_images else ""
    return f"{CHARACTERS_PER_TOKEN} characters of English each{images}"


def _tell_money(plan: CallPlan) -> str:
    unpriced = sorted({line.model for line in plan.lines if line.n_open and line.price is None})
    if plan.usd is None or plan.most_usd is None:
        return f"not known, for no price of {', '.join(unpriced)} is listed"
    prices = {_tell_price(line.price) for line in plan.lines if line.n_open and line.price is not None}
    return f"about {plan.usd:,.2f} USD, at most {plan.most_usd:,.2f} USD ({', '.join(sorted(prices))})"


def _tell_price(price: Price) -> str:
    seen = "" if price.seen is None else f", last read {price.seen}"
    return f"price of {price.model} since {price.since}{seen}"


def _tell_budget(plan: CallPlan) -> str:
    limits: list[str] = []
    if plan.budget.usd is not None:
        limits.append(f"{plan.budget.usd:,.2f} USD" + _tell_excess(plan.spent.usd, plan.usd, plan.most_usd, plan.budget.usd))
    if plan.budget.tokens is not None:
        about, most = plan.prompt_tokens + plan.completion_tokens, plan.prompt_tokens + plan.most_completion_tokens
        limits.append(f"{plan.budget.tokens:,} tokens" + _tell_excess(plan.spent.tokens, about, most, plan.budget.tokens))
    return ", ".join(limits) or "no limit (generation.budget)"


def _tell_excess(used: float, about: float | None, most: float | None, limit: float) -> str:
    if about is None or most is None:
        return " (cannot be kept without a price)"
    if used + about > limit:
        return " (will stop the run before its end)"
    return " (may stop the run before its end)" if used + most > limit else ""


def _tell_limits(endpoint: Endpoint) -> str:
    limits = [f"{endpoint.max_in_flight:,} in flight", f"{endpoint.max_attempts:,} attempts each"]
    if endpoint.requests_per_minute is not None:
        limits.append(f"{endpoint.requests_per_minute:,} requests per minute")
    if endpoint.tokens_per_minute is not None:
        limits.append(f"{endpoint.tokens_per_minute:,} tokens per minute")
    return ", ".join(limits)


def _tell_duration(plan: CallPlan) -> str:
    if plan.n_open == 0:
        return "none"
    if plan.executor is Executor.BATCH:
        return "within 24 hours of each batch, as the endpoint promises"
    if plan.executor is Executor.FILE:
        return "until the file of answers is taken back"
    n_tokens = plan.prompt_tokens + plan.completion_tokens
    paces = ((plan.n_open, plan.endpoint.requests_per_minute), (n_tokens, plan.endpoint.tokens_per_minute))
    seconds = [60 * amount / limit for amount, limit in paces if limit is not None]
    return f"at least {tell_duration(max(seconds))}" if seconds else "not known: the endpoint has no limit per minute here"


def _add(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)
