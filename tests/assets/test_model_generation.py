"""A model as the writer of a source's records, run through Dagster as a user does: real servers, real files, real processes."""

import dataclasses
import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipelines import stages
from pipelines.calls import executors
from pipelines.calls.attempt import Outcome
from pipelines.generation.letters import LETTERS
from pipelines.keys import digest
from pipelines.reasons import Reason, RejectReason
from pipelines.records import Record
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.settings import SettingsError, load_settings
from pipelines.vocabulary import AnswerType, Source, Verdict
from tests.assets.graphs import failures
from tests.assets.model_site import (
    Prepared,
    Site,
    draw,
    materialize,
    open_silent_port,
    open_site,
    play_well,
    prepare,
    was_reached,
)
from tests.pipelines.calls.loopback import FAST, MockEndpoint, complete, fail, own_server
from tests.pipelines.calls.test_batch_api import MockBatches
from tests.pipelines.generation.model.played_model import Case, answer_well

REPOSITORY = Path(__file__).parents[2]
IN_REPORT, IN_ANSWER, IN_REFUSAL, IN_JUNK = "quibblewort", "zanthorply", "grimbleshank", "wexlebat"
FAST_AND_IMPATIENT = dataclasses.replace(FAST, patience_s=1.0)
IN_PROMPT = ("You write questions for people", "END OF SOURCES", "Class of the right answer")


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A small synthetic source: 11 groups, 17 requests."""
    return prepare(tmp_path_factory.mktemp("eyes"), Source.ODIR, 8)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A credentialed source that is not marked as synthetic, a word of its own in every report."""
    return prepare(
        tmp_path_factory.mktemp("films"), Source.MS_CXR_T, 20, is_real=True, report_line=f"A {IN_REPORT} shadow is seen."
    )


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, eyes: Prepared, server: HTTPServer) -> list[Record]:
    """What a run that nothing disturbs writes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as monkeypatch, open_site(folder, eyes, server, monkeypatch) as site:
        assert site.generate().success
        assert len(site.server.bodies) == 17
        return site.candidates()


def versions(site: Site) -> dict[str, str]:
    """Return the newest data version of every table of the source."""
    keys = [key for key in site.instance.all_asset_keys() if key.path[0] in {"raw", "rendered", "splits", "groups", "qa"}]
    found: dict[str, str] = {}
    for key in keys:
        event = site.instance.get_latest_materialization_event(key)
        if event is not None and event.asset_materialization is not None:
            found[key.to_user_string()] = (event.asset_materialization.tags or {})["dagster/data_version"]
    return found


def failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    return [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]


def metadata_of(result: dg.ExecuteInProcessResult, name: str) -> dict:
    (event,) = [one for one in result.get_asset_materialization_events() if one.asset_key == dg.AssetKey(name.split("/"))]
    return dict(event.materialization.metadata)


def seeds_of(records: list[Record]) -> dict[int, Record]:
    """Return records by the seed of the request that asks about them: texts may be alike, seeds are not."""
    return {int(digest([record.record_id, 0])[:7], 16): record for record in records}


# 1. A whole corpus


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


# 2. The plan comes first


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


# 3. A run that is killed; and 2. again: what Dagster keeps of it


def play_mixed(n_before: int, body: dict) -> Response:
    """Refuse some, answer some with no JSON, turn some away and repeat the prompt in that; words of its own in all of it."""
    lot = 99 if len(body["messages"]) > 2 else draw(body, 12)
    if lot == 0:
        return complete(None, refusal=f"I will not speak of {IN_REFUSAL}.")
    if lot == 1:
        return complete(f"Certainly! {IN_JUNK}")
    if lot == 2:
        return fail(400, message=f"cannot parse: {body['messages'][1]['content']}")
    item = answer_well(Case.read(body["messages"]))
    item["question"] = f"Judged {IN_ANSWER}: {item['question']}"
    return complete(json.dumps(item), usage=(1000, 100))


@dataclass(frozen=True)
class Killed:
    """What a killed run and its repetition left behind."""

    home: Path
    printed: str
    exit_codes: tuple[int, int]
    bodies_before: tuple[bytes, ...]
    bodies: tuple[bytes, ...]
    unanswered: tuple[bytes, ...]  # in flight when the process was killed
    records: list[Record]
    uninterrupted: list[Record]
    rejected_there: int


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, films: Prepared, server: HTTPServer) -> Iterator[Killed]:
    folder, is_killed, lock, numbers = (
        tmp_path_factory.mktemp("killed"),
        threading.Event(),
        threading.Lock(),
        itertools.count(1),
    )
    held: list[bytes] = []

    def hold(n_before: int, body: dict) -> Response:
        with lock:
            is_held = next(numbers) > 30 and not is_killed.is_set()
            if is_held:
                held.append(json.dumps(body, sort_keys=True).encode())
        if is_held:
            is_killed.wait(60)
        return play_mixed(n_before, body)

    with pytest.MonkeyPatch.context() as monkeypatch, open_site(folder, films, server, monkeypatch, hold) as site:
        endpoint = site.server
        settings = site.write_settings(endpoint={"base_url": "http://127.0.0.1:9/v1"})
        (home := folder / "home").mkdir()
        environment = os.environ | {
            "MEDMIM_CONFIG": str(settings),
            "MEDMIM_ENDPOINTS__PLAYED__BASE_URL": f"{endpoint.url}/v1",
            "DAGSTER_HOME": str(home),
            "OPENAI_LOG": "debug",
        }
        first = start_materialization(environment)
        wait_until(lambda: len(held) == 4 or first.poll() is not None)
        os.killpg(first.pid, signal.SIGKILL)
        printed = "".join(first.communicate())
        bodies_before = tuple(endpoint.bodies)
        is_killed.set()
        second = start_materialization(environment)
        printed += "".join(second.communicate(timeout=60))
        bodies = tuple(endpoint.bodies)
        monkeypatch.setenv("MEDMIM_CONFIG", str(settings))
        records = site.candidates()
    whole = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as monkeypatch, open_site(whole, films, server, monkeypatch, play_mixed) as site:
        assert failures(site.generate()) == []
        uninterrupted, rejected_there = site.candidates(), len(site.not_generated())
    codes = (first.returncode, second.returncode)
    yield Killed(home, printed, codes, bodies_before, bodies, tuple(held), records, uninterrupted, rejected_there)


def start_materialization(environment: dict[str, str]) -> subprocess.Popen[str]:
    selection = 'key:"qa/candidates" or key:"qa/not_generated" or key:"qa/validated" or key:"qa/rejected"'
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", "assets.definitions"]
    return subprocess.Popen(
        [*command, "--select", selection, "--partition", "ms_cxr_t"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_run_is_finished_by_the_next_one_with_the_missing_requests_alone(killed: Killed) -> None:
    assert killed.exit_codes == (-signal.SIGKILL, 0)
    assert len(killed.bodies_before) == 34 and len(killed.unanswered) == 4
    times_sent = Counter(canonical(body) for body in killed.bodies)
    assert {body for body, times in times_sent.items() if times > 1} == set(killed.unanswered)
    assert max(times_sent.values()) == 2
    assert set(killed.unanswered) < {canonical(body) for body in killed.bodies_before}


def test_a_killed_run_and_one_that_was_not_write_the_same_records(killed: Killed) -> None:
    assert killed.rejected_there > 0
    assert len(killed.records) > 60
    assert killed.records == killed.uninterrupted


def canonical(body: bytes) -> bytes:
    return json.dumps(json.loads(body), sort_keys=True).encode()


def test_nothing_of_prompts_answers_and_reports_is_in_what_dagster_keeps_or_prints(killed: Killed) -> None:
    words = (IN_REPORT, IN_ANSWER, IN_REFUSAL, IN_JUNK, *IN_PROMPT)
    sent = b"".join(killed.bodies).decode()
    assert IN_REPORT in sent and all(one in sent for one in IN_PROMPT) and IN_JUNK in sent, "the repair turn repeats it"
    kept = {"printed": killed.printed} | {str(path.relative_to(killed.home)): read_all(path) for path in files_of(killed.home)}
    assert "calls planned" in killed.printed and any("calls planned" in text for name, text in kept.items() if "runs" in name)
    assert any("compute_logs" in name or name.endswith(".err") for name in kept), "the compute logs are looked at"
    assert [(name, word) for name, text in kept.items() for word in words if word in text] == []


def files_of(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def read_all(path: Path) -> str:
    """Return a file's text; of a database that of every row, for its pages may divide a word."""
    if path.suffix != ".db":
        return path.read_bytes().decode("utf-8", "replace")
    connection = sqlite3.connect(path)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(str(row) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"'))
    finally:
        connection.close()


# 4. Where requests go


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


def has_no_trace_of_the_cause(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a failed step tells of its message alone, and is not tried again."""
    (event,) = [one for one in result.all_events if one.is_step_failure]
    retried = [one for one in result.all_events if one.event_type_value in ("STEP_UP_FOR_RETRY", "STEP_RESTARTED")]
    error = event.step_failure_data.error
    return error is not None and error.cause is None and error.context is None and not retried


# 5. Requests in files


def answer_line(line: bytes) -> dict:
    row = json.loads(line)
    body = json.loads(play_well(0, row["body"]).get_data())
    return {
        "id": "r",
        "custom_id": row["custom_id"],
        "error": None,
        "response": {"status_code": 200, "request_id": "r", "body": body},
    }


def test_requests_in_a_file_give_the_records_that_live_ones_give(site: Site, undisturbed: list[Record]) -> None:
    folder = site.folder / "storage" / "calls" / "played"
    for _ in range(2):
        result = site.generate({"executor": "file"})
        (message,) = failures(result)
        assert f"vllm run-batch -i {folder}/requests-001.jsonl -o {folder}/answers-001.jsonl --model played" in message
        assert "CallsPendingError" in message and not any(one in message for one in IN_PROMPT)
        assert has_no_trace_of_the_cause(result)
    assert [path.name for path in folder.iterdir()] == ["requests-001.jsonl"]
    lines = (folder / "requests-001.jsonl").read_bytes().splitlines()
    (folder / "answers-001.jsonl").write_text("".join(json.dumps(answer_line(line)) + "\n" for line in lines))
    assert failures(site.generate({"executor": "file"})) == []
    assert site.candidates() == undisturbed
    assert site.server.bodies == []


class PlayedBatches(MockBatches):
    """Batches whose answers are a model's."""

    def end_well(self, batch_id: str) -> None:
        batch = self.batches[batch_id]
        lines = [answer_line(line) for line in self.files[batch["input_file_id"]].splitlines()]
        batch |= {"status": "completed", "output_file_id": "output"}
        self.files["output"] = "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_requests_in_a_batch_give_the_records_that_live_ones_give(site: Site, undisturbed: list[Record]) -> None:
    batches = PlayedBatches(site.server)
    for _ in range(2):
        result = site.generate({"executor": "batch"})
        (message,) = failures(result)
        assert "CallsPendingError" in message and "batch_0: in_progress, 17 requests" in message
        assert has_no_trace_of_the_cause(result)
    batches.end_well("batch_0")
    assert failures(site.generate({"executor": "batch"})) == []
    assert list(batches.batches) == ["batch_0"] and set(batches.removed) == {"file-0", "output"}
    assert site.candidates() == undisturbed
    assert site.server.bodies == []


# 6. Budgets


@pytest.mark.parametrize(("unit", "little", "enough"), [("tokens", 9_000, 1_000_000), ("usd", 0.009, 1.0)])
def test_a_spent_budget_ends_a_run_with_what_it_paid_for_and_a_higher_one_adds_the_rest(
    site: Site, undisturbed: list[Record], unit: str, little: float, enough: float
) -> None:
    prices = site.folder / "prices.yaml"
    prices.write_text("- {model: played, since: 2026-01-01, input: 1.0, output: 1.0}\n")
    result = site.generate({"budget": {unit: little}}, prices=prices)
    assert failures(result) == []
    written, told = site.candidates(), site.not_generated()
    n_sent = len(site.server.bodies)
    assert 0 < n_sent == len(written) < 17
    assert [record for record in undisturbed if record in written] == written, "no record changes when others are added"
    assert {row.reason for row in told} == {Reason.BUDGET_SPENT} and len(told) == 17 - n_sent
    assert "raise generation.budget" in told[0].detail
    assert sum(text.startswith("budget of ") for _, text in site.logged(result)) == 1
    with site.ledger() as ledger:
        spent = ledger.spent()
    assert getattr(spent, unit) <= little and spent.n_unpriced == 0

    assert failures(site.generate({"budget": {unit: enough}}, prices=prices)) == []
    assert site.candidates() == undisturbed and site.not_generated() == []
    assert len(site.server.bodies) == len(set(site.server.bodies)) == 17


def test_a_limit_of_money_without_a_price_sends_nothing_and_says_so(site: Site) -> None:
    assert failures(site.generate({"budget": {"usd": 5.0}})) == []
    assert site.candidates() == [] and site.server.bodies == []
    assert {row.reason for row in site.not_generated()} == {Reason.BUDGET_SPENT}


# 7. Reviewers


def test_a_rejected_record_is_written_anew_with_the_comment_and_its_approvals_are_gone(site: Site) -> None:
    def word_anew(n_before: int, body: dict) -> Response:
        case = Case.read(body["messages"])
        item = answer_well(case)
        if case.is_rewrite:
            item["question"] = f"Look again. {item['question']}"
        return complete(json.dumps(item))

    site.server.script = word_anew
    assert site.generate().success
    first = {record.record_id: record for record in site.validated()}
    settings = load_settings()
    (chosen, *_) = first.values()
    with open_ledger(settings.review_ledger()) as ledger:
        ledger.append(
            [
                NewDecision(record.record_id, record.digest, reviewer, Verdict.APPROVE)
                for record in first.values()
                for reviewer in ("Ada", "Bob")
            ]
        )
        decisions = ledger.read()
        assert stages.approve_records(list(first.values()), decisions, settings).is_complete
        ledger.append(
            [NewDecision(chosen.record_id, chosen.digest, "Cyd", Verdict.REJECT, RejectReason.WORDING, "Name the left eye.")]
        )
    n_before = len(site.server.bodies)
    assert failures(site.generate()) == []
    (sent,) = site.server.bodies[n_before:]
    prompt = json.loads(sent)["messages"][1]["content"]
    assert "Name the left eye." in prompt and "reviewer: wording" in prompt
    assert f"Question: {chosen.question}\nRight answer: {chosen.answer}" in prompt
    assert [one.version for one in site.candidates() if one.record_id == chosen.record_id] == [1, 2]
    assert chosen in site.candidates()
    second = {record.record_id: record for record in site.validated()}
    anew = second.pop(chosen.record_id)
    assert (anew.version, anew.question) == (2, f"Look again. {chosen.question}")
    assert second == {record_id: record for record_id, record in first.items() if record_id != chosen.record_id}
    with open_ledger(settings.review_ledger()) as ledger:
        approval = stages.approve_records([*second.values(), anew], ledger.read(), settings)
    assert sum(lot.decisions_needed for lot in approval.lots) == 2, "two people must look at what is new"

    assert site.generate().success
    assert len(site.server.bodies) == n_before + 1 and site.validated() == sorted([*second.values(), anew], key=by_id)


def by_id(record: Record) -> str:
    return record.record_id


# 8. Second opinions


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


# 9. Servers that fail


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
