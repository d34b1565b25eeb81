from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.doctor.endpoints import examine_endpoints
from pipelines.doctor.finding import Finding, Level
from pipelines.settings import Settings, load_settings

Look = Callable[..., dict[str, Finding]]

TODAY = date(2026, 6, 1)
LOCAL = '[endpoints.here]\nbase_url = "http://127.0.0.1:8000/v1"\nmodel = "m"\n'
REMOTE = '[endpoints.here]\nbase_url = "https://model.example/v1"\nmodel = "m"\n'
WRITING = '[generation]\ngenerator = "openai"\nendpoint = "here"\n'
APPROVED = '[endpoints.here]\nurl = "http://127.0.0.1:8000"\nplace = "local"\n'
ALL_THREE = "zero_retention = true\nno_training = true\nno_human_review = true\n"


@pytest.fixture
def look(here: Path) -> Look:
    """Returns what is found with these files, by what it is about."""

    def run(settings: str, policy: str = "", environment: Mapping[str, str] | None = None) -> dict[str, Finding]:
        (here / "medmim.toml").write_text(settings)
        if policy:
            (here / "policy.toml").write_text(policy)
        return {finding.what: finding for finding in examine_endpoints(load_settings(), TODAY, environment or {})}

    return run


def _attested(properties: str, last: date, first: date = date(2026, 1, 15)) -> str:
    return (
        '[endpoints.here]\nurl = "https://model.example"\nplace = "remote"\n[endpoints.here.attestation]\n'
        f'{properties}signed_by = "Ada"\ndate = {first}\nexpires = {last}\nevidence = "contract"\n'
    )


def test_an_approved_local_endpoint_that_may_be_sent_the_source_is_all_right(look: Look) -> None:
    found = look(f'{WRITING}{LOCAL}[sources]\nodir = "odir"\n', f'{APPROVED}[sources.odir]\nendpoints = ["here"]\n')
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert found["here: sources"].got == "odir"


@pytest.mark.parametrize(("uses", "level"), [(WRITING, Level.PROBLEM), ("", Level.WARNING)])
def test_an_endpoint_that_no_policy_names_is_a_problem_only_where_it_is_used(look: Look, uses: str, level: Level) -> None:
    found = look(uses + LOCAL)["here"]
    assert (found.level, found.got) == (level, "endpoint here is not approved")
    assert "add [endpoints.here]" in found.advice


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001", "http://localhost:8000", "https://127.0.0.1:8000"])
def test_another_port_host_or_scheme_than_was_approved_is_a_problem(look: Look, url: str) -> None:
    found = look(WRITING + LOCAL, f'[endpoints.here]\nurl = "{url}"\nplace = "local"\n')["here"]
    assert found.level is Level.PROBLEM
    assert url in found.got


def test_a_source_that_the_policy_keeps_from_the_writing_endpoint_is_a_problem(look: Look) -> None:
    found = look(
        f'{WRITING}{LOCAL}[sources]\nodir = "odir"\nms_cxr_t = "m"\n', f'{APPROVED}[sources.odir]\nendpoints = ["here"]\n'
    )
    assert [what for what, finding in found.items() if finding.level is Level.PROBLEM] == ["generation.endpoint for ms_cxr_t"]
    assert "[sources.ms_cxr_t]" in found["generation.endpoint for ms_cxr_t"].advice


def test_composed_sources_are_not_sent_to_the_writer_but_to_the_judge(look: Look) -> None:
    settings = f'[sources]\nvqa_rad = "v"\n{LOCAL}'
    policy = f'{APPROVED}[sources.odir]\nendpoints = ["here"]\n'
    assert Level.PROBLEM not in {finding.level for finding in look(WRITING + settings, policy).values()}
    judged = look(f'[generation]\njudge = "here"\n{settings}', policy)
    assert judged["generation.judge for vqa_rad"].level is Level.PROBLEM


@pytest.mark.parametrize(
    ("days", "level"), [(-1, Level.WARNING), (0, Level.WARNING), (30, Level.WARNING), (31, Level.OK), (400, Level.OK)]
)
def test_an_attestation_that_ends_soon_or_has_ended_is_told(look: Look, days: int, level: Level) -> None:
    policy = _attested(ALL_THREE, TODAY + timedelta(days=days))
    assert look(REMOTE, policy)["here: attestation"].level is level


