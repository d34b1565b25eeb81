"""The scheme, host and port that a request goes to, read so strictly that no two programs can read it differently.

Programs disagree about addresses such as `http://127.0.0.1:80@other.example` or `http://2130706433`. What can be read in two
ways is refused here rather than read: user names, upper case, a trailing dot, numbers that are no plain address, characters
beyond ASCII (write their `xn--` form). The syntax is that of RFC 3986 and RFC 1123, without its leniencies.

Example:
    >>> WebOrigin.of_url("https://api.openai.com/v1") == WebOrigin.parse("https://api.openai.com:443")
    True
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<path>/[A-Za-z0-9._~/-]*)?",
    re.ASCII,
)
_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)  # some resolvers read 2130706433 and 0x7f.1 as 127.0.0.1


@dataclass(frozen=True, slots=True)
class WebOrigin:
    """Where a request goes: two are equal where they lead to the same door."""

    scheme: str  # "http" or "https"
    host: str  # lower case; of an IPv6 address without brackets
    port: int

    @classmethod
    def parse(cls, text: str) -> "WebOrigin":
        """Return the origin of "https://host" or "https://host:port"; ValueError where more or less than that is written."""
        if _match(text)["path"] is not None:
            raise ValueError(f"{text!r} has a path; write scheme, host and port alone: {cls.of_url(text)}")
        return cls.of_url(text)

    @classmethod
    def of_url(cls, text: str) -> "WebOrigin":
        """Return the origin of a URL that may have a path, but no user name, query or fragment; ValueError for any other."""
        parts = _match(text)
        host, port = parts["host"], int(parts["port"] or _DEFAULT_PORTS[parts["scheme"]])
        if port > 65535:
            raise ValueError(f"{text!r} has port {port}; the highest is 65535")
        return cls(parts["scheme"], _read_host(text, host), port)

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, which no name server can change."""
        return ":" in self.host or bool(_NUMERIC_LABEL.fullmatch(self.host.rsplit(".", 1)[-1]))

    @property
    def netloc(self) -> str:
        """Host and port as the `Host` header has them: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return the origin as a URL."""
        return f"{self.scheme}://{self.netloc}"


def _match(text: str) -> re.Match[str]:
    match = _URL.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{_hide_secrets(text)!r} is not of the form https://host:port (http or https, host in lower-case ASCII "
            "without a trailing dot, no user name, query or fragment)"
        )
    return match


def _hide_secrets(text: str) -> str:
    """Return a URL for a message: people put passwords before the host and keys behind a question mark."""
    without_query = re.sub(r"[?#].*", lambda found: f"{found[0][0]}...", text, count=1, flags=re.DOTALL)
    return re.sub(r"^(.*?//)?[^/]*@", r"\1...@", without_query, count=1, flags=re.DOTALL)


def _read_host(text: str, host: str) -> str:
    """Return the host; one that looks like an IP address must be written as such addresses are printed."""
    bare = host.removeprefix("[").removesuffix("]")
    if bare == host and not _NUMERIC_LABEL.fullmatch(host.rsplit(".", 1)[-1]):
        return host
    try:
        canonical = str(ip_address(bare))
    except ValueError:
        raise ValueError(f"{text!r} has a host of numbers that is no plain IP address; write 127.0.0.1 or [::1]") from None
    if canonical != bare or (":" in bare) == (bare == host):
        raise ValueError(f"{text!r} writes its address in an unusual way; write {canonical}")
    return bare
