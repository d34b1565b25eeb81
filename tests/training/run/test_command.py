"""`prepare` prints the folder that `run` takes; what the user can mend is one message and exit code 2."""

import argparse
from pathlib import Path

import pytest

from pipelines.storage import write_table
from pipelines.tables import INSTRUCTIONS
from tests.training.run.small_run import SMALL, make_rows
from training.run import command
from training.run.prepared import read_recipe
from training.run_folder import RunFolder


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands set variables: for their own process."""
    for name in (
        "HF_HUB_OFFLINE",
        "HF_HUB_DISABLE_TELEMETRY",
        "TOKENIZERS_PARALLELISM",
        "DS_ACCELERATOR",
        "GLOO_SOCKET_IFNAME",
    ):
        monkeypatch.setenv(name, "cpu" if name == "DS_ACCELERATOR" else "1")
    monkeypatch.setenv("TORCH_EXTENSIONS_DIR", str(tmp_path / "extensions"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def main(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers(required=True))
    chosen = parser.parse_args(arguments)
    return chosen.run(chosen)


def write_rows(root: Path) -> list[str]:
    write_table(str(root / "rows.parquet"), INSTRUCTIONS.to_arrow(make_rows(root, 4)))
    return ["--records", str(root / "rows.parquet"), "--images", str(root), "--out", str(root / "storage")]


def test_prepared_folder_is_printed_and_trained_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [f"--set={key}={value}" for key, value in (SMALL | {"schedule.max_steps": 2}).items()]
    assert main("prepare", "--recipe", "tiny", *write_rows(tmp_path), "--ablation", "data_50", *settings) == 0
    folder = RunFolder(Path(capsys.readouterr().out.strip()))
    assert folder.path.parent.name == "tiny-data_50" and read_recipe(folder).data.share == 0.5
    assert main("run", str(folder.path)) == 0
    out = capsys.readouterr().out
    assert "step 2 of 2: loss" in out and "finished: path" in out and "record-" not in out


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (["--recipe", "absent"], "recipe 'absent': no such file"),
        (["--recipe", "tiny", "--ablation", "some"], "--ablation 'some': expected one of full"),
        (["--recipe", "tiny", "--set", "seed"], "expected KEY=VALUE"),
        (["--recipe", "tiny", "--set", "data.sahre=1"], "unknown key 'data.sahre'"),
        (["--recipe", "tiny", "--records", "absent.parquet"], "absent.parquet: cannot be read as dataset/instructions"),
    ],
)
def test_what_can_be_mended_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: list[str], told: str
) -> None:
    assert main("prepare", *write_rows(tmp_path), *changed) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("prepare: ") and told in printed and "Traceback" not in printed


def test_folder_that_is_not_there_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("run", str(tmp_path / "absent")) == 2 and main("run", str(tmp_path)) == 2
    printed = capsys.readouterr().err
    assert "there is no such folder" in printed and "no prepared run is there" in printed


def test_help_states_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main("run", "--help")
    assert "75  told to stop (SIGTERM)" in capsys.readouterr().out
