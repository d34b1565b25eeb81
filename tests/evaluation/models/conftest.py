"""One loopback server for all tests of models behind endpoints."""

from collections.abc import Iterator

import pytest

from tests.pipelines.calls.loopback import MockEndpoint, own_server


@pytest.fixture(scope="session")
def shared_server() -> Iterator[None]:
    with own_server() as server:
        MockEndpoint.shared = server
        yield
