"""Text of a credentialed source goes to the approved endpoint alone, whatever settings, variables and redirects say."""

import pytest
from werkzeug import Response

from pipelines.settings import SettingsError
from pipelines.vocabulary import Source
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
    open_silent_port,
    was_reached,
)
from tests.assets.model_generation.outcome import (
    has_no_trace_of_the_cause,
)


def test_real_records_of_a_credentialed_source_are_written_by_the_approved_model(film_site: Site) -> None:
    assert failures(film_site.generate()) == []
    records = film_site.validated()
    assert len(records) == 80 and not any(record.is_synthetic for record in records)
    assert {str(record.data_class) for record in records} == {"credentialed"}


def test_settings_that_lead_elsewhere_end_the_run_with_one_message_and_no_byte(film_site: Site) -> None:
    with open_silent_port() as (elsewhere, listening):
        result = film_site.generate(endpoint={"base_url": f"{elsewhere}/v1"})
        (message,) = failures(result)
        assert f"leads to {elsewhere}, but {film_site.folder}/policy.toml approves {film_site.server.url}" in message
        assert has_no_trace_of_the_cause(result)
        assert not was_reached(listening) and film_site.server.bodies == []
        other: dict = {"base_url": f"{elsewhere}/v1", "model": "other"}
        result = film_site.generate({"endpoint": "other"}, others={"other": other})
        assert "EgressError" in failures(result)[0] and "endpoint other is not approved" in failures(result)[0]
        assert not was_reached(listening) and film_site.server.bodies == []


def test_a_model_that_is_approved_for_other_sources_gets_nothing_of_this_one(film_site: Site) -> None:
    with open_silent_port() as (elsewhere, listening):
        film_site.write_policy(Source.ODIR, played=film_site.server.url, other=elsewhere)
        (message,) = failures(film_site.generate())
        assert (
            "none of 80 request(s) was sent" in message and "ms_cxr_t (credentialed) does not allow endpoint played" in message
        )
        (film_site.folder / "policy.toml").write_text("")
        (message,) = failures(film_site.generate())
        assert "endpoint played is not approved" in message
        (film_site.folder / "policy.toml").unlink()
        with pytest.raises(SettingsError, match=r"policy\.toml is not there"):
            film_site.generate()
        assert not was_reached(listening) and film_site.server.bodies == []


def test_a_judge_and_a_blind_solver_elsewhere_get_nothing_either(film_site: Site) -> None:
    with open_silent_port() as (elsewhere, listening):
        others = {"other": {"base_url": f"{elsewhere}/v1", "model": "other"}}
        for opinion in ("judge", "blind_solver"):
            (message,) = failures(film_site.generate({opinion: "other"}, others=others))
            assert "endpoint other is not approved" in message
        assert not was_reached(listening)


def test_no_variable_of_the_environment_leads_requests_elsewhere(film_site: Site) -> None:
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy", "OPENAI_BASE_URL", "OPENAI_API_BASE")
    with open_silent_port() as (elsewhere, listening):
        for name in names:
            film_site.monkeypatch.setenv(name, elsewhere)
        film_site.monkeypatch.delenv("NO_PROXY", raising=False)
        film_site.monkeypatch.delenv("no_proxy", raising=False)
        assert failures(film_site.generate()) == []
        assert not was_reached(listening) and len(film_site.server.bodies) == 80


def test_a_redirect_is_not_followed(film_site: Site) -> None:
    with open_silent_port() as (elsewhere, listening):
        there = {"Location": f"{elsewhere}/v1/chat/completions"}
        film_site.server.script = lambda n_before, body: Response(status=307, headers=there)
        result = film_site.generate()
        (message,) = failures(result)
        assert "EndpointError" in message and "no redirect is followed" in message
        assert has_no_trace_of_the_cause(result)
        assert not was_reached(listening) and len(film_site.server.bodies) == 1
