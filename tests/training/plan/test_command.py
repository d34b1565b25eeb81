"""`python -m training plan` tells by its exit code whether a run fits, and reads lengths from whatever is at hand."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.storage import write_table
from pipelines.tables import INSTRUCTIONS
from pipelines.vocabulary import Ability
from tests.pipelines.made_rows import make_row
from training.plan.command import register

ROOT = Path(__file__).parents[3]


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    args = parser.parse_args(["plan", *arguments])
    return args.run(args)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [make_row(record_id=f"{a}{n}", id=f"{a}{n}", ability=a, unit_id=f"{a}{n}") for a in Ability for n in range(8)]
    write_table(str(tmp_path / "instructions.parquet"), INSTRUCTIONS.to_arrow(rows))
    return tmp_path / "instructions.parquet"


def test_plan_that_fits_is_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--recipe", "tiny", "--json", str(tmp_path / "plan.json")) == 0
    assert capsys.readouterr().out.startswith("tiny on one core of the CPU: fits\n")
    assert json.loads((tmp_path / "plan.json").read_text())["run"] == "tiny"


def test_plan_that_does_not_fit_has_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--recipe", "tiny", "--gpu", "RTX-4090", "--gpus", "3") == 1
    assert capsys.readouterr().out.startswith("tiny on 3 x RTX-4090: does not fit\n  - batch.global_size 32 is no multiple of ")


@pytest.mark.parametrize(("ablation", "n"), [("full", 32), ("without_temporal", 24), ("data_25", 8), ("data_0", 0)])
def test_records_of_the_ablation_are_counted(table: Path, tmp_path: Path, ablation: str, n: int) -> None:
    out = tmp_path / "plan.json"
    assert run("--recipe", "tiny", "--records", str(table), "--ablation", ablation, "--json", str(out)) == 0
    tree = json.loads(out.read_text())
    assert tree["lengths"]["n"] == n
    assert tree["run"] == ("tiny" if ablation == "full" else f"tiny-{ablation}")


def test_record_of_no_use_is_told_and_the_others_are_planned_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [make_row(), make_row(record_id="spoilt", id="spoilt", images=("a.png",))]  # two marks
    write_table(str(tmp_path / "t.parquet"), INSTRUCTIONS.to_arrow(rows))
    assert run("--recipe", "tiny", "--records", str(tmp_path / "t.parquet"), "--json", str(tmp_path / "plan.json")) == 0
    assert "1 records cannot be used" in capsys.readouterr().err
    assert json.loads((tmp_path / "plan.json").read_text())["lengths"]["n"] == 1


def test_released_file_is_planned_for(med_mim_root: Path, tmp_path: Path) -> None:
    path, out = med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json", tmp_path / "plan.json"
    assert run("--recipe", "tiny", "--records", str(path), "--json", str(out)) == 0
    lengths = json.loads(out.read_text())["lengths"]
    assert lengths["n"] == 366 and lengths["image_tokens"] == 961


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--recipe", "nothing"], "no such file; give a .toml file or one of"),
        (["--recipe", "tiny", "--gpus", "1", "--gpu", "B200"], "nothing is known of it"),
        (["--recipe", "tiny", "--records", "absent.parquet"], "absent.parquet"),
        (["--recipe", "tiny", "--data", "absent"], "no data.json"),
        (["--recipe", "tiny", "--gpus", "-1"], "hardware.gpus"),
        (["--recipe", "tiny", "--gpu", "A40"], "say by --gpus how many"),
    ],
)
def test_what_cannot_be_planned_is_one_message_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    printed = capsys.readouterr()
    assert told in printed.err and len(printed.err.splitlines()) == 1 and not printed.out


def test_command_is_known_without_loading_any_model_library() -> None:
    code = "import sys, training.plan.command; print(sorted({'torch', 'transformers', 'peft', 'trl'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout == "[]\n"


def test_mantis_json_cannot_tell_what_an_ablation_leaves_out(med_mim_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json"
    assert run("--recipe", "tiny", "--records", str(path), "--ablation", "without_temporal") == 2
    assert "give Parquet" in capsys.readouterr().err
