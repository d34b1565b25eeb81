"""The border: HTTP clients that let nothing out but requests to the approved scheme, host and port.

A request is refused before a byte leaves, a name lookup included, whatever built it: a redirect, another base_url, a link in an
answer. No proxy, credentials or certificates are taken from the environment, no redirect is followed, no Unix socket is used.

Example:
    >>> from pathlib import Path
    >>> from pipelines.governance.policy import load_policy
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    >>> open_sync_http_client("here", endpoint, load_policy(Path("none.toml")), max_connections=1)
    Traceback (most recent call last):
    pipelines.governance.egress.EgressError: endpoint here is not approved; if it may be ...
"""

import asyncio
from collections.abc import Sequence

import httpx2

from pipelines.choices import Endpoint
from pipelines.governance.border import Border
from pipelines.governance.egress import EgressError, check_endpoint
from pipelines.governance.network import Resolve, resolve_addresses
from pipelines.governance.policy import Policy

_NOT_CONNECTED = (httpx2.ConnectError, httpx2.ConnectTimeout)  # nothing of the request was sent


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends what the border lets through. A host is looked up once, and again after a connection to it failed."""

    def __init__(self, border: Border, inner: httpx2.AsyncHTTPTransport) -> None:
        """Guard `inner`, which must know no proxy."""
        self._border, self._inner = border, inner
        self._addresses: Sequence[str] = ()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response; EgressError where the request may not leave."""
        self._border.check(request)
        failure: Exception | None = None
        for address in self._addresses or await self._find_addresses():
            try:
                response = await self._inner.handle_async_request(self._border.aim(request, address))
            except _NOT_CONNECTED as error:
                failure = error
            else:
                self._addresses = (address,)
                return response
        self._addresses = ()
        raise failure or httpx2.ConnectError("no address to connect to")

    async def _find_addresses(self) -> Sequence[str]:
        return await asyncio.to_thread(self._border.find_addresses)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class SyncGuardedTransport(httpx2.BaseTransport):
    """The same for clients that are not asynchronous."""

    def __init__(self, border: Border, inner: httpx2.HTTPTransport) -> None:
        """Guard `inner`, which must know no proxy."""
        self._border, self._inner = border, inner
        self._addresses: Sequence[str] = ()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response; EgressError where the request may not leave."""
        self._border.check(request)
        failure: Exception | None = None
        for address in self._addresses or self._border.find_addresses():
            try:
                response = self._inner.handle_request(self._border.aim(request, address))
            except _NOT_CONNECTED as error:
                failure = error
            else:
                self._addresses = (address,)
                return response
        self._addresses = ()
        raise failure or httpx2.ConnectError("no address to connect to")

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def open_http_client(
    name: str, endpoint: Endpoint, policy: Policy, *, max_connections: int, resolve: Resolve = resolve_addresses
) -> httpx2.AsyncClient:
    """Return an asynchronous client that reaches the endpoint and nothing else, for `AsyncOpenAI(http_client=...)`.

    An EgressError of a request passes through the openai client (3.54) as it is, and is not retried there; who catches more
    broadly asks `find_egress_error`. `resolve` is for tests.

    Raises:
        EgressError: the policy does not approve the endpoint, or another address of it.
    """
    border = _open_border(name, endpoint, policy, resolve)
    inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=_limit(max_connections))
    timeout = httpx2.Timeout(endpoint.timeout_seconds)
    return httpx2.AsyncClient(
        transport=GuardedTransport(border, inner), trust_env=False, follow_redirects=False, timeout=timeout
    )


def open_sync_http_client(
    name: str, endpoint: Endpoint, policy: Policy, *, max_connections: int, resolve: Resolve = resolve_addresses
) -> httpx2.Client:
    """Return the same as a client that is not asynchronous, for `OpenAI(http_client=...)`."""
    border = _open_border(name, endpoint, policy, resolve)
    inner = httpx2.HTTPTransport(trust_env=False, limits=_limit(max_connections))
    timeout = httpx2.Timeout(endpoint.timeout_seconds)
    return httpx2.Client(
        transport=SyncGuardedTransport(border, inner), trust_env=False, follow_redirects=False, timeout=timeout
    )


def find_egress_error(error: BaseException) -> EgressError | None:
    """Return the EgressError that an error is or was raised from, however a library wrapped it; None where there is none."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, EgressError):
        seen = seen.__cause__ or seen.__context__
    return seen


def _open_border(name: str, endpoint: Endpoint, policy: Policy, resolve: Resolve) -> Border:
    approved = check_endpoint(name, endpoint, policy)
    return Border(name, approved.origin, approved.place, resolve)


def _limit(max_connections: int) -> httpx2.Limits:
    return httpx2.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
