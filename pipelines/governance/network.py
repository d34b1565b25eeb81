"""Which machines count as local, and looking up where a host name leads.

Local are loopback and the private ranges of RFC 1918 and RFC 4193. Link-local addresses are not: 169.254.169.254 is where cloud
providers serve a machine's credentials, and fd00:ec2::/32 (Amazon) and fd20:ce::/32 (Google) are the same within the private
range.

Example:
    >>> [is_local(address) for address in ("127.0.0.1", "10.4.0.7", "8.8.8.8", "::ffff:8.8.8.8", "169.254.169.254")]
    [True, True, False, False, False]
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host and port, the preferred one first; OSError where there is none."""

_LOCAL = tuple(
    ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_CLOUD_METADATA = (ip_network("fd00:ec2::/32"), ip_network("fd20:ce::/32"))


def is_local(address: str) -> bool:
    """Return whether an IP address is loopback or private; an IPv4 address in IPv6 dress is judged as what it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in one for one in _LOCAL) and not any(parsed in one for one in _CLOUD_METADATA)


def resolve_addresses(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses that the system's resolver gives, each once, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
