"""What came of sending a request once: one row of the ledger, whatever happened.

Example:
    >>> Outcome.REFUSED.is_final, Outcome.RATE_LIMITED.is_final
    (True, False)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest


class Outcome(StrEnum):
    """What came of one attempt. A final one is never asked again; after any other the request is still open."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the model declined: message.refusal
    CUT_OFF = "cut_off"  # finish_reason "length"
    FILTERED = "filtered"  # finish_reason "content_filter", or the error of that name
    NOT_ACCEPTED = "not_accepted"  # 4xx other than 408, 409 and 429: this request will never do
    RATE_LIMITED = "rate_limited"  # 429
    SERVER_ERROR = "server_error"  # 5xx, 408, 409
    TIMED_OUT = "timed_out"
    NOT_REACHED = "not_reached"  # no connection
    BROKEN_OFF = "broken_off"  # connected, and the connection broke before the whole reply: it may have been charged
    NOT_A_COMPLETION = "not_a_completion"  # 200, but truncated or no chat completion
    MISCONFIGURED = "misconfigured"  # 3xx, 401, 403, 404, no credit: the endpoint's settings are wrong, not this request

    @property
    def is_final(self) -> bool:
        """Whether the request is thereby done with."""
        return self in _FINAL

    @property
    def is_billed(self) -> bool:
        """Whether the endpoint may have charged for it."""
        return self not in _UNBILLED


_UNBILLED = frozenset(
    {Outcome.NOT_ACCEPTED, Outcome.MISCONFIGURED, Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.NOT_REACHED}
)
_FINAL = frozenset({Outcome.ANSWERED, Outcome.REFUSED, Outcome.CUT_OFF, Outcome.FILTERED, Outcome.NOT_ACCEPTED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one request."""

    key: str  # of the request
    endpoint: str  # its name in the settings
    executor: Executor
    outcome: Outcome
    started: str  # ISO 8601, UTC
    seconds: float
    http_status: int | None = None
    finish_reason: str | None = None
    text: str | None = field(default=None, repr=False)  # the model's words; of a refusal, the refusal
    detail: str | None = None  # of a failure: error type, code, message of the endpoint; never a prompt
    prompt_tokens: int | None = None  # None where the endpoint told none
    completion_tokens: int | None = None
    cost_usd: float | None = None  # None where the price or the tokens are unknown
    price_date: str | None = None  # of the price table's row
    model_echoed: str | None = None  # as the endpoint names it
    system_fingerprint: str | None = None
    request_id: str | None = None  # the endpoint's own


class CallsPendingError(RuntimeError):
    """Requests were handed over and their answers are not there yet; the message says where they lie and what to do next."""


class BudgetSpentError(RuntimeError):
    """The budget stopped a run: what was answered is kept; the message says what was used and how many requests are open."""


class Ask(Protocol):
    """Sends what the ledger has no final attempt of, and returns the final attempt of every request by key.

    A request that found no final outcome within the endpoint's `max_attempts` is missing from the answer. Requests of equal
    key are sent once.

    Raises:
        CallsPendingError, BudgetSpentError: see there. Every attempt made before is in the ledger.
        pipelines.governance.egress.EgressError: a request may not go to this endpoint; nothing was sent.
    """

    def __call__(self, requests: Sequence[CallRequest]) -> Mapping[str, Attempt]:
        """Return the final attempts by key."""
        ...
