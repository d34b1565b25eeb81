import os
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.append_only.kind import BrokenLedgerError, LedgerError
from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import CallLedger, open_call_ledger
from pipelines.calls.ledger_rows import whole_text
from pipelines.calls.ledger_schema import ATTEMPTS, CALL_LEDGER
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.calls.spending import AnswerSize, CallTotal, Spent
from pipelines.vocabulary import Source
from tests.pipelines.append_only.tampering import alter

ROOT = Path(__file__).parents[3]
STARTED = "2026-11-22T09:00:00.000000+00:00"
FINAL = [outcome for outcome in Outcome if outcome.is_final]


def request_of(number: int, model: str = "gpt-4o", purpose: Purpose = Purpose.WRITE) -> CallRequest:
    body = canonical_body({"model": model, "messages": [{"role": "user", "content": f"Größe von Bild {number}?"}]})
    return CallRequest((Source.ODIR, Source.EMBED), purpose, f"group-{number}", "0" * 64, body)


def attempt_at(request: CallRequest, outcome: Outcome = Outcome.ANSWERED, text: str | None = None) -> Attempt:
    return Attempt(request.key, "local", Executor.LIVE, outcome, STARTED, 0.25, text=text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[CallLedger]:
    with open_call_ledger(path) as opened:
        yield opened


def test_the_table_has_a_column_for_every_field_of_an_attempt_in_its_order() -> None:
    assert [column.name for column in ATTEMPTS.columns] == ["id", *(field.name for field in fields(Attempt)), "hash"]


def test_an_attempt_comes_back_as_it_was_written_in_every_field(path: Path) -> None:
    full = Attempt(
        key=request_of(1).key,
        endpoint="azure",
        executor=Executor.BATCH,
        outcome=Outcome.CUT_OFF,
        started=STARTED,
        seconds=12.5,
        http_status=200,
        finish_reason="length",
        text='{"question": "Größe?\x00\n',
        detail="none",
        prompt_tokens=900,
        completion_tokens=700,
        cost_usd=0.00462,
        price_date="2024-10-02",
        model_echoed="gpt-4o-2024-08-06",
        system_fingerprint="fp_1",
        request_id="req-1",
    )
    assert None not in (getattr(full, field.name) for field in fields(Attempt))
    with open_call_ledger(path) as ledger:
        assert ledger.append([full, attempt_at(request_of(1))]) == [full, attempt_at(request_of(1))]
    with open_call_ledger(path) as again:
        assert again.attempts(full.key) == [full, attempt_at(request_of(1))]


def test_a_request_comes_back_as_it_was_added(path: Path) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    requests = [request_of(1), replace(request_of(1), sample_index=1), replace(request_of(2), sources=())]
    with open_call_ledger(path, clock=lambda: noon) as ledger:
        assert ledger.add_requests(requests) == 3
        found = ledger.requests([request.key for request in requests] + ["call-unknown"])
    assert [found[request.key].key for request in requests] == [request.key for request in requests]
    assert [found[request.key].body for request in requests] == [request.body for request in requests]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT DISTINCT added, model FROM requests").fetchall() == [
            ("2026-11-22T12:00:00.000000+00:00", "gpt-4o")
        ]


def test_a_request_is_added_once_however_often_it_is_planned(ledger: CallLedger) -> None:
    assert ledger.add_requests([request_of(1), request_of(1), request_of(2)]) == 2
    assert ledger.add_requests([request_of(2), request_of(3)]) == 1
    assert ledger.add_requests(iter([request_of(1), request_of(2), request_of(3)])) == 0
    assert ledger.verify() == 0


