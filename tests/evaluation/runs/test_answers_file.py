"""Answers outlive whatever ends the run that wrote them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.answer_files.predictions import read_predictions
from evaluation.runs.answers_file import AnswersError, KeptAnswer, open_answers


def kept(number, output="B"):
    return KeptAnswer(
        f"answer-{number}", f"r{number}", number, "sighted", "", output, "stop", 1, "model", "greedy", f"prompt-{number}"
    )


def write(path, *answers):
    with open_answers(path) as opened:
        for answer in answers:
            opened.append(answer)


def read(path):
    with open_answers(path) as opened:
        return list(opened)


def test_what_was_appended_is_read_again_letter_for_letter(tmp_path: Path):
    odd = [kept(0, "\u2028 line\nbreaks \ud800 and \x00"), kept(1, ""), kept(2, "左")]
    write(tmp_path / "p.jsonl", *odd)
    assert read(tmp_path / "p.jsonl") == odd


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_last_line_that_was_cut_off_is_taken_away_and_the_others_stay(tmp_path: Path, cut: int):
    path = tmp_path / "p.jsonl"
    write(path, kept(0), kept(1))
    path.write_bytes(path.read_bytes()[:-cut])
    write(path, kept(2))
    assert [answer.key for answer in read(path)] == ["answer-0", "answer-2"]


def test_a_line_cut_off_before_its_end_of_line_is_asked_again(tmp_path: Path):
    path = tmp_path / "p.jsonl"
    write(path, kept(0))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert read(path) == []


@pytest.mark.parametrize("line", ["not json", "[]", "{}", '{"id": "r1", "output": "B"}', "\xff"])
def test_a_line_that_is_no_answer_is_named_and_nothing_is_lost(tmp_path: Path, line: str):
    path = tmp_path / "p.jsonl"
    write(path, kept(0))
    before = path.read_bytes() + line.encode("latin-1") + b"\n"
    path.write_bytes(before)
    with pytest.raises(AnswersError, match=r"p.jsonl, line 2: is no answer of a run"):
        read(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ['[{"id": "r1"}]', '{"id": "r1", "output": "B"}', "text", '{"key": "record-1"'])
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, content: str):
    path = tmp_path / "benchmark.json"
    path.write_text(content)
    with pytest.raises(AnswersError, match=r"benchmark.json: is no file of answers and is left as it is"):
        read(path)
    assert path.read_text() == content


def test_a_second_answer_under_one_key_is_not_taken(tmp_path: Path):
    write(tmp_path / "p.jsonl", kept(0, "A"), kept(0, "B"))
    assert [answer.output for answer in read(tmp_path / "p.jsonl")] == ["A"]


def test_two_runs_cannot_write_one_file(tmp_path: Path):
    with (
        open_answers(tmp_path / "p.jsonl"),
        pytest.raises(AnswersError, match="another run is writing"),
        open_answers(tmp_path / "p.jsonl"),
    ):
        pass


def test_a_killed_run_leaves_its_answers_and_no_lock(tmp_path: Path):
    path = tmp_path / "p.jsonl"
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from evaluation.runs.answers_file import KeptAnswer, open_answers\n"
        "with open_answers(Path(sys.argv[1])) as answers:\n"
        "    for n in range(3):\n"
        "        answers.append(KeptAnswer(f'answer-{n}', f'r{n}', n, 'sighted', '', 'B', 'stop', 1, 'm', 'greedy', 'p'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == -9
    assert [answer.key for answer in read(path)] == ["answer-0", "answer-1", "answer-2"]


def test_a_file_of_answers_is_a_predictions_file(tmp_path: Path):
    write(tmp_path / "p.jsonl", kept(0, "A"), kept(1))
    assert [(row.id, row.index, row.output, row.condition) for row in read_predictions(tmp_path / "p.jsonl")] == [
        ("r0", 0, "A", "sighted"),
        ("r1", 1, "B", "sighted"),
    ]


def test_lines_hold_nothing_but_their_fields(tmp_path: Path):
    write(tmp_path / "p.jsonl", kept(0))
    assert set(json.loads((tmp_path / "p.jsonl").read_text())) == set(KeptAnswer.__dataclass_fields__)
