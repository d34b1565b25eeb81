import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from pipelines.choices import OutputSize, Rendering
from pipelines.cohort.dicom_file import TransferSyntax, encode_dicom
from pipelines.keys import mint_id
from pipelines.outcome import Count
from pipelines.progress import Progress
from pipelines.reasons import Reason, Stage
from pipelines.rendering.file_kind import FileKind
from pipelines.rendering.images import render_images
from pipelines.rendering.picture import render_picture
from pipelines.rendering.png import hash_bytes, hash_pixels
from pipelines.rendering.recipe import recipe_of
from pipelines.source_records import SourceImage
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.storage import StorageError
from pipelines.tables import REJECTIONS, RENDERED_IMAGES
from pipelines.vocabulary import ImageType, Organ


@pytest.fixture
def storage(tmp_path):
    return tmp_path / "storage"


def modified(path: Path) -> int:
    return path.stat().st_ino  # a file that is replaced by renaming is another file


def test_every_image_of_the_release_can_be_decoded_and_no_two_are_equal(vqa_rad_root):
    images = read_vqa_rad(vqa_rad_root).images
    hashes: set[str] = set()
    for image in images:
        raster = render_picture((vqa_rad_root / image.path).read_bytes())
        assert raster.steps == ()
        hashes.add(hash_pixels(raster.pixels))
    assert len(hashes) == len(images) == 314


def test_a_second_run_over_images_of_the_release_writes_nothing(vqa_rad_root, storage):
    images = read_vqa_rad(vqa_rad_root).images[::5]  # all of them take most of this suite's time
    outcome = render_images(images, vqa_rad_root, storage)
    assert (len(outcome.rows), outcome.rejections) == (63, ())
    assert all(row.duplicate_of is None and row.steps == () for row in outcome.rows)
    files = {path: modified(path) for path in sorted(storage.rglob("rendered/**/*.*"))}
    assert {str(path.relative_to(storage)) for path in files} == {row.path for row in outcome.rows}
    assert render_images(images, vqa_rad_root, storage, previous=outcome.rows) == outcome
    assert {path: modified(path) for path in sorted(storage.rglob("rendered/**/*.*"))} == files
    arrow = RENDERED_IMAGES.to_arrow(outcome.rows)
    assert RENDERED_IMAGES.repeated_keys(arrow) == []


def test_the_row_tells_what_was_written(put_image, source_root, storage):
    found = put_image("a.png", 1)
    (row,) = render_images([found], source_root, storage).rows
    content = (storage / row.path).read_bytes()
    assert row.image_id == mint_id("image", found.source_image_id, None, recipe_of(FileKind.PICTURE, Rendering()))
    assert row.source_path == found.path
    assert row.path == f"rendered/vqa_rad/{row.image_id}.png"
    assert (row.width, row.height, row.sha256) == (40, 30, hash_bytes(content))
    original, rendered = Image.open(source_root / "a.png"), Image.open(storage / row.path)
    assert np.array_equal(np.asarray(original), np.asarray(rendered))


