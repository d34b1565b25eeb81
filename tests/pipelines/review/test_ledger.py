import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipelines.append_only.kind import BrokenLedgerError, LedgerError
from pipelines.reasons import RejectReason
from pipelines.review.decisions import DecisionError, NewDecision
from pipelines.review.ledger import ReviewLedger, open_ledger
from pipelines.vocabulary import Verdict
from tests.pipelines.append_only.tampering import alter

ROOT = Path(__file__).parents[3]


def approval(item: str = "record-1", reviewer: str = "Ada") -> NewDecision:
    return NewDecision(item, "d" * 64, reviewer, Verdict.APPROVE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "decisions.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[ReviewLedger]:
    with open_ledger(path) as opened:
        yield opened


def test_events_come_back_as_they_were_written_and_in_order(path: Path) -> None:
    noon_in_rome = datetime(2026, 11, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    with open_ledger(path, clock=lambda: noon_in_rome) as ledger:
        reject = NewDecision("record-2", "e" * 64, "Zoë", Verdict.REJECT, RejectReason.PHI, "a name\nin the image", True)
        written = ledger.append([approval(), reject])
    with open_ledger(path) as again:
        assert again.read() == written
        assert again.read(since=1) == written[1:]
        assert again.read(since=2) == []
    assert [event.event_id for event in written] == [1, 2]
    assert (written[1].reason, written[1].comment, written[1].is_synthetic) == ("phi", "a name\nin the image", True)
    assert written[0].time == "2026-11-01T11:00:00.000000+00:00"


def test_the_default_clock_tells_utc(ledger: ReviewLedger) -> None:
    before = datetime.now(UTC)
    (event,) = ledger.append([approval()])
    assert before <= datetime.fromisoformat(event.time) <= datetime.now(UTC)


def test_one_bad_decision_keeps_the_whole_batch_out(ledger: ReviewLedger) -> None:
    ledger.append([approval("record-0")])
    with pytest.raises(DecisionError, match=r"decision 2 of 3: reviewer ''.*nothing was written"):
        ledger.append([approval("record-1"), approval("record-2", reviewer=""), approval("record-3")])
    assert [event.item for event in ledger.read()] == ["record-0"]


def test_a_batch_that_fails_in_the_database_leaves_nothing_behind(path: Path, ledger: ReviewLedger) -> None:
    ledger.append([approval("record-0")])
    refuse = (
        "CREATE TRIGGER t BEFORE INSERT ON decisions WHEN NEW.item = 'record-2' BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    alter(path, refuse, without_triggers=False)
    with pytest.raises(LedgerError, match="cannot be written: disk full"):
        ledger.append([approval("record-1"), approval("record-2")])
    assert ledger.verify() == 1


def test_appending_nothing_writes_nothing(ledger: ReviewLedger) -> None:
    assert ledger.append([]) == []
    assert ledger.verify() == 0


def test_the_digest_changes_with_every_event_and_only_then(path: Path, ledger: ReviewLedger) -> None:
    empty = ledger.digest()
    ledger.append([approval()])
    one = ledger.digest()
    with open_ledger(path) as other:
        assert other.digest() == one
    ledger.append([approval()])
    assert len({empty, one, ledger.digest()}) == 3


def test_equal_decisions_at_equal_times_give_equal_digests(tmp_path: Path) -> None:
    def make(name: str) -> str:
        with open_ledger(tmp_path / name, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC)) as ledger:
            ledger.append([approval(), approval("record-2")])
            return ledger.digest()

    assert make("a.sqlite") == make("b.sqlite")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET verdict = 'reject', reason = 'phi'",
        "DELETE FROM decisions",
        "INSERT OR REPLACE INTO decisions SELECT 1, 'record-9', item_digest, reviewer, verdict, reason, comment, time, "
        "is_synthetic, prev_hash, 'x' FROM decisions",
        "INSERT OR REPLACE INTO decisions SELECT NULL, 'record-9', item_digest, reviewer, verdict, reason, comment, time, "
        "is_synthetic, prev_hash, hash FROM decisions",
    ],
)
def test_another_program_cannot_change_an_event(path: Path, ledger: ReviewLedger, statement: str) -> None:
    written = ledger.append([approval()])
    with pytest.raises(sqlite3.IntegrityError, match="append-only: to take a decision back, append another one"):
        alter(path, statement, without_triggers=False)
    assert ledger.read() == written
    assert ledger.verify() == 1


