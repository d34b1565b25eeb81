"""What an endpoint's reply means: one chat completion, live or from a Batch file's line, becomes one attempt.

A reply is judged by what it holds, never by its status alone: a 200 may be cut short, a refusal or no completion at all, and a
400 may be a content filter. Nothing of a failure's text is kept that could repeat the prompt, since some servers echo it.

Example:
    >>> from pipelines.calls.request import Purpose
    >>> body = b'{"choices":[{"finish_reason":"stop","message":{"content":"Stable."}}],"model":"m"}'
    >>> request = CallRequest((), Purpose.WRITE, "group-1", "0" * 64, '{"messages":[],"model":"m"}')
    >>> attempt = read_reply(request, Sending("here", Executor.LIVE, "2026-11-22T09:00:00+00:00", 0.2), Reply(200, body))
    >>> attempt.outcome, attempt.text
    (<Outcome.ANSWERED: 'answered'>, 'Stable.')
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.echo import repeats_prompt, tell_printable
from pipelines.calls.failure import tell_failure
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest

LONGEST_NAME = 200  # of what an endpoint calls its model, fingerprint or request: longer ones are cut
WITHHELD = "(withheld: it repeats the request)"
MOST_TOKENS = 2**31  # of one call; more is no count, and sums of those would leave what SQLite can add
_HALF_LETTER = re.compile("[\ud800-\udfff]")
_OF_THE_SETTINGS = frozenset({401, 403, 404})
_PASSING = frozenset({408, 409})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})


@dataclass(frozen=True)
class Sending:
    """Who was asked, how, when (ISO 8601, UTC) and for how long."""

    endpoint: str
    executor: Executor
    started: str
    seconds: float


@dataclass(frozen=True)
class Reply:
    """A reply as it came: HTTP status, body, and the endpoint's own id of the request."""

    status: int
    body: bytes = field(repr=False)
    request_id: str | None = None


def fail(request: CallRequest, sending: Sending, outcome: Outcome, detail: str, reply: Reply | None = None) -> Attempt:
    """Return the attempt of a call that brought no completion."""
    return Attempt(
        key=request.key,
        endpoint=sending.endpoint,
        executor=sending.executor,
        outcome=outcome,
        started=sending.started,
        seconds=sending.seconds,
        http_status=None if reply is None else reply.status,
        detail=detail,
        request_id=None if reply is None else _name(reply.request_id, request),
    )


def read_reply(request: CallRequest, sending: Sending, reply: Reply) -> Attempt:
    """Return the attempt that a reply amounts to, without its price."""
    if not 200 <= reply.status < 300:
        return _read_failure(request, sending, reply)
    try:
        document = json.loads(reply.body)
        choice = document["choices"][0]
        message = choice["message"]
        finish_reason = _name(choice.get("finish_reason"), request)
        outcome, text = _judge(finish_reason, message.get("refusal"), message.get("content"))
    except _Unreadable as problem:
        return fail(request, sending, Outcome.NOT_A_COMPLETION, str(problem), reply)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        detail = f"{len(reply.body)} bytes that are no chat completion ({type(error).__name__})"
        return fail(request, sending, Outcome.NOT_A_COMPLETION, detail, reply)
    usage = document.get("usage")
    return Attempt(
        key=request.key,
        endpoint=sending.endpoint,
        executor=sending.executor,
        outcome=outcome,
        started=sending.started,
        seconds=sending.seconds,
        http_status=reply.status,
        finish_reason=finish_reason,
        text=text,
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
        model_echoed=_name(document.get("model"), request),
        system_fingerprint=_name(document.get("system_fingerprint"), request),
        request_id=_name(reply.request_id, request),
    )


class _Unreadable(Exception):
    """A completion that holds no usable text."""


def _judge(finish_reason: str | None, refusal: object, content: object) -> tuple[Outcome, str | None]:
    for words in (refusal, content):
        if words is not None and not isinstance(words, str):
            raise _Unreadable(f"the message's text is a {type(words).__name__}, not a string")
        if isinstance(words, str) and _HALF_LETTER.search(words):
            raise _Unreadable("the message's text holds half of a surrogate pair: a letter was cut in two")
    text = content if isinstance(content, str) and content.strip() else None
    if isinstance(refusal, str) and refusal.strip():
        return Outcome.REFUSED, refusal
    if finish_reason == "content_filter":
        return Outcome.FILTERED, text
    if finish_reason == "length":
        return Outcome.CUT_OFF, text
    if text is None:
        raise _Unreadable(f"an empty message, finish_reason {finish_reason}")
    return Outcome.ANSWERED, text


def _read_failure(request: CallRequest, sending: Sending, reply: Reply) -> Attempt:
    failure = tell_failure(request.body, reply.status, reply.body)
    return fail(request, sending, _judge_status(reply.status, failure.codes), failure.detail, reply)


def _judge_status(status: int, codes: frozenset[str]) -> Outcome:
    if "content_filter" in codes or "ResponsibleAIPolicyViolation" in codes:
        return Outcome.FILTERED
    if status in _OF_THE_SETTINGS or status < 400 or codes & _NO_CREDIT:
        return Outcome.MISCONFIGURED
    if status == 429:
        return Outcome.RATE_LIMITED
    if status >= 500 or status in _PASSING:
        return Outcome.SERVER_ERROR
    return Outcome.NOT_ACCEPTED


def _name(value: object, request: CallRequest) -> str | None:
    """What an endpoint calls its model, or the end of an answer, stands in tables and messages: no prompt may pass for it."""
    if not isinstance(value, str):
        return None
    name = tell_printable(value, LONGEST_NAME)
    return WITHHELD if repeats_prompt(name, request.body) else name


def _count(usage: object, key: str) -> int | None:
    value: Any = usage.get(key) if isinstance(usage, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_TOKENS else None
