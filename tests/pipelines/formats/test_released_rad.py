"""Released RAD records lead back to the rows and images of the genuine VQA-RAD."""

import json
from pathlib import Path

import pytest

from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.formats.released_rad import check_rows, decode_rows


@pytest.fixture
def released(med_mim_root: Path) -> MantisFile:
    return read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")


@pytest.fixture
def image_names_by_row(vqa_rad_root: Path) -> dict[int, str]:
    rows = json.loads((vqa_rad_root / "VQA_RAD Dataset Public.json").read_text(encoding="utf-8"))
    return {place: row["image_name"] for place, row in enumerate(rows)}


def two_images(record_id: str, *images: str) -> MantisFile:
    return MantisFile((build_record(record_id, images, (), None),))


def test_every_row_position_of_the_genuine_file_holds_its_image(
    released: MantisFile, image_names_by_row: dict[int, str]
) -> None:
    assert len(image_names_by_row) == 2248
    check = check_rows(released, image_names_by_row)
    assert (check.n_pairs, check.n_matching, check.problems) == (961, 961, ())


def test_positions_are_counted_from_zero(released: MantisFile, image_names_by_row: dict[int, str]) -> None:
    counted_from_one = {row + 1: name for row, name in image_names_by_row.items()}
    check = check_rows(released, counted_from_one)
    assert check.n_matching < check.n_pairs // 2 and check.n_matching + len(check.problems) == check.n_pairs


def test_odir_ids_name_no_rows(med_mim_root: Path) -> None:
    odir = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json")
    check = check_rows(odir, {})
    assert (check.n_pairs, check.n_matching, len(check.problems)) == (1200, 0, 600)


def test_image_at_another_row_is_told() -> None:
    check = check_rows(two_images("VQA_RAD0-1", "a", "b"), {0: "a", 1: "c"})
    assert (check.n_pairs, check.n_matching) == (2, 1) and "expected 'b' at row 1, got 'c'" in str(check.problems[0])


def test_id_with_other_number_of_rows_than_images_matches_nothing() -> None:
    check = check_rows(two_images("VQA_RAD0-1-2", "a", "b"), {0: "a", 1: "b", 2: "c"})
    assert (check.n_matching, len(check.problems)) == (0, 1)


@pytest.mark.parametrize("record_id", ["VQA_RAD-12", "VQA_RAD12", "VQA_RAD1-", "VQA_RAD1-2-", "xVQA_RAD1-2", "VQA_RAD1-٢", ""])
def test_other_ids_are_refused(record_id: str) -> None:
    with pytest.raises(FormatError, match="names no VQA-RAD rows"):
        decode_rows(record_id)


def test_id_decodes_to_two_or_three_rows() -> None:
    assert decode_rows("VQA_RAD14-1066") == (14, 1066) and decode_rows("VQA_RAD2102-1447-102") == (2102, 1447, 102)
