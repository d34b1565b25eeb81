"""Does an endpoint answer? One GET of its list of models, through the same guarded transport as every prompt.

Example:
    >>> from pathlib import Path
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    >>> [finding.advice for finding in try_endpoint("here", endpoint, load_policy(Path("none.toml")), Level.PROBLEM)]
    ['if it may be sent prompts, add [endpoints.here] with url = "http://127.0.0.1:8000" and place to none.toml']
"""

import json
from collections.abc import Iterator
from typing import Any

from pipelines.calls.client import EndpointError, open_batch_client
from pipelines.calls.kinds import ApiKind
from pipelines.choices import Endpoint
from pipelines.doctor.finding import Area, Finding, Level, catch, explain_error
from pipelines.doctor.uses import list_uses
from pipelines.governance.egress import EgressError, check_endpoint
from pipelines.governance.policy import Policy, load_policy
from pipelines.governance.transport import find_egress_error, open_sync_http_client
from pipelines.settings import Settings

_SECONDS = 10.0  # to wait: a list of models is no answer of a model
_EXPECTED = "a list of models"
_ADVICE = {401: "check its key", 403: "check its key, and whether this machine may use it", 404: "check the path of base_url"}


def try_endpoints(settings: Settings) -> Iterator[Finding]:
    """Yield whether each endpoint of the settings answers that the policy approves; the others are told without asking them."""
    policy = load_policy(settings.policy)
    used = {use.name for use in list_uses(settings)}
    for name, endpoint in settings.endpoints.items():
        if not _is_approved(name, endpoint, policy):
            continue
        bad = Level.PROBLEM if name in used else Level.WARNING
        what, where = f"{name}: answer", f"endpoints.{name}"
        yield from catch(Area.ENDPOINTS, what, where, lambda one=(name, endpoint, policy, bad): try_endpoint(*one))


def _is_approved(name: str, endpoint: Endpoint, policy: Policy) -> bool:
    try:
        check_endpoint(name, endpoint, policy)
    except EgressError:
        return False
    return True


def try_endpoint(name: str, endpoint: Endpoint, policy: Policy, bad: Level) -> Iterator[Finding]:
    """Yield whether an endpoint answers and serves its model. Nothing that it says is repeated: it may quote the key."""
    what, where = f"{name}: answer", endpoint.base_url
    hurried = endpoint.model_copy(update={"timeout_seconds": min(_SECONDS, endpoint.timeout_seconds)})
    try:
        with open_sync_http_client(name, hurried, policy, max_connections=1) as http:
            status, body = _get_models(name, hurried, http)
    except (EgressError, EndpointError) as error:
        yield explain_error(Area.ENDPOINTS, what, f"endpoints.{name}", error, bad, _EXPECTED)
    except Exception as error:
        if (denial := find_egress_error(error)) is not None:
            yield explain_error(Area.ENDPOINTS, what, where, denial, bad, _EXPECTED)
            return
        advice = "start the server, or check base_url, the network and its firewall"
        yield Finding(Area.ENDPOINTS, bad, what, where, _name_failure(error), _EXPECTED, advice)
    else:
        yield _judge_answer(Finding(Area.ENDPOINTS, bad, what, where, "", _EXPECTED), endpoint, status, body)


def _get_models(name: str, endpoint: Endpoint, http: Any) -> tuple[int, bytes]:
    import httpx2
    from openai import APIStatusError

    try:
        response = open_batch_client(name, endpoint, http).get("/models", cast_to=httpx2.Response)
    except APIStatusError as error:
        return error.response.status_code, b""
    return response.status_code, response.content


def _name_failure(error: BaseException) -> str:
    """Return the innermost cause's type: messages of libraries may quote a header, which holds the key."""
    while error.__cause__ is not None:
        error = error.__cause__
    number = getattr(error, "strerror", None)
    return f"no answer: {type(error).__name__}" + (f" ({number})" if number else "")


def _judge_answer(row: Finding, endpoint: Endpoint, status: int, body: bytes) -> Finding:
    if status != 200:
        advice = _ADVICE.get(status, "set base_url to where it really is" if status < 400 else "see the server's own log")
        return _with(row, row.level, f"HTTP {status}", row.expected, advice)
    models = _read_models(body)
    if models is None:
        return _with(row, row.level, "an answer that is no list of models", row.expected, "check the path of base_url (/v1)")
    got = f"{len(models)} model(s)"
    # Azure lists models, while settings name a deployment of one.
    if endpoint.api is ApiKind.OPENAI and endpoint.model not in models:
        advice = "write the model's name as the endpoint lists it; some servers take any name"
        return _with(row, Level.WARNING, f"{got}, {endpoint.model!r} is none of them", f"model {endpoint.model!r}", advice)
    return _with(row, Level.OK, got, row.expected, "")


def _with(row: Finding, level: Level, got: str, expected: str, advice: str) -> Finding:
    return Finding(row.area, level, row.what, row.where, got, expected, advice)


def _read_models(body: bytes) -> frozenset[str] | None:
    try:
        listed = json.loads(body)["data"]
        return frozenset(str(one["id"]) for one in listed)
    except (ValueError, KeyError, TypeError):
        return None
