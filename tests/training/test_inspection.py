"""Inspection balances: each record of a file is an example or a problem."""

import json
from pathlib import Path

import pytest

from pipelines.formats.problem import FormatError
from training.inspection import inspect_records

TURNS = [{"role": "user", "content": "<image>Q"}, {"role": "assistant", "content": "A"}]


def write(path: Path, *records: object) -> Path:
    path.write_text(json.dumps(records))
    return path


def record(record_id: str, *images: str) -> dict[str, object]:
    return {"id": record_id, "images": images, "conversation": TURNS, "source": "demo"}


def test_every_released_record_can_be_used_with_the_genuine_images(med_mim_root: Path, vqa_rad_root: Path) -> None:
    path = med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json"
    inspection = inspect_records(path, vqa_rad_root / "VQA_RAD Image Folder")
    assert (inspection.n_records, inspection.problems) == (366, ())
    tag = "VQA_RAD_instruction_GPT4o_2025012"
    assert inspection.count_examples() == [
        ((f"{tag}3", "open", 2), 54),
        ((f"{tag}3", "open", 3), 19),
        ((f"{tag}4", "closed", 2), 83),
        ((f"{tag}4", "closed", 3), 210),
    ]


def test_missing_image_wrong_shape_and_mismatch_are_told_in_file_order(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"")
    path = write(tmp_path / "in.json", record("lost", "b.jpg"), 3, record("good", "a.jpg"), record("two", "a.jpg", "a.jpg"))
    inspection = inspect_records(path, tmp_path / "images")
    assert [problem.record for problem in inspection.problems] == [0, 1, 3]
    assert [example.record_id for example in inspection.examples] == ["good"] and inspection.n_records == 4


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/hostname", "a\0b", "x" * 5000, "\ud800", "", "."])
def test_path_that_is_no_file_in_the_folder_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "outside.jpg").write_bytes(b"")
    inspection = inspect_records(write(tmp_path / "in.json", record("r1", name)), tmp_path / "images")
    assert len(inspection.problems) == 1 and "expected an image file" in str(inspection.problems[0])


def test_without_a_folder_image_files_are_not_asked_for(tmp_path: Path) -> None:
    assert not inspect_records(write(tmp_path / "in.json", record("r1", "lost.jpg"))).problems


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no such file"):
        inspect_records(tmp_path / "absent.json")
