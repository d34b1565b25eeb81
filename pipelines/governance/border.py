"""What one HTTP client may reach: the check of every request, and the addresses of a local endpoint, looked up and checked.

Where the endpoint is local, every address of its host must be loopback or private, and the connection goes to the address that
was checked, under the host's own name (`Host`, TLS server name), so that a name server which answers otherwise a moment later
changes nothing.

Example:
    >>> border = Border("here", WebOrigin.parse("http://127.0.0.1:8000"), Place.LOCAL)
    >>> border.check(httpx2.Request("GET", "http://127.0.0.1:8001/v1/models"))
    Traceback (most recent call last):
    pipelines.governance.egress.EgressError: a request to http://127.0.0.1:8001 was stopped: endpoint here is http://127.0.0.1:8000
"""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

from pipelines.governance.egress import EgressError
from pipelines.governance.network import Resolve, is_local, resolve_addresses
from pipelines.governance.policy_file import Place
from pipelines.governance.web_origin import WebOrigin

# What a caller could use to send an approved-looking request elsewhere, below what the URL says.
_REFUSED_EXTENSIONS = ("target", "sni_hostname")


@dataclass(frozen=True)
class Border:
    """What one client may reach."""

    name: str  # of the endpoint
    origin: WebOrigin
    place: Place
    resolve: Resolve = resolve_addresses

    def check(self, request: httpx2.Request) -> None:
        """Raise EgressError unless the request goes to the approved origin, and to nowhere else by any of its parts."""
        url = request.url
        origin = WebOrigin(url.scheme, url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme, 0))
        if origin != self.origin:
            raise EgressError(f"a request to {origin} was stopped: endpoint {self.name} is {self.origin}")
        if url.userinfo:
            raise EgressError(f"a request to {origin} with a user name in its URL was stopped: endpoint {self.name} has none")
        hosts = [value for key, value in request.headers.multi_items() if key.lower() == "host"]
        if hosts != [self.origin.netloc]:
            raise EgressError(f"a request for host {hosts} was stopped: endpoint {self.name} is {self.origin.netloc}")
        refused = [key for key in _REFUSED_EXTENSIONS if key in request.extensions]
        if refused:
            raise EgressError(f"a request to {origin} that redirects its {', '.join(refused)} was stopped")

    def find_addresses(self) -> Sequence[str]:
        """Return the hosts to connect to, the preferred one first: of a local endpoint, addresses that were checked.

        Raises:
            EgressError: a local endpoint's host has an address that is neither loopback nor private.
            httpx2.ConnectError: it has none.
        """
        if self.place is Place.REMOTE:
            return (self.origin.host,)  # who answers there is shown by its certificate
        found = (self.origin.host,) if self.origin.is_address else self._look_up()
        strange = [address for address in found if not is_local(address)]
        if strange:
            raise EgressError(
                f"nothing was sent to endpoint {self.name}: its place is local, but {self.origin.host} leads to "
                f"{', '.join(strange)}, neither loopback nor private; mend the name or approve it as remote"
            )
        return found

    def _look_up(self) -> Sequence[str]:
        try:
            found = self.resolve(self.origin.host, self.origin.port)
        except OSError as error:
            raise httpx2.ConnectError(f"{self.origin.host}: {error}") from error
        if not found:
            raise httpx2.ConnectError(f"{self.origin.host} has no address")
        return found

    def aim(self, request: httpx2.Request, address: str) -> httpx2.Request:
        """Return the request aimed at a checked address, its `Host` header and TLS server name those of the endpoint."""
        if address == self.origin.host:
            return request
        return httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": self.origin.host},
        )
