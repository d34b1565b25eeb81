"""A graph of its own storage root per test, on the synthetic cohort."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.cohort.vqa_rad.writer import write_vqa_rad
from pipelines.settings import Settings
from pipelines.vocabulary import Source
from tests.assets.graphs import Graph, failures

SUBJECTS = 24


@pytest.fixture(scope="session")
def cohort_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic cohort."""
    root = tmp_path_factory.mktemp("cohort") / "vqa_rad"
    write_vqa_rad(root, subjects=SUBJECTS, seed=7)
    return root


@pytest.fixture
def graph(tmp_path: Path, cohort_root: Path) -> Iterator[Graph]:
    """The graph on the synthetic cohort, nothing materialized."""
    settings = Settings(storage_root=str(tmp_path), sources={"vqa_rad": cohort_root}, evaluation={"bootstrap_draws": 200})
    with dg.DagsterInstance.ephemeral() as instance:
        yield Graph(settings, instance)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, cohort_root: Path) -> Iterator[Graph]:
    """The graph on the synthetic cohort, every job run; tests only read it."""
    storage = tmp_path_factory.mktemp("finished")
    settings = Settings(storage_root=str(storage), sources={"vqa_rad": cohort_root}, evaluation={"bootstrap_draws": 200})
    with dg.DagsterInstance.ephemeral() as instance:
        whole = Graph(settings, instance)
        results = [whole.run("build_corpus", Source.VQA_RAD)]
        whole.review_synthetically()
        results += [whole.run("assemble_dataset", Source.VQA_RAD), whole.evaluate_every_model()]
        assert [failures(result) for result in results] == [[], [], []]
        yield whole
