"""The openai client of an endpoint, made of its settings alone: nothing of it comes from the environment but the named key.

What the library would read from OPENAI_* variables is switched off by `pipelines.governance.openai_arguments`; redirects and
proxies are the transport's to refuse. The library is imported when a client is opened, for it takes a second that no code
location should wait for.

Example:
    >>> read_api_key("local", Endpoint(base_url="http://127.0.0.1:8080/v1", model="m"), {}) is None
    True
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipelines.calls.attempt import Attempt
from pipelines.calls.kinds import ApiKind
from pipelines.calls.request import CallRequest
from pipelines.choices import Endpoint
from pipelines.governance.openai_arguments import build_openai_arguments

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI, OpenAI


class EndpointError(RuntimeError):
    """The endpoint cannot be used as it is set up, or is away; the message says what to mend. No request is done with."""


def read_api_key(name: str, endpoint: Endpoint, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the key from the variable that the settings name.

    Raises:
        EndpointError: the variable is unset or empty.
    """
    variable = endpoint.api_key_variable
    if variable is None:
        return None
    key = environment.get(variable, "").strip()
    if not key:
        raise EndpointError(
            f"endpoints.{name}: its key is expected in the environment variable {variable}, which is not set; set it, or remove"
            " api_key_variable where the endpoint needs no key"
        )
    return key


def open_client(name: str, endpoint: Endpoint, http_client: "httpx2.AsyncClient") -> "AsyncOpenAI":
    """Return the asynchronous client; closing it closes the HTTP client.

    Raises:
        EndpointError: no key. pipelines.governance.egress.EgressError: a setting that no client may be made of.
    """
    from openai import AsyncAzureOpenAI, AsyncOpenAI

    arguments = _build_arguments(name, endpoint)
    return (AsyncAzureOpenAI if endpoint.api is ApiKind.AZURE else AsyncOpenAI)(**arguments, http_client=http_client)


def open_batch_client(name: str, endpoint: Endpoint, http_client: "httpx2.Client") -> "OpenAI":
    """Return the client that uploads, watches and fetches batches. Closes and raises as `open_client`'s."""
    from openai import AzureOpenAI, OpenAI

    arguments = _build_arguments(name, endpoint)
    return (AzureOpenAI if endpoint.api is ApiKind.AZURE else OpenAI)(**arguments, http_client=http_client)


async def post(client: "AsyncOpenAI", endpoint: Endpoint, request: CallRequest, content: bytes) -> "httpx2.Response":
    """Send a request's rendered body: byte for byte, once. Returns the reply whatever its status.

    Raises:
        openai.APIConnectionError (and of it, openai.APITimeoutError): no whole reply; the transport's error is its cause.
    """
    import httpx2
    from openai import APIStatusError

    path = "/chat/completions"
    if endpoint.api is ApiKind.AZURE:
        path = f"/deployments/{quote(request.model, safe='')}{path}"
    try:
        return await client.post(path, content=content, cast_to=httpx2.Response)
    except APIStatusError as error:
        return error.response


def explain_misconfiguration(name: str, endpoint: Endpoint, attempt: Attempt) -> EndpointError:
    """Return the error that says what to mend of an endpoint that turned a call away for what its settings say."""
    advice = {
        401: f"check the key in {endpoint.api_key_variable}"
        if endpoint.api_key_variable
        else "it wants a key: set api_key_variable",
        403: "the key may not use this model, or this address may not use the key",
        404: f"check base_url {endpoint.base_url} and that it serves the model {endpoint.model!r}",
        429: "the account has no credit left: add some, or use another endpoint",
    }
    status = attempt.http_status or 0
    what = (
        "it redirects, and no redirect is followed: set base_url to where it really is" if status < 400 else advice.get(status)
    )
    return EndpointError(f"endpoints.{name}: {attempt.detail}; {what or 'check its settings'}; answers before it are kept")


def _build_arguments(name: str, endpoint: Endpoint) -> dict[str, Any]:
    arguments = build_openai_arguments(name, endpoint, read_api_key(name, endpoint))
    if endpoint.api is ApiKind.AZURE:  # settings may name the resource alone: https://NAME.openai.azure.com
        root = endpoint.base_url.rstrip("/")
        arguments["base_url"] = root if root.endswith("/openai") else f"{root}/openai"
    return arguments
