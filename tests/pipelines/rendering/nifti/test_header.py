import struct

import nibabel as nib
import numpy as np
import pytest

from pipelines.reasons import Reason
from pipelines.rendering.nifti.header import read_header
from pipelines.rendering.nifti.render import render_slices
from pipelines.rendering.problem import ImageProblem
from pipelines.vocabulary import Plane

DATA = np.arange(60, dtype=np.int16).reshape(5, 4, 3)


def refuse(content: bytes) -> ImageProblem:
    with pytest.raises(ImageProblem) as caught:
        render_slices(content, Plane.AXIAL, [0])
    return caught.value


def with_field(content: bytes, offset: int, form: str, *values: float) -> bytes:
    changed = bytearray(content)
    struct.pack_into(form, changed, offset, *values)
    return bytes(changed)


PLAIN = nib.Nifti1Image(DATA, np.eye(4)).to_bytes()
SERIES = nib.Nifti1Image(np.zeros((5, 4, 3, 1, 2), np.int16), np.eye(4)).to_bytes()
COLOUR = nib.Nifti1Image(np.zeros((5, 4, 3), [("R", "u1"), ("G", "u1"), ("B", "u1")]), np.eye(4)).to_bytes()
COMPLEX = nib.Nifti1Image(DATA.astype(np.complex64), np.eye(4)).to_bytes()
DIM, DATATYPE, VOX_OFFSET, SROW_X, MAGIC = 40, 70, 108, 280, 344  # nifti1.h


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", Reason.IMAGE_UNREADABLE, "0 bytes; download it again"),
        (b"version https://git-lfs.github.com/spec/v1\n", Reason.IMAGE_UNREADABLE, "no NIfTI (begins b'version '"),
        (PLAIN[:300], Reason.IMAGE_TRUNCATED, "ends after 300 of the 348 bytes of a NIfTI header"),
        (COLOUR, Reason.IMAGE_UNREADABLE, "voxels are of type RGB, not numbers of one channel"),
        (COMPLEX, Reason.IMAGE_UNREADABLE, "voxels are of type complex64"),
        (SERIES, Reason.IMAGE_UNREADABLE, "has 5 dimensions, (5, 4, 3, 1, 2)"),
        (with_field(PLAIN, MAGIC, "4s", b"ni1\0"), Reason.IMAGE_UNREADABLE, "voxels are in another file (.img)"),
        (with_field(PLAIN, MAGIC, "4s", b"xxxx"), Reason.IMAGE_UNREADABLE, "broken NIfTI header"),
        (with_field(PLAIN, DATATYPE, "<h", 999), Reason.IMAGE_UNREADABLE, "broken NIfTI header"),
        (with_field(PLAIN, DIM + 2, "<3h", 5, 0, 3), Reason.IMAGE_UNREADABLE, "a shape of (5, 0, 3) voxels"),
        (with_field(PLAIN, DIM + 2, "<3h", 30000, 30000, 30000), Reason.IMAGE_TOO_LARGE, "promises 54000000000352 bytes"),
        (with_field(PLAIN, VOX_OFFSET, "<f", 0), Reason.IMAGE_UNREADABLE, "vox_offset is 0, within the header"),
        (with_field(PLAIN, VOX_OFFSET, "<f", 1e30), Reason.IMAGE_TOO_LARGE, "at most 2147483648 are read"),
        (with_field(PLAIN, VOX_OFFSET, "<f", float("nan")), Reason.IMAGE_UNREADABLE, "broken NIfTI header"),
        (with_field(PLAIN, SROW_X, "<4f", 0, 0, 0, 0), Reason.IMAGE_UNREADABLE, "gives no orientation; set sform or qform"),
        (with_field(PLAIN, SROW_X, "<4f", float("nan"), 0, 0, 0), Reason.IMAGE_UNREADABLE, "gives no orientation"),
        (with_field(PLAIN, SROW_X, "<4f", 1e-6, 0, 0, 0), Reason.IMAGE_TOO_LARGE, "square ones, a side has at most 8192"),
    ],
)
def test_a_header_that_cannot_be_used_is_told_in_words(content: bytes, reason: Reason, words: str) -> None:
    if reason is Reason.IMAGE_TOO_LARGE and "square" in words:
        (problem,) = render_slices(content, Plane.AXIAL, [0])
        assert isinstance(problem, ImageProblem)
    else:
        problem = refuse(content)
    assert problem.reason is reason
    assert words in problem.detail


@pytest.mark.parametrize("endianness", ["<", ">"])
@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_both_versions_are_read_in_either_byte_order(kind: type[nib.Nifti1Image], endianness: str) -> None:
    image = kind(DATA, np.diag([2, -3, 4, 1]), header=kind.header_class(endianness=endianness), dtype=np.int16)
    header = read_header(image.to_bytes())
    assert (header.shape, header.n_volumes, header.n_voxels) == ((5, 4, 3), 1, 60)
    assert (header.dtype.newbyteorder("="), header.dtype.str[0]) == (np.dtype(np.int16), endianness)
    assert (header.axes, header.flips) == ((0, 1, 2), (False, True, False))
    assert header.spacing_mm == (2, 3, 4)
    assert header.steps == ()


def test_an_oblique_volume_is_turned_to_the_nearest_axes_and_keeps_its_spacing() -> None:
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0, 0], [np.sin(angle), np.cos(angle), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    header = read_header(nib.Nifti1Image(DATA, turn @ np.diag([-2, 3, 4, 1])).to_bytes())
    assert (header.axes, header.flips) == ((0, 1, 2), (True, False, False))
    assert header.spacing_mm == pytest.approx((2, 3, 4))


def test_what_nibabel_remarks_is_not_printed(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    moved = with_field(PLAIN[:352] + b"\0" + PLAIN[352:], VOX_OFFSET, "<f", 353)  # "not divisible by 16, not SPM compatible"
    assert read_header(moved).offset == 353
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
