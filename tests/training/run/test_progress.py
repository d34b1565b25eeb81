"""Whoever started the run hears how far it is: Dagster through Pipes, or the terminal; never another process than the first."""

import itertools
import json
from pathlib import Path

import pytest
from dagster_pipes import encode_param

from tests.training.run.small_run import Listener
from training.run.progress import Progress, open_progress
from training.run.step_log import StepRecord


def step(number: int) -> StepRecord:
    return StepRecord(number, 1.0, 1e-3, 0.5, samples_per_second=10.0, step_seconds=2.0, loader_seconds=0.0)


def test_steps_are_told_every_few_seconds_and_at_both_ends() -> None:
    listener = Listener()
    progress = Progress(listener, every_s=10, clock=itertools.count(0, 4).__next__)
    for number in range(1, 9):
        progress.note_step(step(number), n_steps=8)
    assert [line.split(":")[0] for line in listener.lines] == [f"step {n} of 8" for n in (1, 4, 7, 8)]
    assert listener.lines[0].endswith("14 s left") and listener.lines[1].endswith("16 s left")  # then by the clock


def test_pipes_carries_lines_and_one_materialization(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = tmp_path / "messages"
    messages.touch()
    context = {
        "asset_keys": ["training/checkpoint"],
        "code_version_by_asset_key": {},
        "provenance_by_asset_key": {},
        "partition_key": "tiny",
        "partition_key_range": None,
        "partition_time_window": None,
        "run_id": "r",
        "job_name": "j",
        "retry_number": 0,
        "extras": {},
    }
    monkeypatch.setenv("DAGSTER_PIPES_CONTEXT", encode_param({"data": context}))
    monkeypatch.setenv("DAGSTER_PIPES_MESSAGES", encode_param({"path": str(messages)}))
    with open_progress(is_first=True) as progress:
        progress.say("going on from step 3 of 8")
        progress.finish({"steps": 8, "losses": [(1, 2.0)]}, "ab")
    told = [json.loads(line) for line in messages.read_text().splitlines()]
    assert [line["method"] for line in told] == ["opened", "log", "report_asset_materialization", "closed"]
    assert told[1]["params"]["message"] == "going on from step 3 of 8"
    reported = told[2]["params"]
    assert (reported["asset_key"], reported["data_version"]) == ("training/checkpoint", "ab")
    assert reported["metadata"]["steps"]["raw_value"] == 8


def test_without_dagster_lines_are_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_PIPES_CONTEXT", raising=False)
    with open_progress(is_first=True) as progress:
        progress.say("a line")
        progress.finish({"steps": 8, "losses": [(1, 2.0)]}, "abc")
    assert capsys.readouterr().out == "a line\nfinished: steps 8; version abc\n"


def test_other_processes_are_silent_and_do_not_open_pipes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_PIPES_CONTEXT", "not even read")
    with open_progress(is_first=False) as progress:
        progress.say("a line")
        progress.finish({}, "abc")
    assert capsys.readouterr().out == ""
