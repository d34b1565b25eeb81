import io
import os

import pytest
from PIL import Image

from pipelines.reasons import Reason
from pipelines.sources.image_file import inspect_files


def picture(color=(200, 90, 40), kind="JPEG"):
    sink = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(sink, kind)
    return sink.getvalue()


@pytest.fixture
def inspect(tmp_path):
    root = tmp_path / "download"
    root.mkdir()

    def write_and_inspect(name, content=None):
        if content is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        return inspect_files(root, [name])[name]

    return write_and_inspect


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
def test_a_picture_is_usable_whatever_its_ending_says(inspect, kind):
    file = inspect("a/b.jpg", picture(kind=kind))
    assert file.is_usable
    assert (file.path, file.name, file.bytes) == ("a/b.jpg", "b.jpg", len(picture(kind=kind)))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg", None, Reason.IMAGE_MISSING),
        ("a.jpg", b"", Reason.IMAGE_UNREADABLE),
        ("a.jpg", b"<html>404</html>", Reason.IMAGE_UNREADABLE),
        ("a.dcm", b"", Reason.IMAGE_UNREADABLE),
        ("a.nii.gz", b"no gzip", Reason.IMAGE_UNREADABLE),
        ("a.nii", b"\x00\x01\x02\x03", Reason.IMAGE_UNREADABLE),
        ("x" * 300 + ".jpg", None, Reason.IMAGE_UNREADABLE),
        ("../a.jpg", None, Reason.UNSAFE_PATH),
        ("/etc/hostname", None, Reason.UNSAFE_PATH),
        ("b/../../download.jpg", None, Reason.UNSAFE_PATH),
        ("a\0b.jpg", None, Reason.UNSAFE_PATH),
    ],
)
def test_what_cannot_be_an_image_is_told_by_reason_and_never_raises(inspect, name, content, reason):
    file = inspect(name, content)
    assert file.problem is not None
    assert (file.problem.reason, file.fingerprint, file.is_usable) == (reason, None, False)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.nii.gz", b"\x1f\x8b rest"), ("a.nii", b"\x5c\x01\x00\x00"), ("a.nii", b"\x00\x00\x02\x1c"), ("a.dcm", b"any")],
)
def test_volumes_and_dicom_files_are_judged_by_their_first_bytes_alone(inspect, name, content):
    assert inspect(name, content).is_usable


def test_a_truncated_picture_passes_for_its_header_is_whole(inspect):
    assert inspect("a.jpg", picture()[:-20]).is_usable


def test_folders_and_pipes_are_not_read(inspect, tmp_path):
    (tmp_path / "download" / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "download" / "pipe.jpg")
    for name, told in (("folder.jpg", "a folder"), ("pipe.jpg", "a pipe")):
        problem = inspect(name).problem
        assert problem.reason is Reason.IMAGE_UNREADABLE
        assert told in problem.detail


def test_a_link_out_of_the_download_is_not_followed_and_one_within_is(inspect, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(picture())
    (tmp_path / "download" / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "download" / "circle.jpg").symlink_to("circle.jpg")
    inspect("real.jpg", picture())
    (tmp_path / "download" / "in.jpg").symlink_to("real.jpg")
    assert inspect("out.jpg").problem.reason is Reason.UNSAFE_PATH
    assert inspect("circle.jpg").problem.reason is Reason.UNSAFE_PATH
    assert inspect("in.jpg").is_usable


def test_a_linked_folder_belongs_to_the_download_and_its_single_links_out_do_not(inspect, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk/a.jpg").write_bytes(picture())
    (tmp_path / "secret.jpg").write_bytes(picture())
    (tmp_path / "disk/out.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "download/images").symlink_to(tmp_path / "disk")
    assert inspect("images/a.jpg").is_usable
    assert inspect("images/out.jpg").problem.reason is Reason.UNSAFE_PATH
    assert inspect("images/absent.jpg").problem.reason is Reason.IMAGE_MISSING
    assert inspect("images/../secret.jpg").problem.reason is Reason.UNSAFE_PATH


def test_equal_content_has_one_fingerprint_and_any_other_content_another(inspect):
    first, same, other = (inspect(name, picture(color)) for name, color in (("a.jpg", 9), ("b.jpg", 9), ("c.jpg", 90)))
    assert first.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize("place", [0, 20_000, -1])
def test_a_large_file_is_known_by_its_size_and_edges(inspect, place):
    content = bytearray(100_000)
    before = inspect("a.dcm", bytes(content)).fingerprint
    content[place] = 1
    is_at_edge = place != 20_000
    assert (inspect("a.dcm", bytes(content)).fingerprint != before) == is_at_edge
    assert inspect("a.dcm", bytes(100_001)).fingerprint != before


def test_files_are_told_in_the_order_asked_for_and_each_once(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture())
    assert list(inspect_files(tmp_path, ["z.jpg", "a.jpg", "z.jpg"])) == ["z.jpg", "a.jpg"]
    assert inspect_files(tmp_path, []) == {}
