"""The judge and the blind solver, as checks and counts of a run."""

import json
from collections.abc import Callable

import pytest
from werkzeug import Response

from pipelines.generation.letters import LETTERS
from pipelines.records import Record
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.settings import load_settings
from pipelines.vocabulary import AnswerType, Source, Verdict
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
    draw,
    play_well,
)
from tests.assets.model_generation.outcome import (
    failed_checks,
    metadata_of,
    seeds_of,
)
from tests.pipelines.calls.loopback import complete


def play_roles(records: dict[int, Record], choose: Callable[[Record], str]) -> Callable[[int, dict], Response]:
    """Write; judge closed items by their key and find no answer to open ones; solve blind as is chosen."""

    def answer(n_before: int, body: dict) -> Response:
        form = body["response_format"]["json_schema"]["name"]
        if form == "WrittenItem":
            return play_well(n_before, body)
        record = records[body["seed"]]
        if form == "Judgement":
            return complete(json.dumps({"ground": "As the sources say.", "letter": record.letter}))
        return complete(json.dumps({"letter": choose(record)}))

    return answer


@pytest.fixture
def asked_twice(film_site: Site) -> Site:
    """A site whose records are written; a judge and a blind solver are set by the test."""
    assert film_site.generate().success
    return film_site


def test_a_judge_and_a_fair_blind_solver_are_counted_and_pass(asked_twice: Site) -> None:
    site, records = asked_twice, seeds_of(asked_twice.validated())
    closed = [record for record in records.values() if record.letter is not None]
    site.server.script = play_roles(records, lambda record: LETTERS[draw({"": record.record_id}, len(record.options))])
    result = site.generate({"judge": "played", "blind_solver": "played"})
    assert failures(result) == [] and failed_checks(result) == []
    found = metadata_of(result, "qa/validated")
    assert (found["judge agrees"].value, found["judge disagrees"].value, found["judge says nothing"].value) == (40, 40, 0)
    assert found["blind solver answered"].value == len(closed) == 40
    assert 0 < found["blind solver right"].value < 40
    flagged = {record.record_id for record in site.validated() if "judge_disagrees" in record.flags}
    assert flagged == {record.record_id for record in records.values() if record.answer_type is AnswerType.OPEN}
    assert any("are both of the family" in text for _, text in site.logged(result)), "one model wrote and judged"
    n_sent = len(site.server.bodies)
    assert failures(site.generate({"judge": "played", "blind_solver": "played"})) == []
    assert len(site.server.bodies) == n_sent == 80 + 80 + 40


def test_a_blind_solver_that_is_always_right_stops_the_source(asked_twice: Site) -> None:
    site, records = asked_twice, seeds_of(asked_twice.validated())
    site.server.script = play_roles(records, lambda record: str(record.letter))
    result = site.generate({"blind_solver": "played"})
    assert not result.success and failed_checks(result) == ["a_blind_model_is_no_better_than_chance"]
    assert metadata_of(result, "qa/validated")["blind solver right"].value == 40
    with open_ledger(load_settings().review_ledger()) as ledger:
        approvals = [(record, reviewer) for record in site.validated() for reviewer in ("Ada", "Bob")]
        ledger.append([NewDecision(one.record_id, one.digest, reviewer, Verdict.APPROVE) for one, reviewer in approvals])
    n_sent = len(site.server.bodies)
    (message,) = failures(site.open_graph({"blind_solver": "played"}).run("assemble_dataset", Source.MS_CXR_T))
    assert "a_blind_model_is_no_better_than_chance" in message
    assert len(site.server.bodies) == n_sent and not site.graph.settings.export_path("benchmark.json").exists()