def test_more_requests_than_one_transaction_takes_are_all_added(ledger: CallLedger) -> None:
    requests = [request_of(number) for number in range(2_345)]
    assert ledger.add_requests(requests) == 2_345
    assert len(ledger.requests(request.key for request in requests)) == 2_345


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(list(Outcome))), max_size=30),
    st.lists(st.integers(0, 8), max_size=12),
    st.integers(1, 7),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_open_is_what_was_planned_less_what_has_a_final_attempt(
    made: list[tuple[int, Outcome]], planned: list[int], group: int
) -> None:
    attempts = [attempt_at(request_of(number), outcome, f"answer {place}") for place, (number, outcome) in enumerate(made)]
    requests = [request_of(number) for number in planned]
    last = {attempt.key: attempt for attempt in attempts if attempt.outcome.is_final}
    with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
        for start in range(0, len(attempts), group):
            ledger.append(attempts[start : start + group])
        opened = ledger.open_requests(requests)
        answers = ledger.final_attempts([request.key for request in requests])
        kept = {number: ledger.attempts(request_of(number).key) for number in range(7)}
    unique = list(dict.fromkeys(request.key for request in requests))
    assert [request.key for request in opened] == [key for key in unique if key not in last]
    assert list(answers.items()) == [(key, last[key]) for key in unique if key in last]
    assert kept == {number: [attempt for attempt in attempts if attempt.key == request_of(number).key] for number in range(7)}


@given(st.text(alphabet=st.characters(), max_size=30), st.integers(0, 2**53), st.floats(0, 1e6))
@settings(max_examples=40, deadline=None)
def test_any_text_of_a_model_is_kept_and_read_back_as_append_returned_it(text: str, tokens: int, seconds: float) -> None:
    given_attempt = replace(attempt_at(request_of(1)), text=text, detail=text, completion_tokens=tokens, seconds=seconds)
    with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
        ledger.add_requests([request_of(1)])
        written = ledger.append([given_attempt])
        assert ledger.attempts(request_of(1).key) == written
        assert ledger.verify() == 1
    assert written[0].text == whole_text(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("as it is: é 😀", "as it is: é 😀"),
        ("half: \ud83d", "half: \ufffd"),
        ("\udc00 a \ud83d\ude00", "\ufffd a 😀"),  # two halves that belong together are one letter
    ],
)
def test_half_a_surrogate_pair_does_not_keep_its_neighbours_out(ledger: CallLedger, text: str, kept: str) -> None:
    written = ledger.append([attempt_at(request_of(1)), attempt_at(request_of(2), text=text)])
    assert written[1].text == kept
    assert ledger.final_attempts([request_of(2).key])[request_of(2).key].text == kept


def test_the_last_final_attempt_counts_and_an_unfinished_one_after_it_does_not(ledger: CallLedger) -> None:
    request = request_of(1)
    first, second = attempt_at(request, Outcome.REFUSED, "no"), attempt_at(request, Outcome.ANSWERED, "yes")
    ledger.append([attempt_at(request, Outcome.TIMED_OUT), first])
    assert ledger.final_attempts([request.key]) == {request.key: first}
    ledger.append([second, attempt_at(request, Outcome.RATE_LIMITED)])
    assert ledger.final_attempts([request.key, request.key]) == {request.key: second}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_request_is_closed_by_its_final_outcomes_alone(ledger: CallLedger, outcome: Outcome) -> None:
    ledger.append([attempt_at(request_of(1), outcome)])
    assert (ledger.open_requests([request_of(1)]) == []) == outcome.is_final


def test_no_keys_and_unknown_keys_find_nothing(ledger: CallLedger) -> None:
    assert (ledger.final_attempts([]), ledger.final_attempts(["call-0"]), ledger.attempts("call-0")) == ({}, {}, [])
    assert (ledger.open_requests([]), ledger.requests([]), ledger.append([]), ledger.add_requests([])) == ([], {}, [], 0)


def test_what_was_spent_is_the_sum_over_all_attempts_and_an_unknown_price_is_not_nought(ledger: CallLedger) -> None:
    assert ledger.spent() == Spent(0.0, 0, 0)
    request = request_of(1)
    paid = replace(attempt_at(request), prompt_tokens=100, completion_tokens=20, cost_usd=0.5)
    untold = replace(attempt_at(request, Outcome.TIMED_OUT), cost_usd=None)
    local = replace(attempt_at(request), prompt_tokens=10, completion_tokens=2)
    ledger.append([paid, untold, local, replace(paid, outcome=Outcome.REFUSED, cost_usd=0.25)])
    assert ledger.spent() == Spent(0.75, 252, 2)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_attempt_that_no_endpoint_bills_is_not_of_unknown_price(ledger: CallLedger, outcome: Outcome) -> None:
    ledger.append([attempt_at(request_of(1), outcome)])
    assert ledger.spent().n_unpriced == int(outcome.is_billed)


