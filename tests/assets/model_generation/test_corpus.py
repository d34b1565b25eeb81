"""A corpus written by a model through Dagster: complete, free the second time, its plan told first."""

import time

from werkzeug import Response

from pipelines.calls.attempt import Outcome
from pipelines.vocabulary import AnswerType, Source
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
    play_well,
)
from tests.assets.model_generation.outcome import (
    failed_checks,
    metadata_of,
    versions,
)


def test_a_model_writes_a_corpus_and_a_second_run_asks_nothing(site: Site) -> None:
    graph = site.open_graph()
    result = graph.run("build_corpus", Source.ODIR)
    assert (failures(result), failed_checks(result)) == ([], [])
    records = site.validated()
    assert {record.answer_type for record in records} == set(AnswerType)
    assert {record.generator for record in records} == {"openai:played"}
    with site.ledger() as ledger:
        finals = ledger.final_attempts(str(record.ledger_key) for record in records)
        requests = ledger.requests(finals)
        n_attempts = ledger.verify()
    assert [requests[str(record.ledger_key)].item for record in records] == [record.record_id for record in records]
    assert {attempt.outcome for attempt in finals.values()} == {Outcome.ANSWERED}
    assert n_attempts == len(records) == len(site.server.bodies) == 17
    assert metadata_of(result, "qa/validated")["yield"].value.endswith("| all | | 11 | 17 | 17 | 100.0% | |")

    before = versions(site)
    assert set(before) > {"raw/studies", "qa/candidates", "qa/validated", "qa/rejected", "qa/not_generated"}
    assert graph.run("build_corpus", Source.ODIR).success
    assert len(site.server.bodies) == 17
    assert versions(site) == before


def test_the_plan_is_in_the_log_before_the_first_request(site: Site) -> None:
    sent: list[float] = []

    def note_time(n_before: int, body: dict) -> Response:
        sent.append(time.time())
        return play_well(n_before, body)

    site.server.script = note_time
    logged = site.logged(site.generate())
    (told, plan), *_ = [(at, text) for at, text in logged if "calls planned" in text]
    assert told < min(sent)
    assert "calls planned: 17, of which 0 are done (cost 0) and 17 open\n  write by played" in plan
    assert len([text for _, text in logged if "calls planned" in text]) == 1
    assert "prompt tokens: about" in plan and "money: not known" in plan
