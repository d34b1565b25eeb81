"""How commands end: what the user can mend, a stop by hand, and a reader who has seen enough."""

import argparse
import errno
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.commands.errors import guard
from evaluation.commands.parser import build_parser
from evaluation.models.model import ModelError
from pipelines.calls.attempt import BudgetSpentError, CallsPendingError
from pipelines.calls.batch_file import BatchFileError
from pipelines.governance.egress import EgressError

ROOT = Path(__file__).parents[3]
NOTHING = argparse.Namespace()


def fail(error):
    def run(args):
        raise error

    return guard(run)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no such thing"),
        ModelError("no such thing"),
        EgressError("no such thing"),
        BudgetSpentError("no such thing"),
        CallsPendingError("no such thing"),
        BatchFileError("no such thing"),
    ],
)
def test_what_can_be_mended_is_one_line_and_code_2(error, capsys):
    assert fail(error)(NOTHING) == 2
    assert capsys.readouterr().err == "error: no such thing\n"


def test_a_file_that_cannot_be_written_is_named(capsys):
    assert fail(OSError(errno.EACCES, os.strerror(errno.EACCES), "there/p.jsonl"))(NOTHING) == 2
    assert capsys.readouterr().err == "error: there/p.jsonl: Permission denied; choose another path\n"


def test_a_bug_is_not_taken_for_a_mistake_of_the_user():
    with pytest.raises(KeyError):
        fail(KeyError("x"))(NOTHING)


@pytest.mark.parametrize(("stop", "told"), [(KeyboardInterrupt(), "stopped"), (KeyboardInterrupt("kept in p"), "kept in p")])
def test_a_stop_by_hand_is_code_130_and_says_what_becomes_of_the_answers(stop, told, capsys):
    assert fail(stop)(NOTHING) == 130
    assert capsys.readouterr().err == f"interrupted: {told}\n"


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(write_benchmark):
    path = write_benchmark(("r", ["a.jpg"], "Which?\nA: x\nB: y\n", "A: x"))
    reader, writer = os.pipe()
    os.close(reader)
    words = [sys.executable, "-m", "evaluation", "baselines", "--benchmark", str(path)]
    with os.fdopen(writer, "w") as closed:
        ended = subprocess.run(words, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.parametrize("command", ["baselines", "predict", "score", "report"])
def test_every_command_explains_itself_with_an_example_that_parses(command, capsys):
    parser = build_parser()
    with pytest.raises(SystemExit) as ended:
        parser.parse_args([command, "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0 and "example:\n" in told
    example = told.split("example:\n")[1].split("\n\n")[0].replace("\\\n", "")
    words = shlex.split(example)
    assert words[:4] == ["python", "-m", "evaluation", command]
    assert parser.parse_args(words[3:]).run is not None
    assert max(len(line) for line in told.splitlines()) < 130
