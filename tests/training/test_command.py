"""`python -m training inspect` prints what a trainer would be given, and its exit code tells whether that is all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.records import DatasetRecord, Turn
from pipelines.storage import write_table
from pipelines.tables import INSTRUCTIONS
from pipelines.vocabulary import AnswerType, Role
from tests.pipelines.made_rows import make_row
from training.__main__ import main

ROOT = Path(__file__).parents[2]


def dataset_row(name: str, answer_type: AnswerType) -> DatasetRecord:
    turns = (Turn(Role.USER, "<image><image>Which shows it?"), Turn(Role.ASSISTANT, "The first"))
    source = f"vqa_rad_located_question_{answer_type}"
    return make_row(id=name, record_id=name, conversation=turns, source=source, answer_type=answer_type)


def test_table_is_counted_by_sub_task_answer_type_and_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [dataset_row("r1", AnswerType.OPEN), dataset_row("r2", AnswerType.CLOSED), dataset_row("r3", AnswerType.OPEN)]
    write_table(str(tmp_path / "t.parquet"), INSTRUCTIONS.to_arrow(rows))
    assert main(["inspect", "--records", str(tmp_path / "t.parquet")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["located_question", "open", "2", "2"] in lines and ["located_question", "closed", "2", "1"] in lines
    assert ["located_question", "3", "7", "7", "7", "7", "3", "0", "0", "0", "0", "0"] in lines  # prompt words


def test_released_file_is_measured(med_mim_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--records", str(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("366 records: 366 can be used, 0 cannot\n") and not printed.err
    assert "hydrocephalus" not in printed.out  # counts only, no text of a record


def test_record_that_cannot_be_used_gives_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([{"id": "r1", "images": [], "conversation": [], "source": "line\nbreak\ud800"}]))
    assert main(["inspect", "--records", str(path)]) == 1
    printed = capsys.readouterr()
    assert "1 records: 0 can be used, 1 cannot" in printed.out and "record 0 at r1: expected a user turn" in printed.err


def test_odd_source_tag_is_printed_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    turns = [{"role": "user", "content": "<image>Q"}, {"role": "assistant", "content": "A"}]
    path = tmp_path / "in.json"
    path.write_text(json.dumps([{"id": "r1", "images": ["a"], "conversation": turns, "source": "line\nbreak\ud800"}]))
    assert main(["inspect", "--records", str(path)]) == 0
    assert "line\\nbreak\\ud800" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--records", "absent.json"], ["--records", "absent.json", "--images", "nowhere"]])
def test_unreadable_input_is_one_message_and_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", *arguments]) == 2
    assert capsys.readouterr().err.startswith("inspect: ")


def test_inspect_loads_neither_dagster_nor_torch() -> None:
    code = "import sys, training.__main__; sys.exit(any(name in sys.modules for name in ('dagster', 'torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
