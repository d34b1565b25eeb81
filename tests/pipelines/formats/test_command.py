"""`convert` writes what was asked, refuses what would lose data, and says why."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.formats.command import register
from pipelines.formats.mantis import read_mantis
from pipelines.records import DatasetRecord, Turn
from pipelines.storage import write_table
from pipelines.tables import INSTRUCTIONS, STUDIES
from pipelines.vocabulary import AnswerType, Role
from tests.pipelines.made_rows import make_row

TURNS = [{"role": "user", "content": "<image>Normal?"}, {"role": "assistant", "content": "Yes"}]
GOOD = {"id": "r1", "images": ["a.jpg"], "conversation": TURNS, "source": "demo"}
UNMARKED = GOOD | {"id": "r2", "images": []}


ASKED = (Turn(Role.USER, "<image>Q"), Turn(Role.ASSISTANT, "A"))


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    chosen = parser.parse_args(["convert", *map(str, arguments)])
    return chosen.run(chosen)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([GOOD, UNMARKED]))
    return path


def dataset_row() -> DatasetRecord:
    turns = (Turn(Role.USER, "<image>Q"), Turn(Role.ASSISTANT, "é"))
    return make_row(images=("a.png",), conversation=turns, source="vqa_rad_located_question_open", answer_type=AnswerType.OPEN)


@pytest.mark.parametrize("name", ["Med_MIM_benchmark_Held_out_ODIR.json", "Med_MIM_benchmark_Held_out_RAD.json"])
def test_mantis_to_mantis_of_a_released_file_changes_no_byte(med_mim_root: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "new folder" / "out.json"
    assert run(med_mim_root / name, "--to", "mantis", "--out", out) == 0
    assert out.read_bytes() == (med_mim_root / name).read_bytes()


def test_dataset_table_becomes_mantis_json(tmp_path: Path) -> None:
    write_table(str(tmp_path / "instructions.parquet"), INSTRUCTIONS.to_arrow([dataset_row()]))
    out = tmp_path / "train.json"
    assert run(tmp_path / "instructions.parquet", "--to", "mantis", "--out", out) == 0
    record = read_mantis(out).records[0]
    assert (record.id, record.images, record.turns) == ("rec-1", ("a.png",), dataset_row().conversation)


@pytest.mark.parametrize(("target", "out"), [("lmms_eval", "my_task"), ("vlmevalkit", "LMUData/X.tsv")])
def test_a_benchmark_goes_to_other_kits_and_what_does_not_fit_is_told(
    source: Path, tmp_path: Path, target: str, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(source, "--to", target, "--out", tmp_path / out) == 1
    printed = capsys.readouterr()
    assert f"1 records as {target}" in printed.out and "record 1 at r2: expected 0 <image> marks" in printed.err
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {"in.json"}
    assert written == ({"my_task.yaml", "utils.py", "data.parquet"} if target == "lmms_eval" else {"X_openended.tsv"})


@pytest.mark.parametrize(("target", "out"), [("lmms_eval", "my_task"), ("vlmevalkit", "X.tsv")])
def test_images_for_other_kits_are_looked_up_and_missing_ones_told(
    source: Path, tmp_path: Path, target: str, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images").mkdir()
    assert run(source, "--to", target, "--out", tmp_path / out, "--images", tmp_path / "images") == 2
    assert "record 0 at r1 images[0]: expected an image file" in capsys.readouterr().err and not (tmp_path / out).exists()
    (tmp_path / "images" / "a.jpg").touch()
    assert run(source, "--to", target, "--out", tmp_path / out, "--images", tmp_path / "images") == 1


def test_images_are_refused_where_paths_stay_what_they_are(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(source, "--to", "llava", "--out", tmp_path / "o.json", "--images", tmp_path) == 2
    assert "--images is for lmms_eval and vlmevalkit" in capsys.readouterr().err and not (tmp_path / "o.json").exists()


def test_a_dataset_table_goes_to_other_kits_under_its_record_ids_and_units(tmp_path: Path) -> None:
    write_table(str(tmp_path / "benchmark.parquet"), INSTRUCTIONS.to_arrow([replace(dataset_row(), conversation=ASKED)]))
    assert run(tmp_path / "benchmark.parquet", "--to", "lmms_eval", "--out", tmp_path / "ours") == 0
    doc = pq.read_table(tmp_path / "ours" / "data.parquet").to_pylist()[0]
    assert (doc["key"], doc["unit"], doc["images"]) == ("rec-1", "u", ["a.png"])  # the unit that scoring resamples by


@pytest.mark.parametrize("target", ["hf", "llava"])
def test_record_that_does_not_fit_is_told_and_the_others_are_written(
    source: Path, tmp_path: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(source, "--to", target, "--out", out) == 1
    ids = pq.read_table(out).column("id").to_pylist() if target == "hf" else [row["id"] for row in json.loads(out.read_text())]
    assert ids == ["r1"]
    printed = capsys.readouterr()
    assert "1 records as" in printed.out and "record 1 at r2: expected 0 <image> marks" in printed.err


def test_lossless_copy_of_a_file_with_a_bad_record_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "in.json", tmp_path / "out.json"
    path.write_text(json.dumps([GOOD, {"id": "r3"}]))
    assert run(path, "--to", "mantis", "--out", out) == 2
    assert "record 1 at $[1]: expected the key 'images'" in capsys.readouterr().err and not out.exists()


@pytest.mark.parametrize("name", ["in.json", "folder/../in.json", "link.json", "hard.json"])
def test_input_is_never_overwritten(source: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.json").symlink_to(source)
    (tmp_path / "hard.json").hardlink_to(source)
    before = source.read_bytes()
    assert run(source, "--to", "llava", "--out", tmp_path / name) == 2
    assert source.read_bytes() == before and "is the input itself" in capsys.readouterr().err


def test_unwritable_place_is_one_message(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(source, "--to", "hf", "--out", tmp_path / "file" / "out.parquet") == 2
    assert run(source, "--to", "hf", "--out", tmp_path) == 2
    errors = capsys.readouterr().err.splitlines()
    assert "cannot be written" in errors[0] and "is a folder" in errors[1]


def test_missing_input_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "absent.json", "--to", "hf", "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err == f"convert: {tmp_path / 'absent.json'}: no such file; check the path\n"


def test_other_table_and_cut_off_table_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "studies.parquet"
    write_table(str(path), STUDIES.to_arrow([]))
    assert run(path, "--to", "mantis", "--out", tmp_path / "out") == 2
    path.write_bytes(path.read_bytes()[:100])
    assert run(path, "--to", "mantis", "--out", tmp_path / "out") == 2
    errors = capsys.readouterr().err
    assert "expected a table dataset/instructions" in errors and "not a whole Parquet file" in errors


def test_unknown_target_names_the_known_ones(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(source, "--to", "coco", "--out", tmp_path / "out")
    assert "choose from 'mantis', 'hf', 'llava'" in capsys.readouterr().err


def test_a_public_export_is_refused_where_a_source_forbids_it_and_nothing_is_written(tmp_path: Path, capsys) -> None:
    path, out = tmp_path / "in.json", tmp_path / "out.json"
    path.write_text(json.dumps([GOOD | {"source": "ms_cxr_t_finding_progression_closed"}]))
    for target, name in (("mantis", out), ("lmms_eval", tmp_path / "task"), ("vlmevalkit", tmp_path / "X.tsv")):
        assert run(path, "--to", target, "--out", name, "--audience", "public", "--policy", tmp_path / "none.toml") == 2
        assert "ms_cxr_t" in capsys.readouterr().err
        assert not name.exists()
    assert run(path, "--to", "mantis", "--out", out) == 0


@pytest.mark.parametrize(
    ("source_key", "is_synthetic", "code"), [("vqa_rad", False, 0), ("embed", False, 2), ("embed", True, 0)]
)
def test_a_parquet_file_tells_synthetic_records_which_are_anybodys(
    tmp_path: Path, source_key: str, is_synthetic: bool, code: int
) -> None:
    row = replace(dataset_row(), source=f"{source_key}_located_question_open", is_synthetic=is_synthetic, conversation=ASKED)
    path = tmp_path / "in.parquet"
    write_table(str(path), INSTRUCTIONS.to_arrow([row]))
    assert run(path, "--to", "llava", "--out", tmp_path / "o.json", "--audience", "public", "--policy", tmp_path / "no") == code
