import socket
import threading

import pytest
from werkzeug import Response

from pipelines.calls.client import EndpointError
from pipelines.calls.kinds import Executor
from pipelines.governance.egress import EgressError
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import MockEndpoint, asking, make_requests


class Listener:
    """Counts the connections that somebody opens, and the bytes that come."""

    def __init__(self) -> None:
        self.n_connections = self.n_bytes = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.n_connections += 1
            with connection:
                self.n_bytes += len(connection.recv(1024))

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.mark.parametrize("executor", list(Executor))
def test_one_denied_source_among_many_requests_sends_zero_bytes(tmp_path, executor):
    requests = [*make_requests(5), *make_requests(1, (Source.ODIR, Source.MS_CXR_T), "denied")]
    with Listener() as other, asking(tmp_path, other.url, executor) as ask:
        with pytest.raises(EgressError, match="ms_cxr_t"):
            ask(requests)
        assert ask.desk.ledger.verify() == 0
    assert (other.n_connections, other.n_bytes) == (0, 0)
    assert not (tmp_path / "calls" / "mock").exists()


def test_changed_base_url_sends_zero_bytes_to_the_other_server(tmp_path):
    with Listener() as other, MockEndpoint() as approved, asking(tmp_path, approved.url, base_url=f"{other.url}/v1") as ask:
        requests = make_requests(2)
        with pytest.raises(EgressError, match="base_url of the settings leads to"):
            ask(requests)
    assert (other.n_connections, other.n_bytes) == (0, 0)


def test_redirect_sends_zero_bytes_to_the_other_server(tmp_path):
    with Listener() as other:
        to_other = Response(status=307, headers={"Location": f"{other.url}/v1/chat/completions"})
        with MockEndpoint(lambda n_before, body: to_other) as approved, asking(tmp_path, approved.url) as ask:
            requests = make_requests(2)
            with pytest.raises(EndpointError, match="redirects"):
                ask(requests)
    assert (other.n_connections, other.n_bytes) == (0, 0)


def test_answers_of_the_ledger_need_no_permission_for_nothing_goes_anywhere(tmp_path):
    requests = make_requests(2)
    with MockEndpoint() as server:
        with asking(tmp_path, server.url) as ask:
            answers = ask(requests)
        with Listener() as other, asking(tmp_path, server.url, base_url=f"{other.url}/v1") as ask:
            assert ask(requests) == answers
        assert other.n_connections == 0


def test_the_plan_is_told_before_anything_is_sent_and_in_counts_alone(tmp_path):
    said: list[str] = []
    with MockEndpoint() as server, asking(tmp_path, server.url, said=said) as ask:
        ask(make_requests(2))
        ask(make_requests(3))
    first, second = (line.splitlines()[0] for line in said)
    assert first == "asking mock; calls planned: 2, of which 0 are done (cost 0) and 2 open"
    assert second == "asking mock; calls planned: 3, of which 2 are done (cost 0) and 1 open"
