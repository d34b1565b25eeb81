"""What the openai client is made with leaves nothing to the environment."""

import pytest
from openai import AzureOpenAI, OpenAI

from pipelines.calls.kinds import ApiKind
from pipelines.choices import Endpoint
from pipelines.governance.egress import EgressError
from pipelines.governance.openai_arguments import build_openai_arguments


def test_headers_of_the_environment_stop_the_run() -> None:
    endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    with pytest.raises(EgressError, match=r"OPENAI_CUSTOM_HEADERS is set: .*; unset it"):
        build_openai_arguments("here", endpoint, None, environment={"OPENAI_CUSTOM_HEADERS": "X-Forward-To: elsewhere"})


def test_a_server_that_wants_no_key_gets_none_of_the_environment_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-environment")
    endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    with OpenAI(**build_openai_arguments("here", endpoint, None, environment={})) as client:
        assert (client.api_key, client.max_retries) == ("none", 0)


def test_azure_takes_address_key_and_version_from_the_settings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_AD_TOKEN",
        "OPENAI_API_VERSION",
        "OPENAI_BASE_URL",
    ):
        monkeypatch.setenv(name, "https://environment.example")
    endpoint = Endpoint(base_url="https://ours.openai.azure.com/openai", model="m", api=ApiKind.AZURE, api_version="2025-01-01")
    with AzureOpenAI(**build_openai_arguments("azure", endpoint, "key-1", environment={})) as client:
        request = client._build_request(_options())
    assert request.url.host == "ours.openai.azure.com"
    assert request.url.params["api-version"] == "2025-01-01"
    assert request.headers["api-key"] == "key-1"
    assert not [value for value in request.headers.values() if "environment" in value]


def _options():
    from openai._models import FinalRequestOptions

    return FinalRequestOptions(method="get", url="/models")


def test_azure_without_a_version_is_told_to_write_one() -> None:
    endpoint = Endpoint(base_url="https://ours.openai.azure.com/openai", model="m", api=ApiKind.AZURE)
    with pytest.raises(EgressError, match=r"endpoints\.azure\.api_version of the settings: got nothing"):
        build_openai_arguments("azure", endpoint, "key-1", environment={})