def test_a_strict_table_refuses_a_value_of_another_type(path: Path, ledger: ReviewLedger) -> None:
    ledger.append([approval()])
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"):
        alter(
            path,
            "INSERT INTO decisions SELECT 2, item, item_digest, reviewer, verdict, reason, comment, time, 'no', hash, 'x' "
            "FROM decisions",
            without_triggers=False,
        )


@pytest.mark.parametrize(
    ("statement", "event_id", "problem"),
    [
        (
            "UPDATE decisions SET verdict = 'approve', reason = NULL WHERE event_id = 2",
            2,
            "its content is not what was written",
        ),
        ("UPDATE decisions SET reviewer = 'Eve' WHERE event_id = 3", 3, "its content is not what was written"),
        ("DELETE FROM decisions WHERE event_id = 1", 2, "event 1 should stand here; events were removed"),
        ("DELETE FROM decisions WHERE event_id = 3", 4, "event 3 should stand here; events were removed"),
        ("DELETE FROM decisions WHERE event_id = 4", 4, "4 events were written, 3 are left; the last ones were removed"),
        ("DELETE FROM decisions", 1, "4 events were written, 0 are left"),
        ("UPDATE decisions SET hash = 'x' WHERE event_id = 2", 2, "its content is not what was written"),
        ("UPDATE decisions SET prev_hash = 'x' WHERE event_id = 2", 2, "it does not follow the event before it"),
    ],
)
def test_a_change_behind_the_triggers_is_found_at_its_event(
    path: Path, ledger: ReviewLedger, statement: str, event_id: int, problem: str
) -> None:
    reject = NewDecision("record-2", "e" * 64, "Ada", Verdict.REJECT, RejectReason.LEAK)
    ledger.append([approval("record-1"), reject, approval("record-3"), approval("record-4")])
    assert ledger.verify() == 4
    alter(path, statement)
    with pytest.raises(BrokenLedgerError, match="put back the last backup") as caught:
        ledger.verify()
    assert (caught.value.event_id, problem in str(caught.value)) == (event_id, True)


def test_removed_last_events_are_found_even_after_new_ones_were_written(path: Path, ledger: ReviewLedger) -> None:
    ledger.append([approval("record-1"), approval("record-2")])
    alter(path, "DELETE FROM decisions WHERE event_id = 2")
    ledger.append([approval("record-3")])
    with pytest.raises(BrokenLedgerError, match="event 2 should stand here"):
        ledger.verify()


def test_a_dropped_trigger_is_found(path: Path, ledger: ReviewLedger) -> None:
    alter(path, "DROP TRIGGER decisions_no_delete", without_triggers=False)
    with pytest.raises(BrokenLedgerError, match="trigger decisions_no_delete is missing or was changed"):
        ledger.verify()


def test_the_file_is_written_ahead_and_synchronised_fully(path: Path, ledger: ReviewLedger) -> None:
    with ledger._connect() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    assert values == ["wal", 2, 30_000]
    with closing(sqlite3.connect(path)) as other:
        assert "STRICT" in other.execute("SELECT sql FROM sqlite_master WHERE name = 'decisions'").fetchone()[0]


