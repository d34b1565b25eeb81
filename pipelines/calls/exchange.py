"""One call: a request goes out, and whatever comes of it within the endpoint's timeout is an attempt.

Example:
    >>> Exchanged.__match_args__
    ('attempt', 'retry_after_s', 'is_away')
"""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.client import post
from pipelines.calls.echo import hide_key
from pipelines.calls.kinds import Executor
from pipelines.calls.pacing import read_retry_after
from pipelines.calls.request import CallRequest
from pipelines.calls.response import Reply, Sending, fail, read_reply
from pipelines.choices import Endpoint
from pipelines.governance.transport import find_egress_error

if TYPE_CHECKING:
    from openai import APIConnectionError, AsyncOpenAI


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An attempt, how long the endpoint asks to wait, and whether no connection to it could be opened."""

    attempt: Attempt
    retry_after_s: float | None = None
    is_away: bool = False


async def exchange(
    client: "AsyncOpenAI", name: str, endpoint: Endpoint, request: CallRequest, longest_retry_after_s: float
) -> Exchanged:
    """Send a request once and return what came of it; `timeout_seconds` bounds the whole exchange, slow bodies too.

    Raises:
        pipelines.governance.egress.EgressError: the transport let it not out.
        pipelines.calls.images_in_bodies.ImageChangedError: an image of it is no longer what was planned.
    """
    from openai import APIConnectionError

    content = await asyncio.to_thread(request.render) if request.images else request.render()
    started, begun = datetime.now(UTC), time.perf_counter()

    def sending() -> Sending:
        return Sending(name, Executor.LIVE, started.isoformat(timespec="milliseconds"), time.perf_counter() - begun)

    try:
        async with asyncio.timeout(endpoint.timeout_seconds):
            response = await post(client, endpoint, request, content)
    except TimeoutError:
        return Exchanged(fail(request, sending(), Outcome.TIMED_OUT, f"no whole reply in {endpoint.timeout_seconds:g} s"))
    except APIConnectionError as error:
        return _explain_break(request, sending(), error)
    reply = Reply(response.status_code, response.content, response.headers.get("x-request-id"))
    retry_after_s = read_retry_after(response.headers, datetime.now(UTC), longest_retry_after_s)
    return Exchanged(_without_key(read_reply(request, sending(), reply), client.api_key), retry_after_s)


def _without_key(attempt: Attempt, api_key: str) -> Attempt:
    return attempt if attempt.detail is None else replace(attempt, detail=hide_key(attempt.detail, api_key))


def _explain_break(request: CallRequest, sending: Sending, error: "APIConnectionError") -> Exchanged:
    import httpx2

    denied = find_egress_error(error)
    if denied is not None:
        raise denied from error
    cause = error.__cause__
    detail = type(cause).__name__  # its message may hold the address, never more than that is worth
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Exchanged(fail(request, sending, Outcome.NOT_REACHED, detail), is_away=True)
    outcome = Outcome.TIMED_OUT if isinstance(cause, httpx2.TimeoutException) else Outcome.BROKEN_OFF
    return Exchanged(fail(request, sending, outcome, detail))
