"""Requests and attempts as rows of the call ledger and back, and what is wrong with a row that was changed.

Example:
    >>> whole_text("cut short: " + chr(0xD83D)) == "cut short: " + chr(0xFFFD)
    True
"""

import json
from dataclasses import fields
from typing import Any

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest, Purpose
from pipelines.keys import digest
from pipelines.vocabulary import Source

_FIELDS = tuple(field.name for field in fields(Attempt))


def request_row(request: CallRequest, added: str) -> dict[str, Any]:
    """Return a request's row; the body is parsed here rather than by `request.document`, which would keep it in memory."""
    return {
        "key": request.key,
        "purpose": str(request.purpose),
        "item": request.item,
        "sources": json.dumps(sorted(str(source) for source in request.sources)),
        "prompt_hash": request.prompt_hash,
        "model": str(json.loads(request.body).get("model", "")),
        "body": request.body,
        "sample_index": request.sample_index,
        "added": added,
    }


def as_request(row: dict[str, Any]) -> CallRequest:
    """Return the request of a row."""
    sources = tuple(Source(source) for source in json.loads(row["sources"]))
    return CallRequest(sources, Purpose(row["purpose"]), row["item"], row["prompt_hash"], row["body"], row["sample_index"])


def request_problem(row: dict[str, Any]) -> str | None:
    """Return what is wrong with a request's row; its key is a hash of what was asked, and `model` stands in the body, too."""
    try:
        is_whole = as_request(row).key == row["key"] and row["model"] == str(json.loads(row["body"]).get("model", ""))
        return None if is_whole else "its content is not what was written"
    except ValueError as error:
        return f"its content is not what was written ({error})"


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt's row without its number."""
    row = {name: _plain(getattr(attempt, name)) for name in _FIELDS}
    return row | {"hash": digest(row)}


def as_attempt(row: dict[str, Any]) -> Attempt:
    """Return the attempt of a row."""
    content = {name: row[name] for name in _FIELDS}
    return Attempt(**content | {"executor": Executor(content["executor"]), "outcome": Outcome(content["outcome"])})


def attempt_problem(row: dict[str, Any], expected_id: int) -> str | None:
    """Return what is wrong with an attempt's row, of which `expected_id` should be the number."""
    if row["id"] != expected_id:
        return f"attempt {expected_id} should stand here; attempts were removed"
    return None if digest({name: row[name] for name in _FIELDS}) == row["hash"] else "its content is not what was written"


def whole_text(text: str) -> str:
    """Return a text as UTF-8 can hold it: half a surrogate pair, as in an answer cut off inside an emoji, becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(str(value))
    return value