def test_a_resumed_run_counts_nothing_twice(path: Path) -> None:
    requests = [request_of(number) for number in range(10)]
    with open_call_ledger(path) as ledger:  # a run that is killed after four answers and one time-out
        ledger.add_requests(requests)
        ledger.append([replace(attempt_at(request), cost_usd=1.0, prompt_tokens=10) for request in requests[:4]])
        ledger.append([attempt_at(requests[4], Outcome.RATE_LIMITED)])
    for n_open in (6, 0):
        with open_call_ledger(path) as ledger:
            ledger.add_requests(requests)
            left = ledger.open_requests(requests)
            assert len(left) == n_open
            ledger.append([replace(attempt_at(request), cost_usd=1.0, prompt_tokens=10) for request in left])
    with open_call_ledger(path) as ledger:
        assert ledger.spent() == Spent(10.0, 100, 0)
        assert list(ledger.final_attempts(request.key for request in requests)) == [request.key for request in requests]


def test_totals_tell_endpoint_model_purpose_and_outcome_apart(ledger: CallLedger) -> None:
    write, judge = request_of(1), request_of(1, model="judge-model", purpose=Purpose.JUDGE)
    ledger.add_requests([write, judge])
    ledger.append(
        [
            replace(attempt_at(write), prompt_tokens=100, completion_tokens=20, cost_usd=0.5),
            replace(attempt_at(write), prompt_tokens=100, completion_tokens=30, cost_usd=0.5),
            attempt_at(write, Outcome.RATE_LIMITED),
            replace(attempt_at(judge), endpoint="other", prompt_tokens=7, completion_tokens=1),
            replace(attempt_at(request_of(9)), endpoint="other"),
        ]
    )
    assert ledger.totals() == [
        CallTotal("local", "gpt-4o", "write", "answered", 2, 200, 50, 1.0, 0),
        CallTotal("local", "gpt-4o", "write", "rate_limited", 1, 0, 0, None, 0),
        CallTotal("other", "judge-model", "judge", "answered", 1, 7, 1, None, 1),
        CallTotal("other", "unknown", "unknown", "answered", 1, 0, 0, None, 1),
    ]