WRITER = """
import sys
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.vocabulary import Verdict
with open_ledger(sys.argv[1]) as ledger:
    for number in range(int(sys.argv[3])):
        ledger.append([NewDecision(f"{sys.argv[2]}-{number}", "d" * 64, sys.argv[2], Verdict.APPROVE)])
        print(number, flush=True)
"""
HALF_WRITER = """
import sys
from pipelines.review.ledger import _chain, open_ledger
from pipelines.review.ledger_schema import DECISIONS, GENESIS
from pipelines.review.decisions import NewDecision
from pipelines.vocabulary import Verdict
ledger = open_ledger(sys.argv[1])
with ledger._connect(is_writing=True) as connection:
    rows = _chain([NewDecision("half", "d" * 64, "Half", Verdict.APPROVE)], "now", 100, GENESIS)
    connection.execute(DECISIONS.insert(), rows)
    print("inside", flush=True)
    sys.stdin.read()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_four_processes_that_write_at_once_lose_nothing_and_keep_the_chain(path: Path) -> None:
    writers = [start(WRITER, path, f"writer{number}", 25) for number in range(4)]  # they make the file at once, too
    assert [writer.communicate(timeout=60)[0].count("\n") for writer in writers] == [25] * 4
    assert [writer.returncode for writer in writers] == [0] * 4
    with open_ledger(path) as ledger:
        assert ledger.verify() == 100
        items = [event.item for event in ledger.read()]
    assert sorted(items) == sorted(f"writer{writer}-{number}" for writer in range(4) for number in range(25))


def test_a_writer_killed_between_events_leaves_every_acknowledged_event(path: Path) -> None:
    with start(WRITER, path, "killed", 100_000) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
    with open_ledger(path) as ledger:
        n_events = ledger.verify()
        assert len(acknowledged) <= n_events <= len(acknowledged) + 1  # the last may be written, yet not acknowledged
        assert ledger.append([approval()])[0].event_id == n_events + 1


def test_a_writer_killed_inside_a_transaction_leaves_no_half_event_and_no_lock(path: Path, ledger: ReviewLedger) -> None:
    ledger.append([approval()])
    with start(HALF_WRITER, path) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "inside\n"
        assert len(ledger.read()) == 1  # readers do not wait for a writer
        writer.kill()
    assert ledger.verify() == 1
    assert ledger.append([approval("record-2")])[0].event_id == 2


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a" / "b" / "decisions.sqlite") as ledger:
        assert ledger.read() == []


def test_a_path_and_its_url_open_the_same_ledger(path: Path, ledger: ReviewLedger) -> None:
    ledger.append([approval()])
    with open_ledger(f"sqlite:///{path}") as other:
        assert len(other.read()) == 1


def test_a_path_with_characters_of_urls_is_a_path(tmp_path: Path) -> None:
    odd = tmp_path / "100% ?mode=ro#x" / "decisions.sqlite"
    with open_ledger(odd):
        assert odd.is_file()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    path.write_text("item,digest,verdict\n" * 100)
    with pytest.raises(LedgerError, match=r"decisions\.sqlite: cannot be opened as a review ledger: file is not a database"):
        open_ledger(path)
    assert path.read_text() == "item,digest,verdict\n" * 100


def test_another_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE patients (name TEXT)")
    with pytest.raises(LedgerError, match=r"no review ledger: got tables \['patients'\]"):
        open_ledger(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("patients",)]


def test_a_ledger_with_overwritten_pages_is_told_and_not_read_as_shorter(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.append([approval(f"record-{number}") for number in range(500)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match=r"damaged|malformed|not what was written"):
        ledger.verify()


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="unable to open database file"):
        open_ledger(tmp_path)


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "review").write_text("")
    with pytest.raises(LedgerError, match=r"its folder cannot be made: .*choose another place"):
        open_ledger(tmp_path / "review" / "decisions.sqlite")


@pytest.mark.parametrize(
    "url", ["postgresql://host/db", "sqlite://", ":memory:", "://x", "s3://bucket/decisions.sqlite", "s3:/bucket/a"]
)
def test_what_is_no_local_sqlite_file_is_refused(url: str) -> None:
    with pytest.raises(LedgerError, match=r"expected a path|is a local SQLite file"):
        open_ledger(url)
