"""The graph with a model as its writer, as a user runs it: settings and policy in files, a server that plays the model."""

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from assets.corpus import CORPUS
from assets.io import ParquetTables, key_of
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.cohort.writers import write_cohort
from pipelines.records import Record, Rejection
from pipelines.settings import Settings, load_settings
from pipelines.sources.synthetic_marker import MARKER_NAME
from pipelines.tables import CANDIDATES, REJECTIONS, VALIDATED
from pipelines.vocabulary import Source
from tests.assets.graphs import QUIET, Graph
from tests.pipelines.calls.loopback import MockEndpoint, Script, complete
from tests.pipelines.generation.model.played_model import Case, answer_well

READ_BY_GENERATION = ("raw/questions", "rendered/images", "groups/image_groups")
GENERATED = ("qa/candidates", "qa/not_generated", "qa/validated", "qa/rejected")
Value = str | int | float | bool | Path | list[str] | dict[str, "Value"]


@dataclass(frozen=True)
class Prepared:
    """A download, and a storage root with every table up to its image groups."""

    source: Source
    download: Path
    storage: Path


def prepare(folder: Path, source: Source, subjects: int, *, is_real: bool = False, report_line: str = "") -> Prepared:
    """Write a cohort and group its images; a real one lacks the marker of synthetic ones."""
    write_cohort(folder / "download", {source: subjects})
    download = folder / "download" / source.value
    if is_real:
        (download / MARKER_NAME).unlink()
    for report in download.rglob("*.txt") if report_line else ():
        report.write_bytes(report.read_bytes().replace(b" IMPRESSION:", f" {report_line}\n \n IMPRESSION:".encode()))
    prepared = Prepared(source, download, folder / "storage")
    settings = Settings(storage_root=str(prepared.storage), sources={source.value: download})
    with dg.DagsterInstance.ephemeral() as instance:
        result = materialize(Graph(settings, instance), source, READ_BY_GENERATION, with_upstream=True)
    assert result.success
    return prepared


def materialize(
    graph: Graph, source: Source, names: tuple[str, ...] = GENERATED, *, with_upstream: bool = False
) -> dg.ExecuteInProcessResult:
    """Materialize tables of one source in this process; a failure is in the result."""
    selection = dg.AssetSelection.assets(*map(key_of, names))
    return dg.materialize(
        CORPUS,
        selection=selection.upstream() if with_upstream else selection,
        partition_key=source.value,
        instance=graph.instance,
        resources={"io_manager": ParquetTables(storage_root=graph.settings.storage_root), "settings": graph.settings},
        run_config=QUIET,
        raise_on_error=False,
    )


def play_well(n_before: int, body: dict) -> Response:
    """Write what is asked for."""
    return complete(json.dumps(answer_well(Case.read(body["messages"]))), usage=(1000, 100))


def draw(body: dict, n: int) -> int:
    """Return a number below n that depends on the request alone."""
    return int(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(), 16) % n


@contextmanager
def open_silent_port() -> Iterator[tuple[str, socket.socket]]:
    """Give the URL of a server that nobody may reach, and the socket on which a connection would wait."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", listening


def was_reached(listening: socket.socket) -> bool:
    """Whether anybody connected; who never did has sent no byte."""
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Site:
    """One user's folder on a prepared corpus, Dagster's instance, and the server of the model `played`."""

    folder: Path
    prepared: Prepared
    instance: dg.DagsterInstance
    server: MockEndpoint
    monkeypatch: pytest.MonkeyPatch

    def write_policy(self, *sources: Source, **urls: str) -> None:
        """Approve the endpoint `played`, or those that are named, for the sources; synthetic data may go to all of them."""
        approved = urls or {"played": self.server.url}
        policy: dict[str, Value] = {
            "endpoints": {name: {"url": url, "place": "local"} for name, url in approved.items()},
            "sources": {source.value: {"endpoints": list(approved)} for source in sources},
        }
        (self.folder / "policy.toml").write_text(as_toml_file(policy), encoding="utf-8")

    def write_settings(
        self,
        generation: dict[str, Value] | None = None,
        endpoint: dict[str, Value] | None = None,
        others: dict[str, Value] | None = None,
        **sections: Value,
    ) -> Path:
        """Write a settings file whose generator is the model; `others` are further endpoints."""
        played = {"base_url": f"{self.server.url}/v1", "model": "played", "max_in_flight": 4, "max_attempts": 2}
        document: dict[str, Value] = {
            "storage_root": str(self.folder / "storage"),
            "policy": str(self.folder / "policy.toml"),
            "sources": {self.prepared.source.value: str(self.prepared.download)},
            "generation": {"generator": "openai", "endpoint": "played", **(generation or {})},
            "endpoints": {"played": {**played, **(endpoint or {})}, **(others or {})},
            **sections,
        }
        path = self.folder / "medmim.toml"
        path.write_text(as_toml_file(document), encoding="utf-8")
        return path

    def open_graph(self, generation: dict[str, Value] | None = None, **sections: Value) -> Graph:
        """Return the graph under settings that were written to the file and read from there and from the environment."""
        self.monkeypatch.setenv("MEDMIM_CONFIG", str(self.write_settings(generation, **sections)))
        return Graph(load_settings(), self.instance)

    def generate(self, generation: dict[str, Value] | None = None, **sections: Value) -> dg.ExecuteInProcessResult:
        """Materialize what a model has to do with."""
        return materialize(self.open_graph(generation, **sections), self.prepared.source)

    def logged(self, result: dg.ExecuteInProcessResult) -> list[tuple[float, str]]:
        """Return when what was logged in a run."""
        return [(entry.timestamp, entry.user_message) for entry in self.instance.all_logs(result.run_id)]

    @property
    def graph(self) -> Graph:
        """The graph under the settings as they were last written; to read tables of."""
        return Graph(load_settings(), self.instance)

    def candidates(self) -> list[Record]:
        """Return every version of every record."""
        return CANDIDATES.to_rows(self.graph.table("qa/candidates", self.prepared.source))

    def validated(self) -> list[Record]:
        """Return the records that passed."""
        return VALIDATED.to_rows(self.graph.table("qa/validated", self.prepared.source))

    def not_generated(self) -> list[Rejection]:
        """Return what was not written, and why."""
        return REJECTIONS.to_rows(self.graph.table("qa/not_generated", self.prepared.source))

    @contextmanager
    def ledger(self) -> Iterator[CallLedger]:
        """Give the call ledger."""
        with open_call_ledger(self.folder / "storage" / "calls" / "ledger.sqlite") as ledger:
            yield ledger


@contextmanager
def open_site(
    folder: Path, prepared: Prepared, server: HTTPServer, monkeypatch: pytest.MonkeyPatch, script: Script = play_well
) -> Iterator[Site]:
    """Give a site whose storage root is a copy of the prepared one, and whose endpoint is approved for its source."""
    shutil.copytree(prepared.storage, folder / "storage")
    with dg.DagsterInstance.ephemeral() as instance, MockEndpoint(script, server) as endpoint:
        site = Site(folder, prepared, instance, endpoint, monkeypatch)
        site.write_policy(prepared.source)
        yield site


def as_toml_file(document: dict[str, Value]) -> str:
    """Return a TOML file of inline tables."""
    return "".join(f"{name} = {_as_toml(value)}\n" for name, value in document.items())


def _as_toml(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_as_toml(one)}" for name, one in value.items()) + "}"
    return json.dumps(str(value) if isinstance(value, Path) else value)  # the rest is the same in both
