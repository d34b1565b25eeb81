import json
import stat
import sys
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.__main__ import main
from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Endpoint, Generation
from pipelines.generation.model import requests
from pipelines.records import ImageGroup
from pipelines.storage import table_path, write_table
from pipelines.tables import IMAGE_GROUPS
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Origin, Source, Split, SubTask

N_GROUPS = 6
SECRET = "a left optic disc of a person"


def group_of(number: int) -> ImageGroup:
    return ImageGroup(
        source=Source.ODIR,
        group_id=f"group-{number}",
        origin=Origin.INHERENT,
        ability=next(iter(Ability)),
        subtask=next(iter(SubTask)),
        split=Split.TRAIN,
        image_ids=("image-1", "image-2"),
        subject_ids=("subject-1", "subject-1"),
        unit_id=f"unit-{number}",
        facts=(),
        rule="eye",
        order=next(iter(ImageOrder)),
        roles=(next(iter(ImageRole)), next(iter(ImageRole))),
        asked=None,
        label="L",
        days_since_first=(None, None),
    )


def plan_requests(groups: Sequence[ImageGroup], name: str, endpoint: Endpoint, generation: Generation) -> list[CallRequest]:
    """Stands in for the prompts: one request of each group."""
    message = {"role": "user", "content": SECRET}
    body = canonical_body({"model": endpoint.model, "messages": [message], "max_completion_tokens": 100})
    return [CallRequest((Source.ODIR,), Purpose.WRITE, group.group_id, "0" * 64, body) for group in groups]


REQUESTS = plan_requests(
    [group_of(number) for number in range(N_GROUPS)],
    "here",
    Endpoint(base_url="http://127.0.0.1:8080/v1", model="gpt-4o"),
    Generation(),
)