def test_answers_are_measured_per_model_and_purpose_where_their_tokens_are_known(ledger: CallLedger) -> None:
    write, judge = request_of(1), request_of(1, purpose=Purpose.JUDGE)
    ledger.add_requests([write, judge])
    ledger.append([replace(attempt_at(write), completion_tokens=n_tokens) for n_tokens in (100, 200)])
    ledger.append([attempt_at(write), replace(attempt_at(write, Outcome.CUT_OFF), completion_tokens=700)])
    ledger.append([replace(attempt_at(judge), completion_tokens=3)])
    assert ledger.answer_sizes() == {
        ("gpt-4o", Purpose.JUDGE): AnswerSize(1, 3),
        ("gpt-4o", Purpose.WRITE): AnswerSize(2, 300),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attempts SET cost_usd = 0",
        "DELETE FROM attempts",
        "INSERT OR REPLACE INTO attempts SELECT * FROM attempts",
        "UPDATE requests SET body = '{}'",
        "DELETE FROM requests",
        "INSERT OR REPLACE INTO requests SELECT key, purpose, item, sources, prompt_hash, model, '{}', 0, added FROM requests",
    ],
)
def test_another_program_cannot_change_what_was_asked_and_answered(path: Path, ledger: CallLedger, statement: str) -> None:
    ledger.add_requests([request_of(1)])
    ledger.append([replace(attempt_at(request_of(1)), cost_usd=1.0)])
    with pytest.raises(sqlite3.IntegrityError, match=r"the call ledger is append-only: .*append another attempt"):
        alter(path, statement, without_triggers=False)
    assert ledger.spent().usd == 1.0
    assert ledger.verify() == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE attempts SET cost_usd = 0 WHERE id = 2", "attempt 2: its content is not what was written"),
        ("UPDATE attempts SET text = 'other' WHERE id = 3", "attempt 3: its content is not what was written"),
        ("DELETE FROM attempts WHERE id = 1", "attempt 2: attempt 1 should stand here; attempts were removed"),
        ("DELETE FROM attempts WHERE id = 3", "attempt 3: 3 attempts were written, 2 are left"),
        ("UPDATE requests SET item = 'group-9' WHERE item = 'group-1'", "request call-.*: its content is not what was written"),
        ("UPDATE requests SET purpose = 'x' WHERE item = 'group-1'", "request call-.*: its content is not what was written"),
        ("UPDATE requests SET model = 'free' WHERE item = 'group-1'", "request call-.*: its content is not what was written"),
        ("UPDATE requests SET body = '[' WHERE item = 'group-1'", "request call-.*: its content is not what was written"),
        ("DELETE FROM requests WHERE item = 'group-2'", "attempt 2: the request that it answers is missing"),
    ],
)
def test_a_change_behind_the_triggers_is_found(path: Path, ledger: CallLedger, statement: str, problem: str) -> None:
    requests = [request_of(number) for number in (1, 2, 3)]
    ledger.add_requests(requests)
    ledger.append([replace(attempt_at(request), cost_usd=1.0) for request in requests])
    assert ledger.verify() == 3
    alter(path, statement)
    with pytest.raises(BrokenLedgerError, match=f"the call ledger is broken: {problem}.*put back the last backup"):
        ledger.verify()


def test_a_dropped_trigger_is_found(path: Path, ledger: CallLedger) -> None:
    alter(path, "DROP TRIGGER requests_no_update", without_triggers=False)
    with pytest.raises(BrokenLedgerError, match="trigger requests_no_update is missing or was changed, so that attempts"):
        ledger.verify()


def test_a_batch_that_fails_in_the_database_leaves_nothing_behind(path: Path, ledger: CallLedger) -> None:
    refuse = "CREATE TRIGGER t BEFORE INSERT ON attempts WHEN NEW.text = 'b' BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    alter(path, refuse, without_triggers=False)
    with pytest.raises(LedgerError, match="the call ledger cannot be written: disk full; check its disk"):
        ledger.append([attempt_at(request_of(1), text="a"), attempt_at(request_of(2), text="b")])
    assert ledger.attempts(request_of(1).key) == []


def test_no_traceback_of_a_failed_write_shows_what_was_to_be_written(path: Path, ledger: CallLedger) -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    alter(path, *(f"CREATE TRIGGER t{table} BEFORE INSERT ON {table} {refuse}" for table in ("attempts", "requests")))
    attempt = attempt_at(request_of(1), text="Größe: 3 cm")
    for write in (lambda: ledger.append([attempt]), lambda: ledger.add_requests([request_of(1)])):
        with pytest.raises(LedgerError, match="disk full") as caught:
            write()
        told = "".join(traceback.format_exception(caught.value))
        assert "IntegrityError" in told and "Größe" not in told and "Gr\\xf6" not in told


def test_the_file_and_a_folder_made_for_it_belong_to_their_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with open_call_ledger(path) as ledger:
            ledger.append([attempt_at(request_of(1))])
            modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"ledger.sqlite": 0o600, "ledger.sqlite-wal": 0o600, "ledger.sqlite-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_ledger_that_others_may_read_is_taken_from_them(path: Path) -> None:
    with open_call_ledger(path) as ledger:
        ledger.append([attempt_at(request_of(1))])
        for entry in path.parent.iterdir():
            entry.chmod(0o644)
        with open_call_ledger(path):
            assert {stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()} == {0o600}


