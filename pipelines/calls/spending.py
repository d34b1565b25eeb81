"""What the attempts of a call ledger have used up: in all, by kind, and how long answers were.

An unknown price is never 0: what cannot be priced is counted beside the sum.

Example:
    >>> Spent(usd=1.25, tokens=90_000, n_unpriced=3).describe()
    '1.25 USD, 90,000 tokens; attempts of unknown price: 3'
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from pipelines.calls.attempt import Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger_schema import ATTEMPTS, REQUESTS
from pipelines.calls.request import Purpose

_UNBILLED = sorted(outcome for outcome in Outcome if not outcome.is_billed)
_IS_UNPRICED = sa.and_(ATTEMPTS.c.cost_usd.is_(None), ATTEMPTS.c.outcome.not_in(_UNBILLED))
_TOKENS = ATTEMPTS.c.prompt_tokens, ATTEMPTS.c.completion_tokens
_IS_UNTOLD = sa.and_(ATTEMPTS.c.outcome.not_in(_UNBILLED), sa.or_(*(one.is_(None) for one in (*_TOKENS, ATTEMPTS.c.cost_usd))))
_N_UNPRICED = sa.func.count().filter(_IS_UNPRICED)


@dataclass(frozen=True, slots=True)
class Spent:
    """What attempts have used up so far."""

    usd: float = 0.0  # of those whose price is known
    tokens: int = 0  # prompt and completion, as far as endpoints told them
    n_unpriced: int = 0  # attempts that may have cost something, nobody knows what

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(self.usd + other.usd, self.tokens + other.tokens, self.n_unpriced + other.n_unpriced)

    def describe(self) -> str:
        """Return the sums in one line."""
        unpriced = f"; attempts of unknown price: {self.n_unpriced:,}" if self.n_unpriced else ""
        return f"{self.usd:,.2f} USD, {self.tokens:,} tokens{unpriced}"


@dataclass(frozen=True, slots=True)
class Untold:
    """An attempt that may have been charged for, and of which tokens or price are not known."""

    model: str
    executor: Executor
    body: str = field(repr=False)  # of its request
    prompt_tokens: int | None
    completion_tokens: int | None
    is_priced: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What attempts from a certain one on have used up."""

    last_id: int  # of the last attempt that is counted in
    told: Spent
    untold: tuple[Untold, ...]


@dataclass(frozen=True, slots=True)
class CallTotal:
    """The attempts of one endpoint, model, purpose and outcome."""

    endpoint: str
    model: str
    purpose: str
    outcome: str
    n_attempts: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None  # None where no price is known
    n_unpriced: int


@dataclass(frozen=True, slots=True)
class AnswerSize:
    """How long the answers of one model to one kind of request were."""

    n_answers: int
    completion_tokens: int  # of all of them


def sum_all(connection: sa.Connection) -> Spent:
    """Return what all attempts have used up."""
    columns = sa.func.sum(ATTEMPTS.c.cost_usd), _sum(ATTEMPTS.c.prompt_tokens), _sum(ATTEMPTS.c.completion_tokens)
    usd, prompt, completion, n_unpriced = connection.execute(sa.select(*columns, _N_UNPRICED)).one()
    return Spent(usd or 0.0, prompt + completion, n_unpriced)


def sum_after(connection: sa.Connection, last_id: int) -> Used:
    """Return what the attempts after one have used up, and of those that do not tell what is known."""
    sums = sa.func.max(ATTEMPTS.c.id), sa.func.sum(ATTEMPTS.c.cost_usd), *map(_sum, _TOKENS), _N_UNPRICED
    is_new = ATTEMPTS.c.id > last_id
    newest, usd, prompt, completion, n_unpriced = tuple(connection.execute(sa.select(*sums).where(is_new)).one())
    columns = REQUESTS.c.model, ATTEMPTS.c.executor, REQUESTS.c.body, *_TOKENS, ATTEMPTS.c.cost_usd
    joined = ATTEMPTS.join(REQUESTS, REQUESTS.c.key == ATTEMPTS.c.key)
    untold = tuple(
        Untold(row.model, Executor(row.executor), row.body, row.prompt_tokens, row.completion_tokens, row.cost_usd is not None)
        for row in connection.execute(sa.select(*columns).select_from(joined).where(is_new, _IS_UNTOLD))
    )
    return Used(newest or last_id, Spent(usd or 0.0, prompt + completion, n_unpriced), untold)


def sum_by_kind(connection: sa.Connection) -> list[CallTotal]:
    """Return what was used up per endpoint, model, purpose and outcome, in that order."""
    kind = (
        ATTEMPTS.c.endpoint,
        sa.func.coalesce(REQUESTS.c.model, "unknown"),
        sa.func.coalesce(REQUESTS.c.purpose, "unknown"),
        ATTEMPTS.c.outcome,
    )
    sums = _sum(ATTEMPTS.c.prompt_tokens), _sum(ATTEMPTS.c.completion_tokens), sa.func.sum(ATTEMPTS.c.cost_usd)
    joined = ATTEMPTS.outerjoin(REQUESTS, REQUESTS.c.key == ATTEMPTS.c.key)
    statement = sa.select(*kind, sa.func.count(), *sums, _N_UNPRICED).select_from(joined)
    return [CallTotal(*row) for row in connection.execute(statement.group_by(*kind).order_by(*kind))]


def measure_answers(connection: sa.Connection) -> dict[tuple[str, Purpose], AnswerSize]:
    """Return how long answers were, by model and purpose, of those whose tokens are known."""
    kind = REQUESTS.c.model, REQUESTS.c.purpose
    statement = (
        sa.select(*kind, sa.func.count(), sa.func.sum(ATTEMPTS.c.completion_tokens))
        .select_from(ATTEMPTS.join(REQUESTS, REQUESTS.c.key == ATTEMPTS.c.key))
        .where(ATTEMPTS.c.outcome == str(Outcome.ANSWERED), ATTEMPTS.c.completion_tokens.is_not(None))
        .group_by(*kind)
        .order_by(*kind)
    )
    rows = connection.execute(statement)
    return {(model, Purpose(purpose)): AnswerSize(n_answers, tokens) for model, purpose, n_answers, tokens in rows}


def _sum(column: sa.Column[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)
