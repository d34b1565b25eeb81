"""A small synthetic source, a credentialed one, and a server that plays the model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipelines.records import Record
from pipelines.vocabulary import Source
from tests.assets.model_generation.model_site import (
    Prepared,
    Site,
    open_site,
    prepare,
)
from tests.assets.model_generation.outcome import (
    IN_REPORT,
)
from tests.pipelines.calls.loopback import own_server


@pytest.fixture(scope="session")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A small synthetic source: 11 groups, 17 requests."""
    return prepare(tmp_path_factory.mktemp("eyes"), Source.ODIR, 8)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A credentialed source that is not marked as synthetic, a word of its own in every report."""
    return prepare(
        tmp_path_factory.mktemp("films"), Source.MS_CXR_T, 20, is_real=True, report_line=f"A {IN_REPORT} shadow is seen."
    )


@pytest.fixture(scope="session")
def server() -> Iterator[HTTPServer]:
    with own_server() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, eyes: Prepared, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with open_site(tmp_path, eyes, server, monkeypatch) as site:
        yield site


@pytest.fixture
def film_site(tmp_path: Path, films: Prepared, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with open_site(tmp_path, films, server, monkeypatch) as site:
        yield site


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, eyes: Prepared, server: HTTPServer) -> list[Record]:
    """What a run that nothing disturbs writes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as monkeypatch, open_site(folder, eyes, server, monkeypatch) as site:
        assert site.generate().success
        assert len(site.server.bodies) == 17
        return site.candidates()