def test_the_folder_of_somebody_else_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with open_call_ledger(tmp_path / "ledger.sqlite"):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_another_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")
    path.chmod(0o644)
    with pytest.raises(LedgerError, match=r"no call ledger: got tables \['patients'\].*expected table 'requests'"):
        open_call_ledger(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("patients",)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("custom_id,answer\n" * 100)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite: cannot be opened as a call ledger: file is not a database"):
        open_call_ledger(path)
    assert path.read_text() == "custom_id,answer\n" * 100


def test_a_damaged_file_is_told_and_not_read_as_shorter(path: Path) -> None:
    with open_call_ledger(path) as ledger:
        requests = [request_of(number) for number in range(300)]
        ledger.add_requests(requests)
        ledger.append([attempt_at(request, text="x" * 200) for request in requests])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    with open_call_ledger(path) as ledger, pytest.raises(LedgerError, match=r"ledger\.sqlite: the call ledger .*backup"):
        ledger.verify()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"its folder cannot be made: .*choose another place"):
        open_call_ledger(Path("/proc/none/ledger.sqlite"))
    with pytest.raises(
        LedgerError, match=r"cannot be opened as a call ledger: .*mend the permissions.*or choose another place"
    ):
        open_call_ledger(Path("/proc/self/ledger.sqlite"))
    with pytest.raises(LedgerError, match="unable to open database file"):
        open_call_ledger(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_to_write_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LedgerError, match="Permission denied"):
            open_call_ledger(tmp_path / "ledger.sqlite")
    finally:
        tmp_path.chmod(0o700)


WRITER = """
import sys
from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.request import CallRequest, Purpose
from pipelines.calls.kinds import Executor
with open_call_ledger(sys.argv[1]) as ledger:
    for number in range(int(sys.argv[3])):
        requests = [CallRequest((), Purpose.WRITE, f"{sys.argv[2]}-{number}-{n}", "0" * 64, '{"model":"m"}') for n in range(4)]
        ledger.add_requests(requests)
        ledger.append([Attempt(r.key, "e", Executor.LIVE, Outcome.ANSWERED, "now", 0.1, cost_usd=0.25) for r in requests])
        print(*[request.key for request in requests], flush=True)
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_lose_nothing(path: Path) -> None:
    writers = [start(path, f"writer{number}", 20) for number in range(3)]  # they make the file at once, too
    printed = [writer.communicate(timeout=60)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 3
    keys = [key for output in printed for key in output]
    with open_call_ledger(path) as ledger:
        assert ledger.verify() == len(keys) == 240
        assert len(ledger.final_attempts(keys)) == 240
        assert ledger.spent().usd == 60.0


def test_a_killed_writer_leaves_every_acknowledged_attempt(path: Path) -> None:
    with start(path, "killed", 100_000) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(10)]
        writer.kill()
        acknowledged += [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    keys = [key for line in acknowledged for key in line.split()]
    with open_call_ledger(path) as ledger:
        assert ledger.verify() in {len(keys), len(keys) + 4}  # the last group may be written, yet not acknowledged
        assert list(ledger.final_attempts(keys)) == keys


def test_one_thread_writes_while_others_read(path: Path) -> None:
    requests = [request_of(number) for number in range(320)]

    def read(_: int) -> list[int]:
        counts: list[int] = []
        while not counts or counts[-1] < len(requests):
            counts.append(len(ledger.final_attempts(request.key for request in requests)))
        return counts

    with open_call_ledger(path) as ledger, ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        for first in range(0, 320, 32):
            pool.submit(ledger.append, [attempt_at(request) for request in requests[first : first + 32]]).result()
        seen = [reader.result(timeout=60) for reader in readers]
    assert all(counts == sorted(counts) and not any(count % 32 for count in counts) for counts in seen)  # groups are whole


def test_the_refusal_and_the_tables_of_the_ledger_are_those_of_this_kind() -> None:
    triggers = CALL_LEDGER.triggers()
    assert sorted(triggers) == sorted(
        f"{table}_{name}" for table in ("requests", "attempts") for name in ("no_update", "no_delete", "no_replace")
    )
    assert "WHERE key = NEW.key)" in triggers["requests_no_replace"]
