"""Servers that err, die or refuse the key, and endpoints set by the environment."""

import json
import threading
from collections import Counter

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipelines.calls import executors
from pipelines.calls.attempt import Outcome
from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.settings import load_settings
from pipelines.vocabulary import Source
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
    draw,
    materialize,
    play_well,
)
from tests.assets.model_generation.outcome import (
    FAST_AND_IMPATIENT,
    has_no_trace_of_the_cause,
)
from tests.pipelines.calls.loopback import FAST, MockEndpoint, fail, own_server


def test_a_server_that_errs_for_long_leaves_its_requests_open_and_the_next_run_finishes(
    site: Site, undisturbed: list[Record]
) -> None:
    site.monkeypatch.setattr(executors, "Waits", lambda: FAST)
    site.server.script = lambda n_before, body: play_well(0, body) if draw(body, 2) else fail(500, message="out of memory")
    assert failures(site.generate()) == []
    told = site.not_generated()
    assert 0 < len(told) < 17 and {row.reason for row in told} == {Reason.MODEL_CALL_FAILED}
    assert max(Counter(site.server.bodies).values()) == 2, "max_attempts"
    answered = [body for body, times in Counter(site.server.bodies).items() if times == 1]
    site.server.bodies.clear()
    site.server.script = play_well
    assert failures(site.generate()) == []
    assert site.candidates() == undisturbed and site.not_generated() == []
    assert len(site.server.bodies) == len(told) and not set(answered) & set(site.server.bodies)


def test_a_server_that_dies_ends_the_run_plainly_and_what_it_answered_is_kept(site: Site, undisturbed: list[Record]) -> None:
    site.monkeypatch.setattr(executors, "Waits", lambda: FAST_AND_IMPATIENT)
    mortal = HTTPServer(host="127.0.0.1", port=0, threaded=True)
    mortal.start()
    port, dying = mortal.port, threading.Thread(target=mortal.stop)

    def die_early(n_before: int, body: dict) -> Response:
        if len(endpoint.bodies) == 9:
            dying.start()
        return play_well(n_before, body)

    with MockEndpoint(die_early, mortal) as endpoint:
        site.write_policy(played=endpoint.url)
        result = site.generate(endpoint={"base_url": f"{endpoint.url}/v1"})
        dying.join()
    (message,) = failures(result)
    assert "EndpointError" in message and "no connection to" in message and "what was answered is kept" in message
    assert has_no_trace_of_the_cause(result)
    with site.ledger() as ledger:
        n_kept = sum(total.n_attempts for total in ledger.totals() if total.outcome == Outcome.ANSWERED)
    assert 8 <= n_kept < 17
    with own_server(port) as reborn, MockEndpoint(play_well, reborn) as endpoint:
        assert failures(site.generate(endpoint={"base_url": f"{endpoint.url}/v1"})) == []
        assert len(endpoint.bodies) == 17 - n_kept
    assert site.candidates() == undisturbed


def test_a_key_that_is_not_accepted_is_told_at_once(site: Site) -> None:
    site.server.script = lambda n_before, body: fail(401, code="invalid_api_key", message="Incorrect API key provided.")
    result = site.generate()
    (message,) = failures(result)
    assert "EndpointError" in message and "status 401" in message
    assert has_no_trace_of_the_cause(result) and len(site.server.bodies) == 1


# Settings


def test_endpoints_can_be_set_by_the_environment_alone(site: Site, undisturbed: list[Record]) -> None:
    site.write_settings()
    (site.folder / "medmim.toml").write_text(f'storage_root = "{site.folder}/storage"\n')
    variables = {
        "MEDMIM_CONFIG": site.folder / "medmim.toml",
        "MEDMIM_SOURCES__ODIR": site.prepared.download,
        "MEDMIM_POLICY": site.folder / "policy.toml",
        "MEDMIM_GENERATION__GENERATOR": "openai",
        "MEDMIM_GENERATION__ENDPOINT": "played",
        "MEDMIM_ENDPOINTS__PLAYED__BASE_URL": f"{site.server.url}/v1",
        "MEDMIM_ENDPOINTS__PLAYED__MODEL": "played",
        "MEDMIM_ENDPOINTS__PLAYED__MAX_IN_FLIGHT": 2,
    }
    for name, value in variables.items():
        site.monkeypatch.setenv(name, str(value))
    assert failures(materialize(site.graph, Source.ODIR)) == []
    assert site.candidates() == undisturbed
    assert site.server.most_in_flight <= 2


def test_a_whole_table_of_endpoints_can_be_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_ENDPOINTS", json.dumps({"here": {"base_url": "http://127.0.0.1:8000/v1", "model": "m"}}))
    monkeypatch.setenv("MEDMIM_ENDPOINTS__HERE__TEMPERATURE", "0.1")
    (endpoint,) = load_settings().endpoints.values()
    assert (endpoint.model, endpoint.temperature) == ("m", 0.1)


def test_a_generator_without_an_endpoint_is_told_with_the_fix(site: Site) -> None:
    (message,) = failures(site.generate({"endpoint": "nobody"}))
    assert "SettingsError" in message and "got 'nobody', expected one of `endpoints` (played)" in message
