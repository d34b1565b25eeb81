"""Arguments for the openai client that leave it nothing to take from the environment.

Left to itself it reads OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_ADMIN_KEY, OPENAI_ORG_ID, OPENAI_PROJECT_ID,
OPENAI_CUSTOM_HEADERS, and for Azure AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_KEY, AZURE_OPENAI_AD_TOKEN, OPENAI_API_VERSION
(openai 3.54, lib/_client_auth.py and lib/azure.py). Each could send prompts elsewhere or under another account, whose keeper
has attested nothing.

Example:
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    >>> build_openai_arguments("here", endpoint, None, environment={})["base_url"]
    'http://127.0.0.1:8000/v1'
"""

import os
from collections.abc import Mapping
from typing import Any

from pipelines.calls.kinds import ApiKind
from pipelines.choices import Endpoint
from pipelines.governance.egress import EgressError

_HEADERS_VARIABLE = "OPENAI_CUSTOM_HEADERS"
_NO_KEY = "none"  # local servers ask for none, but the client wants one, and would look for it in the environment


def build_openai_arguments(
    name: str, endpoint: Endpoint, api_key: str | None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Return what to construct `AsyncOpenAI`, `OpenAI` or their Azure kin with, beside `http_client`.

    The client's own retries are off: every attempt is to be seen and counted.

    Raises:
        EgressError: OPENAI_CUSTOM_HEADERS is set, which no argument switches off; or an Azure endpoint has no api_version.
    """
    from openai import omit

    if environment.get(_HEADERS_VARIABLE):
        raise EgressError(f"{_HEADERS_VARIABLE} is set: the openai client would add its headers to every request; unset it")
    arguments: dict[str, Any] = {
        "api_key": api_key or _NO_KEY,
        "base_url": endpoint.base_url,
        "max_retries": 0,
        "timeout": endpoint.timeout_seconds,
        "default_headers": {"OpenAI-Organization": omit, "OpenAI-Project": omit},
    }
    if endpoint.api is ApiKind.AZURE:
        if endpoint.api_version is None:
            raise EgressError(f"endpoints.{name}.api_version of the settings: got nothing, expected Azure's; write one")
        arguments["api_version"] = endpoint.api_version
    return arguments