def test_an_expired_attestation_is_a_problem_for_credentialed_data(look: Look) -> None:
    policy = _attested(ALL_THREE, TODAY - timedelta(days=1)) + '[sources.ms_cxr_t]\nendpoints = ["here"]\n'
    found = look(f'{WRITING}{REMOTE}[sources]\nms_cxr_t = "m"\n', policy)["generation.endpoint for ms_cxr_t"]
    assert found.level is Level.PROBLEM
    assert "expired" in found.got


def test_an_attestation_that_lacks_a_promise_is_a_problem_for_credentialed_data(look: Look) -> None:
    policy = _attested("no_training = true\n", date(2027, 1, 1)) + '[sources.ms_cxr_t]\nendpoints = ["here"]\n'
    found = look(f'{WRITING}{REMOTE}[sources]\nms_cxr_t = "m"\n', policy)
    assert "here: sources" in found
    assert "ms_cxr_t" not in found["here: sources"].got
    assert found["generation.endpoint for ms_cxr_t"].level is Level.PROBLEM


def test_a_remote_endpoint_without_https_makes_the_policy_a_problem(look: Look) -> None:
    found = look(LOCAL, '[endpoints.here]\nurl = "http://model.example"\nplace = "remote"\n')
    assert list(found) == ["policy"]
    assert (found["policy"].level, "https" in found["policy"].got) == (Level.PROBLEM, True)


def test_every_problem_of_a_policy_is_a_row(here: Path) -> None:
    (here / "policy.toml").write_text('[endpoints.a]\nplace = "moon"\n[sources.embed]\nclas = "open"\n')
    found = list(examine_endpoints(Settings(), TODAY, {}))
    assert [finding.level for finding in found] == [Level.PROBLEM] * 3


def test_a_key_is_told_as_set_or_not_and_never_shown(look: Look) -> None:
    settings = f'{WRITING}{LOCAL}api_key_variable = "SOME_KEY"\n'
    missing = look(settings, APPROVED)["here: key"]
    assert (missing.level, missing.got) == (Level.PROBLEM, "SOME_KEY is not set")
    there = look(settings, APPROVED, {"SOME_KEY": "abcdefgh"})
    assert (there["here: key"].level, there["here: key"].got) == (Level.OK, "SOME_KEY is set")
    assert "abcdefgh" not in str(there)


@pytest.mark.parametrize("key", ["endpoint", "judge", "blind_solver"])
def test_a_name_that_is_no_endpoint_is_a_problem(look: Look, key: str) -> None:
    found = look(f'[generation]\n{key} = "gone"\n{LOCAL}', APPROVED)[f"generation.{key}"]
    assert (found.level, found.got) == (Level.PROBLEM, "'gone'")


def test_a_model_that_writes_and_is_not_named_is_a_problem(look: Look) -> None:
    assert look('[generation]\ngenerator = "openai"\n')["generation.endpoint"].level is Level.PROBLEM


def test_a_judge_of_the_writers_own_model_is_warned_of(look: Look) -> None:
    found = look(f'{WRITING}judge = "here"\n{LOCAL}', APPROVED)
    assert found["generation.judge"].level is Level.WARNING


def test_azure_without_its_version_is_a_problem(look: Look) -> None:
    found = look(f'{WRITING}{LOCAL}api = "azure"\n', APPROVED)["here"]
    assert (found.level, "api_version" in found.got) == (Level.PROBLEM, True)


@pytest.mark.parametrize(("audience", "n_problems"), [("group", 0), ("agreement", 1), ("public", 2)])
def test_an_audience_that_exports_will_refuse_is_a_problem_for_each_source(
    look: Look, here: Path, audience: str, n_problems: int
) -> None:
    settings = f'[exports]\naudience = "{audience}"\n[sources]\nembed = "e"\nlumiere = "l"\nvqa_rad = "v"\n'
    (here / "medmim.toml").write_text(settings)
    found = list(examine_endpoints(load_settings(), TODAY, {}))
    assert sum(finding.what == "exports.audience" for finding in found) == n_problems
