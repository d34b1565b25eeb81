"""Released records find their images; those that cannot stay, and say what is missing; subjects we train on are counted."""

from pathlib import Path

import pytest

from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.records import DatasetRecord, RenderedImage
from pipelines.released import ImagesAtHand, ReleasedError, count_trained_on, import_every_release, import_released, name_images
from pipelines.score_records import ReleasedRecord
from pipelines.vocabulary import Source
from tests.pipelines.made_rows import make_image, make_row


def released(position: int, *subjects: str) -> ReleasedRecord:
    return ReleasedRecord("rad", position, f"VQA_RAD{position}", ("a.png", "b.png"), (), None, subjects[0], subjects)


def trained(*subjects: str) -> DatasetRecord:
    return make_row(unit_id=subjects[0], subject_ids=subjects)


def test_one_shared_subject_at_any_place_counts_a_record_once() -> None:
    rows = [released(0, "p", "q"), released(1, "q", "r"), released(2, "s", "t"), released(3, "r", "q")]
    assert count_trained_on(rows, [trained("x", "q"), trained("q", "y")]) == 3
    assert count_trained_on(rows, []) == 0


def rendered(source_path: str, subject: str) -> RenderedImage:
    name = source_path.replace("/", "_")
    return make_image(source_path, subject, name, path=f"images/vqa_rad/{name}.png")


RAD_TAG = "VQA_RAD_instruction_GPT4o_20250124"


def test_a_record_with_a_missing_image_stays_and_names_it() -> None:
    records = [build_record(key, ("a.jpg", name), (), RAD_TAG) for key, name in (("r0", "lost"), ("r1", "a.jpg"))]
    file = MantisFile(tuple(records))
    at_hand = ImagesAtHand(None, {Source.VQA_RAD: name_images([rendered("folder/a.jpg", "p")])})
    lost, whole = import_released("rad", file, at_hand)
    assert (lost.images, lost.missing_images, lost.subject_ids, lost.unit_id) == (("a.jpg", "lost"), ("lost",), (), "a.jpg")
    path = "images/vqa_rad/folder_a.jpg.png"
    assert (whole.images, whole.missing_images, whole.subject_ids, whole.unit_id) == ((path, path), (), ("p", "p"), "p")


def test_a_name_that_two_files_have_names_none() -> None:
    assert name_images([rendered("1/t1.nii.gz", "p"), rendered("2/t1.nii.gz", "q")]) == {}


def test_a_tag_of_another_source_does_not_find_an_image_of_the_same_name() -> None:
    file = MantisFile((build_record("r", ("a.jpg",), (), "VQA_ODIR_instruction_multichoice_20250124"),))
    at_hand = ImagesAtHand(None, {Source.VQA_RAD: name_images([rendered("a.jpg", "p")])})
    assert import_released("odir", file, at_hand)[0].missing_images == ("a.jpg",)


def test_a_folder_of_the_settings_comes_first(tmp_path: Path) -> None:
    (tmp_path / "Training Images").mkdir()
    (tmp_path / "Training Images" / "0_left.jpg").write_bytes(b"")
    file = MantisFile((build_record("r", ("Training Images/0_left.jpg",), (), None),))
    (row,) = import_released("odir", file, ImagesAtHand(tmp_path, {}))
    assert row.images == (str(tmp_path / "Training Images" / "0_left.jpg"),)
    assert (row.unit_id, row.subject_ids, row.missing_images) == ("Training Images/0_left.jpg", (), ())


@pytest.mark.parametrize("name", ["{outside}", "../outside.png", "link.png", "up/outside.png", "x" * 5000, "a\0b.png", "", "."])
def test_a_name_that_leads_out_of_the_folder_or_to_no_file_is_missing(tmp_path: Path, name: str) -> None:
    outside, folder = tmp_path / "outside.png", tmp_path / "images"
    folder.mkdir()
    outside.write_bytes(b"")
    (folder / "link.png").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    name = name.format(outside=outside)
    (row,) = import_released("odir", MantisFile((build_record("r", (name,), (), None),)), ImagesAtHand(folder, {}))
    assert (row.images, row.missing_images) == ((name,), (name,))


def test_a_folder_for_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReleasedError, match=r"evaluation.released_images.odri: names no file"):
        import_every_release({}, {"odri": tmp_path}, {}, [])


def test_every_image_of_the_released_rad_file_is_found_in_the_genuine_download(med_mim_root: Path, vqa_rad_root: Path) -> None:
    file = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    rows = import_released("rad", file, ImagesAtHand(vqa_rad_root / "VQA_RAD Image Folder", {}))
    assert len(rows) == 366 and not any(row.missing_images for row in rows)


def test_ids_of_other_releases_are_not_checked_against_the_rows_of_vqa_rad(med_mim_root: Path) -> None:
    imported = import_every_release({"odir": med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json"}, {}, {}, [])
    assert (imported.n_images, imported.n_without_images, imported.count.n_out) == (0, 600, 600)
