"""`dagster asset materialize` killed in the middle of its calls, and run again; and what Dagster keeps of prompts: nothing."""

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

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipelines.records import Record
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Prepared,
    draw,
    open_site,
)
from tests.assets.model_generation.outcome import (
    IN_ANSWER,
    IN_JUNK,
    IN_PROMPT,
    IN_REFUSAL,
    IN_REPORT,
    REPOSITORY,
)
from tests.pipelines.calls.loopback import complete, fail
from tests.pipelines.generation.model.played_model import Case, answer_well


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
