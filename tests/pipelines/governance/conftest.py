"""A policy in a file, and two servers: 127.0.0.1 is approved, what reaches the other is counted byte for byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.governance.policy import Policy, load_policy

_PING, _CLOSE = b"ping", b"close"


class Listener:
    """A plain TCP server that answers nothing and keeps every byte that it is sent."""

    def __init__(self, host: str) -> None:
        self._socket = socket.create_server((host, 0))
        self.host, self.port = self._socket.getsockname()
        self.n_connections = 0
        self.received = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def was_reached(self) -> bool:
        """Whether any connection was made up to now; those before ours are served before ours."""
        self._tell(_PING)
        return bool(self.n_connections or self.received)

    def _serve(self) -> None:
        data = b""
        while data != _CLOSE:
            connection, _ = self._socket.accept()
            with connection:
                data = _receive(connection)
                if data not in (_PING, _CLOSE):
                    self.n_connections += 1
                    self.received += data

    def _tell(self, word: bytes) -> None:
        with socket.create_connection((self.host, self.port)) as connection:
            connection.sendall(word)
            connection.recv(1)  # returns when the server has read it

    def close(self) -> None:
        self._tell(_CLOSE)
        self._thread.join()
        self._socket.close()


def _receive(connection: socket.socket) -> bytes:
    connection.settimeout(1)
    try:
        return connection.recv(65536)
    except OSError:  # connected, and sent nothing
        return b""


@pytest.fixture
def other() -> Iterator[Listener]:
    """A server on 127.0.0.2, which no policy approves."""
    listener = Listener("127.0.0.2")
    yield listener
    listener.close()


@pytest.fixture
def neighbour() -> Iterator[Listener]:
    """A server on another port of the approved host."""
    listener = Listener("127.0.0.1")
    yield listener
    listener.close()


@pytest.fixture
def make_policy(tmp_path: Path) -> Callable[[str], Policy]:
    """Return the policy of a file with this text."""

    def make(text: str) -> Policy:
        path = tmp_path / "policy.toml"
        path.write_text(text, encoding="utf-8")
        return load_policy(path)

    return make


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    return "127.0.0.1", 0
