"""What may be told of an endpoint's error: its status, type, code and parameter, and its message where that repeats no prompt.

Servers echo what they were sent, so a message is kept only if it is no echo (`pipelines.calls.echo`).
Error bodies: https://platform.openai.com/docs/guides/error-codes, vLLM's and llama.cpp's.

Example:
    >>> tell_failure('{"model":"m"}', 429, b'{"error":{"code":"rate_limit_exceeded","message":"Slow down."}}').detail
    'status 429, code rate_limit_exceeded: Slow down.'
    >>> tell_failure('{"content":"Mrs Roe, born in 1950 in Leeds"}', 400, b'{"error":"bad: Mrs Roe, born in 1950"}').detail
    'status 400: (message withheld: it repeats the request)'
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.calls.echo import is_name, repeats, tell_printable

LONGEST_MESSAGE = 300
ABOUT_FORM = "about the response format"
_OF_THE_FORM = re.compile(r"response_?format|json_?\s?(?:schema|object|mode)|structured.?output|guided|grammar", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """An endpoint's error: its type and code as found, and what may be kept of it."""

    codes: frozenset[str]
    names: str  # status, type, code, parameter
    detail: str  # the same, and the message where it may be kept


def tell_failure(request_body: str, status: int, reply_body: bytes) -> Failure:
    """Return what may be told of an error reply."""
    error, message = _find_error(reply_body)
    names = {part: name for part in ("type", "code", "param") if (name := _named(error.get(part), request_body)) is not None}
    told = [f"status {status}", *(f"{part} {name}" for part, name in names.items())]
    if _OF_THE_FORM.search(f"{message} {error.get('param')}"):
        told.append(ABOUT_FORM)
    detail = listed = ", ".join(told)
    if message:
        kept = tell_printable(message, LONGEST_MESSAGE)
        detail += ": " + ("(message withheld: it repeats the request)" if repeats(kept, request_body) else kept)
    inner = error.get("innererror")
    codes = {name for part, name in names.items() if part != "param"}
    if isinstance(inner, Mapping) and isinstance(inner.get("code"), str):  # Azure's content filter
        codes.add(str(inner["code"]))
    return Failure(frozenset(codes), listed, detail)


def _find_error(reply_body: bytes) -> tuple[Mapping[str, object], str]:
    """An object under "error" (OpenAI, llama.cpp), the object itself (older vLLM), or a bare text (vLLM's files)."""
    try:
        document = json.loads(reply_body)
    except (ValueError, RecursionError):
        return {}, ""  # a proxy's HTML page, or nothing
    error = document.get("error", document) if isinstance(document, Mapping) else document
    if isinstance(error, str):
        return {}, error
    if not isinstance(error, Mapping):
        return {}, ""
    message = error.get("message")
    return error, message if isinstance(message, str) else ""


def _named(value: object, request_body: str) -> str | None:
    """A type, code or parameter is kept where it looks like a name, not like words."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and is_name(value) and not repeats(value, request_body):
        return value
    return None