def test_the_stand_in_is_called_as_the_prompts_are() -> None:
    real = signature(requests.plan_requests).parameters
    assert list(signature(plan_requests).parameters) == ["groups", "name", "endpoint", "generation"]
    assert [parameter.annotation for parameter in real.values()] == [
        parameter.annotation for parameter in signature(plan_requests).parameters.values()
    ]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage root with image groups of ODIR, and settings that name a local endpoint which the policy approves."""
    root = tmp_path / "store"
    groups = [group_of(number) for number in range(N_GROUPS)]
    write_table(table_path(str(root), IMAGE_GROUPS.name, Source.ODIR.value), IMAGE_GROUPS.to_arrow(groups))
    (tmp_path / "policy.toml").write_text(
        'endpoints.here = {url = "http://127.0.0.1:8080", place = "local"}\n[sources.odir]\nendpoints = ["here"]\n'
    )
    config = tmp_path / "medmim.toml"
    config.write_text(
        f'storage_root = "{root}"\npolicy = "{tmp_path / "policy.toml"}"\n'
        '[generation]\nendpoint = "here"\n'
        '[endpoints.here]\nbase_url = "http://127.0.0.1:8080/v1"\nmodel = "gpt-4o"\nrequests_per_minute = 60\n'
        '[endpoints.elsewhere]\nbase_url = "https://api.example.org/v1"\nmodel = "my-own"\n'
    )
    monkeypatch.setenv("MEDMIM_CONFIG", str(config))
    stand_in = ModuleType("pipelines.generation.model.requests")
    vars(stand_in)["plan_requests"] = plan_requests
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    return root


def answer_lines(*numbers: int) -> str:
    lines: list[str] = []
    for number in numbers:
        message = {"choices": [{"finish_reason": "stop", "message": {"content": f"answer {number}"}}], "model": "gpt-4o-x"}
        body = message | {"usage": {"prompt_tokens": 1_000, "completion_tokens": 100}}
        row = {"custom_id": REQUESTS[number].key, "response": {"status_code": 200, "body": body}, "error": None}
        lines.append(json.dumps(row) + "\n")
    return "".join(lines)


def test_the_plan_is_printed_and_nothing_is_sent(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "plan", "--source", "odir"]) == 0
    printed = capsys.readouterr().out
    assert "odir to here by live\ncalls planned: 6, of which 0 are done (cost 0) and 6 open" in printed
    assert "duration: at least 6 s" in printed
    assert SECRET not in printed
    with open_call_ledger(root / "calls" / "ledger.sqlite") as ledger:
        assert ledger.open_requests(REQUESTS) == REQUESTS
        assert ledger.requests(request.key for request in REQUESTS) == {}


def test_the_plan_of_an_endpoint_that_the_policy_denies_is_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "plan", "--source", "odir", "--endpoint", "elsewhere"]) == 2
    captured = capsys.readouterr()
    assert "calls planned: 6" in captured.out  # told all the same
    assert captured.err.startswith("calls: none of 6 request(s) was sent to endpoint elsewhere")


def test_a_limit_of_money_that_cannot_be_kept_is_an_error_of_the_plan(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDMIM_GENERATION__BUDGET__USD", "5")
    monkeypatch.setenv("MEDMIM_ENDPOINTS__HERE__MODEL", "my-own")
    assert main(["calls", "plan", "--source", "odir"]) == 2
    assert "no price of my-own is known; 6 requests are open; nothing was sent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--source", "embed"], "embed: groups/image_groups is not there; run dagster asset materialize"),
        (
            ["--source", "odir", "--endpoint", "nowhere"],
            "endpoint 'nowhere' is not in the settings, which have: elsewhere, here",
        ),
    ],
)
def test_what_is_missing_for_a_plan_is_told(
    root: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calls", "plan", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_endpoint_must_be_chosen(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    config = root.parent / "medmim.toml"
    config.write_text(config.read_text().replace('endpoint = "here"', ""))
    assert main(["calls", "plan", "--source", "odir"]) == 2
    assert "no endpoint is chosen; set generation.endpoint or give --endpoint" in capsys.readouterr().err


def test_a_request_file_goes_out_and_its_answers_come_in_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, answers = root.parent / "files" / "requests.jsonl", root.parent / "answers.jsonl"
    assert main(["calls", "write", "--source", "odir", "--out", str(out)]) == 0
    assert [json.loads(line)["custom_id"] for line in out.read_text().splitlines()] == [one.key for one in REQUESTS]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    answers.write_text(answer_lines(0, 2, 3))
    assert main(["calls", "take", str(answers)]) == 0
    assert "3 answers taken, 0 known before; of the requests that it names 0 are open" in capsys.readouterr().out
    assert main(["calls", "take", str(answers)]) == 0
    assert "0 answers taken, 3 known before" in capsys.readouterr().out
    with open_call_ledger(root / "calls" / "ledger.sqlite") as ledger:
        assert ledger.verify() == 3
        found = ledger.final_attempts(request.key for request in REQUESTS)
        spent = ledger.spent()
    assert {key: attempt.text for key, attempt in found.items()} == {REQUESTS[n].key: f"answer {n}" for n in (0, 2, 3)}
    assert {(one.endpoint, one.executor, one.price_date) for one in found.values()} == {("here", Executor.FILE, "2024-10-02")}
    assert spent.usd == pytest.approx(3 * (1_000 * 2.5 + 100 * 10) / 1e6)
    assert main(["calls", "write", "--source", "odir", "--out", str(out)]) == 0
    assert [json.loads(line)["custom_id"] for line in out.read_text().splitlines()] == [
        REQUESTS[number].key for number in (1, 4, 5)
    ]


def test_a_failure_that_a_file_tells_twice_is_one_attempt_and_its_request_stays_open(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, answers = root.parent / "requests.jsonl", root.parent / "answers.jsonl"
    main(["calls", "write", "--source", "odir", "--out", str(out)])
    row = {"custom_id": REQUESTS[0].key, "response": {"status_code": 500, "body": {"error": "overloaded"}}, "error": None}
    answers.write_text(json.dumps(row) + "\n")
    for _ in range(2):
        assert main(["calls", "take", str(answers)]) == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .endswith("0 answers taken, 1 known before; of the requests that it names 1 are open")
    )
    with open_call_ledger(root / "calls" / "ledger.sqlite") as ledger:
        assert [attempt.outcome for attempt in ledger.attempts(REQUESTS[0].key)] == [Outcome.SERVER_ERROR]


def test_lines_that_are_no_answers_are_counted_and_their_neighbours_taken(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, answers = root.parent / "requests.jsonl", root.parent / "answers.jsonl"
    main(["calls", "write", "--source", "odir", "--out", str(out)])
    stranger = json.dumps({"custom_id": "call-unknown", "response": {"status_code": 200, "body": {}}})
    answers.write_text(f"{{broken\n{stranger}\n{answer_lines(1)}")
    assert main(["calls", "take", str(answers)]) == 1
    printed = capsys.readouterr().out
    assert "1 answers taken" in printed and "2 lines could not be used (line 1: " in printed
    assert main(["calls", "take", str(root.parent / "none.jsonl")]) == 2


def test_a_file_is_not_written_for_an_endpoint_that_the_policy_denies(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = root.parent / "requests.jsonl"
    assert main(["calls", "write", "--source", "odir", "--endpoint", "elsewhere", "--out", str(out)]) == 2
    assert "elsewhere" in capsys.readouterr().err
    assert not out.exists()


def test_the_ledger_is_told_as_text_and_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempt = Attempt(
        REQUESTS[0].key, "here", Executor.LIVE, Outcome.ANSWERED, "now", 0.1, 200, text=SECRET, prompt_tokens=1_000
    )
    with open_call_ledger(root / "calls" / "ledger.sqlite") as ledger:
        ledger.add_requests(REQUESTS)
        ledger.append([attempt, Attempt(REQUESTS[1].key, "here", Executor.LIVE, Outcome.RATE_LIMITED, "now", 0.1, 429)])
    out = root.parent / "sums.json"
    assert main(["calls", "ledger", "--json", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["here", "gpt-4o", "write", "answered", "1", "1,000", "0", "not", "known", "1"]
    assert lines[-1] == "in all: 2 attempts, 0.00 USD, 1,000 tokens; attempts of unknown price: 1"
    document = json.loads(out.read_text())
    assert document["spent"] == {"usd": 0.0, "tokens": 1_000, "n_unpriced": 1}
    assert [(one["outcome"], one["n_attempts"], one["usd"]) for one in document["totals"]] == [
        ("answered", 1, None),
        ("rate_limited", 1, None),
    ]
    assert SECRET not in out.read_text()


def test_a_ledger_that_was_changed_is_told_by_verify(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "calls" / "ledger.sqlite"
    assert main(["calls", "verify"]) == 2
    assert main(["calls", "ledger"]) == 0
    assert not path.exists()
    with open_call_ledger(path) as ledger:
        ledger.append([Attempt("call-unknown", "here", Executor.LIVE, Outcome.ANSWERED, "now", 0.1)])
    capsys.readouterr()
    assert main(["calls", "verify"]) == 2
    assert "attempt 1: the request that it answers is missing" in capsys.readouterr().err
    with open_call_ledger(path) as ledger:
        ledger.add_requests([CallRequest((), Purpose.WRITE, "g", "0" * 64, '{"model":"m"}')])
