import asyncio
import logging
import re
from pathlib import Path

import openai
import pytest

from pipelines.calls.client import EndpointError, open_client, read_api_key
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Endpoint
from pipelines.governance.egress import EgressError
from pipelines.governance.policy import load_policy
from pipelines.governance.transport import open_http_client
from tests.pipelines.calls.loopback import MockEndpoint, asking, complete, make_requests, write_policy

SECRET = "sk-secret-0123456789"


def find_variables() -> list[str]:
    """Every variable that the installed library names in a call that reads the environment."""
    sources = Path(openai.__file__).parent.rglob("*.py")
    found = {name for path in sources for name in re.findall(r'environ\.get\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))}
    return sorted(found - {"OPENAI_CUSTOM_HEADERS", "OPENAI_LOG", "DEFER_PYDANTIC_BUILD"})


def test_nothing_but_the_named_key_comes_from_the_environment(tmp_path, monkeypatch):
    variables = find_variables()
    assert {"OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"} <= set(variables)
    for name in variables:
        monkeypatch.setenv(name, "http://127.0.0.1:9/poison")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("MY_KEY", SECRET)
    with MockEndpoint() as server, asking(tmp_path, server.url, api_key_variable="MY_KEY") as ask:
        ask(make_requests(1))
        sent = f"{server.headers} {server.bodies}"
    assert "poison" not in sent
    assert server.headers[0]["Authorization"] == f"Bearer {SECRET}"


def test_headers_from_the_environment_stop_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: poison")
    with MockEndpoint() as server, asking(tmp_path, server.url) as ask:
        with pytest.raises(EgressError, match="OPENAI_CUSTOM_HEADERS"):
            ask(make_requests(1))
        assert server.bodies == []


def test_missing_key_is_told_with_its_variable_and_nothing_is_sent(tmp_path, monkeypatch):
    monkeypatch.delenv("MY_KEY", raising=False)
    with MockEndpoint() as server, asking(tmp_path, server.url, api_key_variable="MY_KEY") as ask:
        with pytest.raises(EndpointError, match="environment variable MY_KEY, which is not set"):
            ask(make_requests(1))
        assert server.bodies == []
    endpoint = Endpoint(base_url="http://127.0.0.1:1", model="m", api_key_variable="K")
    with pytest.raises(EndpointError):
        read_api_key("mock", endpoint, {"K": "  "})
    assert read_api_key("mock", endpoint, {"K": " x\n"}) == "x"


def test_key_and_prompt_reach_no_log_and_no_repr(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("MY_KEY", SECRET)
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    with MockEndpoint() as server, asking(tmp_path, server.url, api_key_variable="MY_KEY", said=said) as ask:
        [request] = make_requests(1)
        ask([request])
        shown = f"{ask!r} {ask.desk!r} {request!r} {said}"
    logged = "".join(record.getMessage() for record in caplog.records)
    assert SECRET not in logged + shown
    assert "Mrs Roe" not in logged + shown


@pytest.mark.parametrize("path", ["", "/openai", "/openai/"])
def test_azure_is_asked_by_deployment_version_and_its_own_key_header(tmp_path, monkeypatch, path):
    monkeypatch.setenv("MY_KEY", SECRET)
    seen: list[tuple[str, str, str]] = []
    with MockEndpoint() as server:

        def answer(request):
            seen.append((request.path, request.query_string.decode(), request.headers["api-key"]))
            assert request.get_data() == body.encode()
            return complete("Stable.")

        server.server.expect_request("/openai/deployments/gpt 4o/chat/completions").respond_with_handler(answer)
        endpoint = Endpoint.model_validate(
            {"base_url": server.url + path, "model": "gpt 4o", "api": "azure", "api_version": "2024-10-21"}
            | {"api_key_variable": "MY_KEY"}
        )
        body = canonical_body({"model": "gpt 4o", "messages": []})
        request = CallRequest((), Purpose.WRITE, "group-1", "0" * 64, body)
        policy = load_policy(write_policy(tmp_path, server.url))

        async def send() -> int:
            from pipelines.calls.client import post

            http_client = open_http_client("mock", endpoint, policy, max_connections=1)
            async with http_client, open_client("mock", endpoint, http_client) as client:
                return (await post(client, endpoint, request, request.render())).status_code

        assert asyncio.run(send()) == 200
    assert seen == [("/openai/deployments/gpt 4o/chat/completions", "api-version=2024-10-21", SECRET)]
