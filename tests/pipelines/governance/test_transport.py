"""Nothing but requests to the approved origin leaves, whatever asks for it: the other server receives zero bytes."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2
import pytest
from openai import APIStatusError, AsyncOpenAI, OpenAI
from pytest_httpserver import HTTPServer

from pipelines.choices import Endpoint
from pipelines.governance.border import Border
from pipelines.governance.egress import EgressError
from pipelines.governance.openai_arguments import build_openai_arguments
from pipelines.governance.policy import Policy, load_policy
from pipelines.governance.policy_file import Place
from pipelines.governance.transport import find_egress_error, open_http_client, open_sync_http_client
from pipelines.governance.web_origin import WebOrigin

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3"])

MakePolicy = Callable[[str], Policy]
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
}
QUESTION = "is there an effusion"


class Opened:
    """An endpoint with its policy, asked through either client."""

    def __init__(self, policy: Policy, base_url: str, is_async: bool) -> None:
        self.policy, self.endpoint, self.is_async = policy, Endpoint(base_url=base_url, model="m", timeout_seconds=10), is_async

    def get(
        self,
        url: str,
        n: int = 1,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        headers: dict[str, str] | None = None,
        extensions: dict[str, object] | None = None,
        follow_redirects: bool = False,
    ) -> list[httpx2.Response]:
        more = {} if resolve is None else {"resolve": resolve}
        asked = {"headers": headers, "extensions": extensions, "follow_redirects": follow_redirects}

        async def ask() -> list[httpx2.Response]:
            async with open_http_client("here", self.endpoint, self.policy, max_connections=2, **more) as client:
                return [await client.get(url, **asked) for _ in range(n)]

        if self.is_async:
            return asyncio.run(ask())
        with open_sync_http_client("here", self.endpoint, self.policy, max_connections=2, **more) as client:
            return [client.get(url, **asked) for _ in range(n)]


@pytest.fixture(params=[True, False], ids=["async", "sync"])
def opened(request: pytest.FixtureRequest, make_policy: MakePolicy, httpserver: HTTPServer) -> Opened:
    """The server of pytest-httpserver, approved as local."""
    return _open(make_policy, httpserver.url_for(""), request.param)


@pytest.fixture(params=[True, False], ids=["async", "sync"])
def named(request: pytest.FixtureRequest, make_policy: MakePolicy, httpserver: HTTPServer) -> Opened:
    """The same under the name model.internal."""
    return _open(make_policy, f"http://model.internal:{httpserver.port}", request.param)


def _open(make_policy: MakePolicy, url: str, is_async: bool) -> Opened:
    origin = WebOrigin.of_url(url)
    policy = make_policy(f'[endpoints.here]\nurl = "{origin}"\nplace = "local"\n[sources.vqa_rad]\nendpoints = ["here"]\n')
    return Opened(policy, f"{origin}/v1", is_async)


def test_the_other_server_counts_what_reaches_it(other) -> None:
    with httpx2.Client(trust_env=False, timeout=5) as client, pytest.raises(httpx2.TransportError):
        client.post(other.url, content=b"secret")
    assert other.was_reached
    assert other.received.startswith(b"POST / HTTP/1.1")


def test_the_approved_endpoint_is_reached(opened: Opened, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/models").respond_with_json({"data": []})
    assert [response.status_code for response in opened.get(httpserver.url_for("/v1/models"), n=2)] == [200, 200]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("follow", [False, True])
def test_no_redirect_leads_out(opened: Opened, httpserver: HTTPServer, other, status: int, follow: bool) -> None:
    httpserver.expect_request("/v1/models").respond_with_data("", status, {"Location": f"{other.url}/v1/models"})
    url = httpserver.url_for("/v1/models")
    if follow:
        with pytest.raises(EgressError, match=rf"a request to {other.url} was stopped"):
            opened.get(url, follow_redirects=True)
    else:
        assert opened.get(url)[0].status_code == status
    assert not other.was_reached


def test_no_proxy_of_the_environment_is_used(
    opened: Opened, httpserver: HTTPServer, other, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, other.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    httpserver.expect_request("/v1/models").respond_with_json({})
    assert opened.get(httpserver.url_for("/v1/models"))[0].status_code == 200
    assert not other.was_reached


def test_another_host_or_port_is_refused_before_a_byte_or_a_look_up(opened: Opened, other, neighbour) -> None:
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        looked_up.append(host)
        return ("127.0.0.1",)

    port = WebOrigin.of_url(opened.endpoint.base_url).port
    urls = [
        other.url,
        neighbour.url,
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}@127.0.0.2:{other.port}/v1",
        f"http://127.0.0.1.evil.example:{port}",
        f"ws://127.0.0.1:{port}",
    ]
    for url in urls:
        with pytest.raises(EgressError, match="was stopped"):
            opened.get(url, resolve=resolve)
    assert not (other.was_reached or neighbour.was_reached or looked_up)


def test_a_user_name_in_the_url_is_refused(opened: Opened, httpserver: HTTPServer) -> None:
    with pytest.raises(EgressError, match="with a user name"):
        opened.get(httpserver.url_for("/v1").replace("http://", "http://127.0.0.2:80@"))
    assert not httpserver.log


@pytest.mark.parametrize(
    ("headers", "extensions"),
    [({"Host": "other.example"}, None), (None, {"target": b"http://127.0.0.2/"}), (None, {"sni_hostname": "other.example"})],
)
def test_an_approved_url_with_another_goal_is_refused(
    opened: Opened, httpserver: HTTPServer, headers: dict[str, str] | None, extensions: dict[str, object] | None
) -> None:
    with pytest.raises(EgressError, match="was stopped"):
        opened.get(httpserver.url_for("/v1/models"), headers=headers, extensions=extensions)
    assert not httpserver.log


def test_no_client_opens_for_an_endpoint_that_is_not_approved(tmp_path: Path) -> None:
    endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    for opener in (open_http_client, open_sync_http_client):
        with pytest.raises(EgressError, match="endpoint here is not approved"):
            opener("here", endpoint, load_policy(tmp_path / "policy.toml"), max_connections=1)


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:{port}@127.0.0.2:{other}/v1", "http://127.0.0.2:{other}/v1", "http://127.0.0.1:1"]
)
def test_no_client_opens_for_another_base_url(opened: Opened, other, base_url: str) -> None:
    port = WebOrigin.of_url(opened.endpoint.base_url).port
    endpoint = Endpoint(base_url=base_url.format(port=port, other=other.port), model="m")
    for opener in (open_http_client, open_sync_http_client):
        with pytest.raises(EgressError, match="base_url"):
            opener("here", endpoint, opened.policy, max_connections=1)
    assert not other.was_reached


@pytest.mark.parametrize("found", [["8.8.8.8"], ["127.0.0.1", "8.8.8.8"], ["169.254.169.254"], ["::ffff:8.8.8.8"], ["fe80::1"]])
def test_a_local_name_that_leads_elsewhere_is_refused(named: Opened, httpserver: HTTPServer, found: list[str]) -> None:
    with pytest.raises(EgressError, match=r"its place is local, but model.internal leads to .*neither loopback nor private"):
        named.get(f"{named.endpoint.base_url}/models", resolve=lambda host, port: found)
    assert not httpserver.log


def test_the_address_that_was_checked_is_the_one_connected_to(named: Opened, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/models").respond_with_json({}, headers={"Connection": "close"})
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["8.8.8.8"]])
    responses = named.get(f"{named.endpoint.base_url}/models", n=3, resolve=lambda host, port: next(answers))
    assert [response.status_code for response in responses] == [200] * 3
    assert {request.host for request, _ in httpserver.log} == {f"model.internal:{httpserver.port}"}
    assert next(answers) == ["127.0.0.2"], "the name was looked up once"


def test_of_several_addresses_the_first_that_answers_is_kept(named: Opened, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/models").respond_with_json({})
    responses = named.get(f"{named.endpoint.base_url}/models", n=2, resolve=lambda host, port: ["127.0.0.3", "127.0.0.1"])
    assert [response.status_code for response in responses] == [200, 200]


def test_a_failed_connection_makes_the_name_looked_up_and_checked_anew(named: Opened) -> None:
    answers = iter([["127.0.0.3"], ["8.8.8.8"]])

    def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    async def ask_twice() -> None:
        async with open_http_client("here", named.endpoint, named.policy, max_connections=1, resolve=resolve) as client:
            with pytest.raises(httpx2.ConnectError):
                await client.get(f"{named.endpoint.base_url}/models")
            with pytest.raises(EgressError, match=r"leads to 8\.8\.8\.8"):
                await client.get(f"{named.endpoint.base_url}/models")

    asyncio.run(ask_twice())


def test_a_server_that_dies_makes_its_name_looked_up_and_checked_anew(make_policy: MakePolicy) -> None:
    answers = iter([["127.0.0.1"], ["8.8.8.8"]])
    server = HTTPServer(host="127.0.0.1", port=0)
    server.expect_request("/v1/models").respond_with_json({}, headers={"Connection": "close"})
    server.start()
    named = _open(make_policy, f"http://model.internal:{server.port}", is_async=False)
    url = f"{named.endpoint.base_url}/models"
    with open_sync_http_client(
        "here", named.endpoint, named.policy, max_connections=1, resolve=lambda host, port: next(answers)
    ) as client:
        assert client.get(url).status_code == 200
        server.stop()
        with pytest.raises(httpx2.ConnectError):
            client.get(url)
        with pytest.raises(EgressError, match=r"leads to 8\.8\.8\.8"):
            client.get(url)


@pytest.mark.parametrize("found", [[], OSError("no such name")])
def test_a_name_without_address_is_no_connection(named: Opened, found: list[str] | OSError) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        if isinstance(found, OSError):
            raise found
        return found

    with pytest.raises(httpx2.ConnectError, match=r"model\.internal"):
        named.get(f"{named.endpoint.base_url}/models", resolve=resolve)


@pytest.mark.parametrize("is_async", [True, False])
def test_tls_asks_the_checked_address_for_the_endpoint_s_own_name(make_policy: MakePolicy, neighbour, is_async: bool) -> None:
    named = _open(make_policy, f"https://model.internal:{neighbour.port}", is_async)
    with pytest.raises(httpx2.ConnectError):
        named.get(f"{named.endpoint.base_url}/models", resolve=lambda host, port: ["127.0.0.1"])
    assert neighbour.was_reached
    assert neighbour.received.startswith(b"\x16\x03")  # a TLS handshake
    assert b"model.internal" in neighbour.received  # server name indication


def test_a_remote_name_is_left_to_its_certificate() -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    border = Border("cloud", WebOrigin.parse("https://models.example"), Place.REMOTE, fail)
    assert border.find_addresses() == ("models.example",)


def _ask_openai(opened: Opened, base_url: str | None = None) -> str | None:
    """Ask with the real client; `base_url` is set behind its back."""
    arguments = build_openai_arguments("here", opened.endpoint, "key-1")
    messages = [{"role": "user", "content": QUESTION}]

    async def ask() -> str | None:
        http_client = open_http_client("here", opened.endpoint, opened.policy, max_connections=2)
        async with AsyncOpenAI(http_client=http_client, **arguments) as client:
            client.base_url = base_url or client.base_url
            return (await client.chat.completions.create(model="m", messages=messages)).choices[0].message.content

    if opened.is_async:
        return asyncio.run(ask())
    http_client = open_sync_http_client("here", opened.endpoint, opened.policy, max_connections=2)
    with OpenAI(http_client=http_client, **arguments) as client:
        client.base_url = base_url or client.base_url
        return client.chat.completions.create(model="m", messages=messages).choices[0].message.content


def test_the_openai_client_takes_nothing_from_the_environment(
    opened: Opened, httpserver: HTTPServer, other, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {
        "OPENAI_BASE_URL": f"{other.url}/v1",
        "AZURE_OPENAI_ENDPOINT": other.url,
        "OPENAI_API_KEY": "key-of-environment",
        "OPENAI_ADMIN_KEY": "key-of-environment",
        "OPENAI_ORG_ID": "environment",
        "OPENAI_PROJECT_ID": "environment",
        **dict.fromkeys(PROXIES, other.url),
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    httpserver.expect_request("/v1/chat/completions", method="POST").respond_with_json(ANSWER)
    assert _ask_openai(opened) == "yes"
    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == "Bearer key-1"
    assert not [value for value in request.headers.values() if "environment" in value]
    assert QUESTION in request.get_data(as_text=True)
    assert not other.was_reached


@pytest.mark.parametrize("status", [302, 307, 308])
def test_the_openai_client_follows_no_redirect(opened: Opened, httpserver: HTTPServer, other, status: int) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_data(
        "", status, {"Location": f"{other.url}/v1/chat/completions"}
    )
    with pytest.raises(APIStatusError) as caught:
        _ask_openai(opened)
    assert caught.value.status_code == status
    assert not other.was_reached


def test_a_changed_base_url_of_the_openai_client_sends_nothing_and_names_no_prompt(
    opened: Opened, httpserver: HTTPServer, other
) -> None:
    with pytest.raises(EgressError, match="was stopped") as caught:
        _ask_openai(opened, f"{other.url}/v1")
    assert QUESTION not in str(caught.value)
    assert not (other.was_reached or httpserver.log)


def test_an_egress_error_is_found_however_it_was_wrapped() -> None:
    try:
        try:
            raise EgressError("stopped")
        except EgressError as error:
            raise ConnectionError("wrapped") from error
    except ConnectionError as wrapped:
        assert str(find_egress_error(wrapped)) == "stopped"
    assert find_egress_error(ValueError("of another kind")) is None
