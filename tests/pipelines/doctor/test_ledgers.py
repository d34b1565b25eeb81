import sqlite3
from pathlib import Path

import pytest

from pipelines.calls.ledger import open_call_ledger
from pipelines.doctor.finding import Level
from pipelines.doctor.ledgers import examine_ledgers
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.settings import Settings
from pipelines.vocabulary import Verdict


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage_root=str(tmp_path))


def test_whole_ledgers_are_counted(settings: Settings) -> None:
    with open_ledger(settings.review_ledger()) as ledger:
        ledger.append([NewDecision("record-1", "d" * 64, "Ada", Verdict.APPROVE)])
    open_call_ledger(settings.call_ledger()).close()
    review, calls = examine_ledgers(settings)
    assert (review.level, review.got) == (Level.OK, "1 event(s), each as it was written")
    assert (calls.level, calls.got) == (Level.OK, "0 attempt(s), each as it was written")


def test_a_changed_event_is_a_problem_and_the_other_ledger_is_still_looked_at(settings: Settings) -> None:
    with open_ledger(settings.review_ledger()) as ledger:
        ledger.append([NewDecision("record-1", "d" * 64, "Ada", Verdict.APPROVE)])
    with sqlite3.connect(settings.review_ledger()) as connection:
        connection.execute("DROP TRIGGER decisions_no_update")
        connection.execute("UPDATE decisions SET reviewer = 'Eve'")
    connection.close()
    review, calls = examine_ledgers(settings)
    assert (review.level, calls.level) == (Level.PROBLEM, Level.OK)
    assert "put back the last backup" in review.advice


@pytest.mark.parametrize("content", [b"no database at all, but long enough to look at" * 40])
def test_a_file_that_is_no_ledger_is_a_problem_and_stays_as_it_is(settings: Settings, content: bytes) -> None:
    path = settings.review_ledger()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    review, _ = examine_ledgers(settings)
    assert review.level is Level.PROBLEM
    assert path.read_bytes() == content


def test_an_empty_file_is_warned_of_and_no_ledger_is_made_of_it(settings: Settings) -> None:
    path = settings.call_ledger()
    path.parent.mkdir(parents=True)
    path.touch()
    _, calls = examine_ledgers(settings)
    assert calls.level is Level.WARNING
    assert path.stat().st_size == 0


def test_a_folder_in_place_of_a_ledger_is_a_problem(settings: Settings) -> None:
    settings.review_ledger().mkdir(parents=True)
    review, _ = examine_ledgers(settings)
    assert review.level is Level.PROBLEM


def test_prompts_that_others_could_read_are_told(settings: Settings) -> None:
    open_call_ledger(settings.call_ledger()).close()
    settings.call_ledger().chmod(0o644)
    found = [finding for finding in examine_ledgers(settings) if finding.what == "call ledger"]
    assert [finding.level for finding in found] == [Level.WARNING, Level.OK]