def test_bad_images_are_rejected_with_their_reason_and_their_neighbours_stay(put_image, source_root, storage):
    whole = put_image("whole.jpg", 1)
    jpeg = (source_root / "whole.jpg").read_bytes()
    images = [
        whole,
        put_image("truncated.jpg", jpeg[: len(jpeg) * 3 // 5]),
        put_image("empty.jpg", b""),
        put_image("page.jpg", b"<html>"),
        put_image("constant.png", Image.new("L", (9, 9), 3)),
        put_image("gone.png", 5),
        put_image("zebra.png", 2),
    ]
    (source_root / "gone.png").unlink()
    outcome = render_images(images, source_root, storage, threads=3)
    assert {rejection.item: rejection.reason for rejection in outcome.rejections} == {
        "constant.png": Reason.IMAGE_CONSTANT,
        "empty.jpg": Reason.IMAGE_UNREADABLE,
        "gone.png": Reason.IMAGE_MISSING,
        "page.jpg": Reason.IMAGE_UNREADABLE,
        "truncated.jpg": Reason.IMAGE_TRUNCATED,
    }
    assert [rejection.item for rejection in outcome.rejections] == sorted(r.item for r in outcome.rejections)
    assert {rejection.stage for rejection in outcome.rejections} == {Stage.RENDER}
    assert len(outcome.rows) == 2 == len(list(storage.rglob("*.png")))
    assert REJECTIONS.to_rows(REJECTIONS.to_arrow(outcome.rejections)) == list(outcome.rejections)


def test_of_several_frames_the_first_is_taken_and_told(put_image, source_root, storage):
    frames = [Image.fromarray(np.arange(first, first + 12, dtype=np.uint8).reshape(2, 2, 3)) for first in (0, 100)]
    image = put_image("frames.tif", frames[0], save_all=True, append_images=frames[1:])
    (row,) = render_images([image], source_root, storage).rows
    assert np.array_equal(np.asarray(Image.open(storage / row.path)), np.asarray(frames[0]))
    assert row.steps == ("first_frame",)


def test_a_path_out_of_the_source_is_refused(put_image, source_root, storage, tmp_path):
    inside = put_image("a.png", 1)
    (tmp_path / "secret.png").write_bytes((source_root / "a.png").read_bytes())
    (source_root / "link.png").symlink_to(tmp_path / "secret.png")
    outside = [replace(inside, path="../secret.png"), replace(inside, path="link.png"), replace(inside, path="/etc/passwd")]
    outcome = render_images(outside, source_root, storage)
    assert [rejection.reason for rejection in outcome.rejections] == [Reason.UNSAFE_PATH] * 3
    assert outcome.rows == ()


def test_images_behind_a_linked_folder_are_rendered_and_a_link_out_of_that_folder_is_not(
    put_image, source_root, storage, tmp_path
):
    (source_root / "images").mkdir()
    found = put_image("images/a.png", 1)
    (source_root / "images").rename(tmp_path / "disk")
    (tmp_path / "secret.png").write_bytes((tmp_path / "disk/a.png").read_bytes())
    (tmp_path / "disk/link.png").symlink_to(tmp_path / "secret.png")
    (source_root / "images").symlink_to(tmp_path / "disk")
    outcome = render_images([found, replace(found, path="images/link.png")], source_root, storage)
    assert [row.source_path for row in outcome.rows] == ["images/a.png"]
    assert [rejection.reason for rejection in outcome.rejections] == [Reason.UNSAFE_PATH]


def test_equal_pixels_are_duplicates_of_the_first_path_whatever_the_format(put_image, source_root, storage):
    images = [put_image("c.bmp", 1), put_image("b.png", 1), put_image("a.png", 2), put_image("d.tif", 1)]
    rows = {row.source_path[0]: row for row in render_images(images, source_root, storage).rows}
    assert rows["a"].duplicate_of is rows["b"].duplicate_of is None
    assert rows["c"].duplicate_of == rows["d"].duplicate_of == rows["b"].image_id


def test_threads_and_order_do_not_change_the_outcome(put_image, source_root, storage, tmp_path):
    images = [put_image(f"{name}.png", number) for number, name in enumerate("abcdefgh")]
    one = render_images(images, source_root, storage, threads=1)
    assert one == render_images(images[::-1], source_root, tmp_path / "other", threads=4)
    for row in one.rows:
        assert (storage / row.path).read_bytes() == (tmp_path / "other" / row.path).read_bytes()


@pytest.mark.parametrize("damage", ["corrupt", "delete"])
def test_a_damaged_output_is_noticed_and_made_again_and_only_that_one(put_image, source_root, storage, damage):
    images = [put_image("a.png", 1), put_image("b.png", 2)]
    former = render_images(images, source_root, storage)
    first, second = (storage / row.path for row in former.rows)
    inode = modified(second)
    if damage == "corrupt":
        content = bytearray(first.read_bytes())
        content[-30] ^= 1
        first.write_bytes(content)
    else:
        first.unlink()
    assert render_images(images, source_root, storage, previous=former.rows) == former
    assert hash_bytes(first.read_bytes()) == former.rows[0].sha256
    assert modified(second) == inode


def test_a_replaced_source_is_rendered_again_though_its_former_output_is_whole(put_image, source_root, storage):
    former = render_images([put_image("a.png", 1)], source_root, storage)
    now = render_images([put_image("a.png", 2)], source_root, storage, previous=former.rows)
    assert now.rows[0].pixel_sha256 != former.rows[0].pixel_sha256
    assert now == render_images([put_image("a.png", 2)], source_root, storage)


def test_a_kept_image_is_described_as_the_reader_says_now(put_image, source_root, storage):
    image = put_image("a.png", 1)
    former = render_images([image], source_root, storage)
    relabelled = replace(image, organ=Organ.HEAD, subject_id="joined")
    (row,) = render_images([relabelled], source_root, storage, previous=former.rows).rows
    assert (row.organ, row.subject_id, row.sha256) == (Organ.HEAD, "joined", former.rows[0].sha256)


def test_duplicates_are_found_between_kept_and_new_images(put_image, source_root, storage):
    former = render_images([put_image("b.png", 1)], source_root, storage)
    rows = render_images([put_image("b.png", 1), put_image("a.png", 1)], source_root, storage, previous=former.rows).rows
    assert [row.duplicate_of for row in rows] == [None, rows[0].image_id]


def test_a_disk_that_cannot_be_written_is_no_fault_of_an_image(put_image, source_root, storage):
    storage.write_text("a file where the folder should be")
    with pytest.raises(
        StorageError, match=r"storage/rendered/vqa_rad/image-\w+\.png: cannot be written \(.+\); make its folder"
    ):
        render_images([put_image("a.png", 1)], source_root, storage)


def test_a_run_that_was_killed_is_taken_up_where_it_stood(put_image, source_root, storage):
    """The first run dies before its table is written: nobody can pass its rows on, yet nothing is rendered twice."""
    images = [put_image(f"{name}.png", number) for number, name in enumerate("abcd")]
    killed = render_images(images[:3], source_root, storage)
    inodes = {row.path: modified(storage / row.path) for row in killed.rows}
    (journal,) = (storage / "journals").iterdir()
    with journal.open("a") as sink:
        sink.write('{"source": "vqa_rad", "image_id": "image-torn')
    whole = render_images(images, source_root, storage)
    assert len(whole.rows) == 4
    assert {path: modified(storage / path) for path in inodes} == inodes
    assert whole == render_images(images, source_root, storage, previous=whole.rows)
    assert not journal.exists()  # the table has it all


def test_a_journal_does_not_vouch_for_a_file_that_was_damaged_since(put_image, source_root, storage):
    image = put_image("a.png", 1)
    (row,) = render_images([image], source_root, storage).rows
    (storage / row.path).write_bytes(b"torn by a power cut")
    assert render_images([image], source_root, storage).rows == (row,)
    assert hash_bytes((storage / row.path).read_bytes()) == row.sha256


def test_after_a_change_of_settings_the_journal_of_a_killed_run_does_not_stay_for_ever(put_image, source_root, storage):
    image, smaller = put_image("a.png", 1), Rendering(size=OutputSize.SQUARE, pixels=16)
    render_images([image], source_root, storage)  # killed before its table was written
    other = render_images([image], source_root, storage, smaller)
    assert render_images([image], source_root, storage, smaller, previous=other.rows) == other
    assert list((storage / "journals").iterdir()) == []


def test_a_source_without_image_files_says_so_in_its_balance(source_root, storage):
    assert render_images([], source_root, storage).counts == (Count("image", 0, 0, 0),)


def test_a_file_that_was_replaced_since_it_was_read_is_not_shown_under_the_key_of_the_former(put_image, source_root, storage):
    images = [put_image("a.png", 1), put_image("b.png", 2)]
    put_image("a.png", 3)
    outcome = render_images(images, source_root, storage)
    assert [(one.item, one.reason) for one in outcome.rejections] == [("a.png", Reason.IMAGE_CHANGED)]
    assert "materialize raw/images again" in outcome.rejections[0].detail
    assert [row.source_path for row in outcome.rows] == ["b.png"]
    assert all(count.is_balanced for count in outcome.counts)


def test_a_large_file_that_was_loaded_again_is_rendered_again_though_its_edges_and_times_are_the_same(
    put_image, source_root, storage
):
    """As where a program that loads many parts at once was interrupted: the file has its size, its middle is zeros."""
    pixels = np.random.default_rng(0).integers(0, 4096, (300, 300), dtype=np.uint16)
    whole = encode_dicom({}, pixels, TransferSyntax.EXPLICIT_LITTLE_ENDIAN)
    images = [put_image("a.dcm", whole[:80_000] + bytes(20_000) + whole[100_000:]), put_image("b.dcm", whole)]
    former = render_images(images, source_root, storage)
    inodes = [modified(storage / row.path) for row in former.rows]
    found = (source_root / "a.dcm").stat()
    while read_clock(source_root) == (storage / former.rows[1].path).stat().st_mtime_ns:
        pass  # a file system's clock may stand still for some milliseconds
    (source_root / "a.dcm").write_bytes(whole)
    os.utime(source_root / "a.dcm", ns=(found.st_atime_ns, found.st_mtime_ns))
    now = render_images(images, source_root, storage, previous=former.rows)
    assert [row.image_id for row in now.rows] == [row.image_id for row in former.rows]
    assert now.rows[0].pixel_sha256 == now.rows[1].pixel_sha256 != former.rows[0].pixel_sha256
    assert [modified(storage / row.path) == inode for row, inode in zip(now.rows, inodes, strict=True)] == [False, True]


def read_clock(folder: Path) -> int:
    (folder / "clock").write_bytes(b"")
    return (folder / "clock").stat().st_mtime_ns


@pytest.fixture
def put_volume(put_image):
    """Saves a volume and its mask; coronal slices 4 to 8 hold the tumour, and slice 6 of the volume is empty."""

    def put() -> list[SourceImage]:
        voxels, mask = np.zeros((12, 14, 13), np.int16), np.zeros((12, 14, 13), np.uint8)
        mask[3:8, 4:9, 3:8] = 1
        voxels[2:9, 2:12, 2:9] = np.arange(490).reshape(7, 10, 7)
        voxels[:, 6] = 0
        volume = put_image("v.nii.gz", nibabel.Nifti1Image(voxels, np.eye(4)).to_bytes())
        drawn = put_image("m.nii.gz", nibabel.Nifti1Image(mask, np.eye(4)).to_bytes())
        drawn = replace(drawn, image_type=ImageType.SEGMENTATION, series_id="DeepBraTumIA")
        return [replace(volume, image_type=ImageType.VOLUME), drawn]

    return put


TUMOUR = Rendering(min_tumour_area_mm2=20)


def test_of_a_volume_the_slices_that_show_something_are_rendered_and_the_empty_one_is_told(put_volume, source_root, storage):
    outcome = render_images(put_volume(), source_root, storage, TUMOUR)
    assert [row.slice_index for row in outcome.rows] == [4, 5, 7, 8]
    (told,) = outcome.rejections
    assert (told.item, told.reason, told.unit) == ("v.nii.gz slice 6", Reason.IMAGE_CONSTANT, "slice")
    assert outcome.counts == (Count("image", 1, 1, 0), Count("segmentation", 1, 1, 0), Count("slice", 5, 4, 1))


def test_a_volume_with_an_empty_slice_is_not_written_again(put_volume, source_root, storage):
    images = put_volume()
    former = render_images(images, source_root, storage, TUMOUR)
    inodes = {row.path: modified(storage / row.path) for row in former.rows}
    assert render_images(images, source_root, storage, TUMOUR, previous=former.rows) == former
    assert {row.path: modified(storage / row.path) for row in former.rows} == inodes


def test_of_a_volume_only_the_missing_slice_is_made_again(put_volume, source_root, storage):
    images = put_volume()
    former = render_images(images, source_root, storage, TUMOUR)
    inodes = [modified(storage / row.path) for row in former.rows]
    (storage / former.rows[1].path).write_bytes(b"torn")
    assert render_images(images, source_root, storage, TUMOUR, previous=former.rows) == former
    after = [modified(storage / row.path) for row in former.rows]
    assert hash_bytes((storage / former.rows[1].path).read_bytes()) == former.rows[1].sha256
    assert [one == other for one, other in zip(inodes, after, strict=True)] == [True, False, True, True]


def test_long_work_says_how_far_it_is_without_a_word_of_the_download(put_volume, source_root, storage, monkeypatch):
    for module in ("images", "plan"):
        monkeypatch.setattr(f"pipelines.rendering.{module}.Progress", partial(Progress, every_s=0.0))
    lines: list[str] = []
    render_images(put_volume(), source_root, storage, TUMOUR, say=lines.append)
    assert [line.split(" (")[0] for line in lines] == ["measured 1 of 1 tumour masks", "rendered 1 of 1 files"]
