"""Why a run ended, from what is left of it."""

import json
from pathlib import Path

import pytest

from assets.launchers.endings import explain_end, mark_failure, read_tail, tell_exit
from training.run_folder import RunFolder

TORCHRUN = """\
Failures:
[1]:
  exitcode  : {other} (pid: 12)
Root Cause (first observed failure):
[0]:
  exitcode  : {cause} (pid: 11)
"""


@pytest.mark.parametrize(
    ("code", "words", "is_worth_retrying"),
    [
        (1, "exit code 1", True),
        (2, "must be mended", False),
        (3, "no finite numbers", False),
        (75, "saved its state", True),
        (-9, "SIGKILL, most often for want of memory", True),
        (137, "SIGKILL", True),
        (143, "SIGTERM", True),
        (-64, "signal 64", True),
        (255, "signal 127", True),
    ],
)
def test_each_exit_code_is_told_and_is_tried_again_only_where_that_helps(
    code: int, words: str, is_worth_retrying: bool
) -> None:
    ending = tell_exit(code)
    assert words in ending.text.replace("SIGRTMAX", "signal 64") and ending.is_worth_retrying is is_worth_retrying


def test_torchruns_own_exit_code_gives_way_to_that_of_its_root_cause(tmp_path: Path) -> None:
    ending = explain_end(RunFolder(tmp_path), 1, TORCHRUN.format(other=-15, cause=2))
    assert ending.text.startswith("ended with exit code 2") and not ending.is_worth_retrying


def test_the_failure_file_says_it_best_unless_it_is_older_than_the_launch(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.failure.write_text(json.dumps({"message": "step 7: the loss is nan"}))
    before = mark_failure(folder)
    assert explain_end(folder, -9, "", failed_before=before).text.startswith("killed by SIGKILL")
    assert explain_end(folder, 3, "", failed_before=None).text == "stopped itself: step 7: the loss is nan"


def test_a_failure_file_that_is_no_json_is_still_pointed_to(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.failure.write_bytes(b"{\xff")
    assert "failure.json" in explain_end(folder, 3, "").text


def test_the_tail_of_a_log_is_its_last_lines_whatever_its_bytes(tmp_path: Path) -> None:
    log = tmp_path / "stderr.log"
    log.write_bytes(b"x" * 100_000 + b"\n\xff\nlast\n")
    assert read_tail(log, 2) == "\ufffd\nlast"
    assert read_tail(tmp_path / "none") == ""
