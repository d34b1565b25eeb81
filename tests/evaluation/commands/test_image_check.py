"""What is said of images before a run begins."""

from dataclasses import replace

import pytest
from PIL import Image

from evaluation.benchmark import BenchmarkError
from evaluation.commands.image_check import open_image_folder
from pipelines.governance.whose_files import FileOwners
from pipelines.score_records import ImageUse


@pytest.fixture
def items(make_item):
    return [make_item("r1", answer="x"), make_item("r2", answer="x"), replace(make_item("r3", answer="x"), images=())]


def test_a_record_without_images_is_no_missing_image(items, tmp_path):
    said: list[str] = []
    for name in ("r1.jpg", "r2.jpg"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    folder = open_image_folder(tmp_path, items, ImageUse.MANY, FileOwners(), said.append)
    assert said == ["1 of 3 records name no image"] and folder.has_all(items[0]) and not folder.has_all(items[2])


def test_missing_images_are_counted_by_image_and_by_record(items, tmp_path):
    said: list[str] = []
    Image.new("L", (4, 4)).save(tmp_path / "r1.jpg")
    (tmp_path / "r2.jpg").write_bytes(b"cut off")
    open_image_folder(tmp_path, items, ImageUse.MANY, FileOwners(), said.append)
    assert "1 of 2 images are not under" in said[0] and "2 of 3 records cannot be shown" in said[0]


def test_without_a_folder_even_a_full_path_is_not_opened(items, tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "r1.jpg")
    item = replace(items[0], images=(str(tmp_path / "r1.jpg"),))
    assert not open_image_folder(None, [item], ImageUse.MANY, FileOwners(), lambda line: None).has_all(item)


@pytest.mark.parametrize("name", ["none", "r1.jpg", "empty"])
def test_what_is_no_folder_of_these_images_is_an_error(items, tmp_path, name):
    (tmp_path / "r1.jpg").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BenchmarkError, match=name):
        open_image_folder(tmp_path / name, items, ImageUse.MANY, FileOwners(), print)


def test_a_model_that_takes_no_images_is_not_asked_for_them(items, tmp_path):
    said: list[str] = []
    open_image_folder(tmp_path / "none", items, ImageUse.NONE, FileOwners(), said.append)
    assert said == []
