from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.keys import mint_id
from pipelines.rendering.decode import load
from pipelines.rendering.images import render_images
from pipelines.rendering.png import hash_bytes, hash_pixels
from pipelines.rendering.to_rgb import refuse_constant, to_rgb
from pipelines.sources.vqa_rad import read_vqa_rad
from pipelines.tables import REJECTIONS, RENDERED_IMAGES
from pipelines.vocabulary import Organ, Reason, Stage


@pytest.fixture
def storage(tmp_path):
    return tmp_path / "storage"


def modified(path: Path) -> int:
    return path.stat().st_ino  # a file that is replaced by renaming is another file


def test_every_image_of_the_release_can_be_decoded_and_no_two_are_equal(vqa_rad_root):
    images = read_vqa_rad(vqa_rad_root).images
    hashes: set[str] = set()
    for image in images:
        raster, steps = to_rgb(load((vqa_rad_root / image.path).read_bytes()))
        refuse_constant(raster)
        assert steps == ()
        hashes.add(hash_pixels(raster))
    assert len(hashes) == len(images) == 314


def test_a_second_run_over_images_of_the_release_writes_nothing(vqa_rad_root, storage):
    images = read_vqa_rad(vqa_rad_root).images[::5]  # all of them take most of this suite's time
    outcome = render_images(images, vqa_rad_root, storage)
    assert (len(outcome.rows), outcome.rejections) == (63, ())
    assert all(row.duplicate_of is None and row.steps == () for row in outcome.rows)
    files = {path: modified(path) for path in sorted(storage.rglob("*.*"))}
    assert {str(path.relative_to(storage)) for path in files} == {row.path for row in outcome.rows}
    assert render_images(images, vqa_rad_root, storage, previous=outcome.rows) == outcome
    assert {path: modified(path) for path in sorted(storage.rglob("*.*"))} == files
    arrow = RENDERED_IMAGES.to_arrow(outcome.rows)
    assert RENDERED_IMAGES.repeated_keys(arrow) == []


def test_the_row_tells_what_was_written(put_image, source_root, storage):
    found = put_image("a.png", 1)
    (row,) = render_images([found], source_root, storage).rows
    content = (storage / row.path).read_bytes()
    assert row.image_id == mint_id("image", found.source_image_id, 0)
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


def test_equal_pixels_are_duplicates_of_the_first_path_whatever_the_format(put_image, source_root, storage):
    images = [put_image("c.bmp", 1), put_image("b.png", 1), put_image("a.png", 2), put_image("d.tif", 1)]
    rows = {row.source_image_id[0]: row for row in render_images(images, source_root, storage).rows}
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
    with pytest.raises(OSError, match="storage"):
        render_images([put_image("a.png", 1)], source_root, storage)
