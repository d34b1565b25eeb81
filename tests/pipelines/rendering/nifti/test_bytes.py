import gzip
import tracemalloc

import numpy as np
import pytest

from pipelines.reasons import Reason
from pipelines.rendering.nifti.bytes import MAX_BYTES, read_exactly, read_start
from pipelines.rendering.problem import ImageProblem

PLAIN = np.random.default_rng(0).integers(0, 40, 5000).astype(np.uint8).tobytes()
PACKED = gzip.compress(PLAIN, mtime=0)


def refuse(content: bytes, n_bytes: int = len(PLAIN)) -> ImageProblem:
    with pytest.raises(ImageProblem) as caught:
        read_exactly(content, n_bytes, is_all=True)
    return caught.value


def test_packed_and_plain_bytes_are_the_same() -> None:
    assert read_start(PLAIN, 100) == read_start(PACKED, 100) == PLAIN[:100]
    assert read_exactly(PLAIN, 5000, is_all=True) == read_exactly(PACKED, 5000, is_all=True) == PLAIN


@pytest.mark.parametrize("cut", [11, 20, 600, len(PACKED) // 2, len(PACKED) - 9, len(PACKED) - 8, len(PACKED) - 1])
def test_a_packed_file_that_is_cut_anywhere_is_truncated(cut: int) -> None:
    problem = refuse(PACKED[:cut])
    assert problem.reason is Reason.IMAGE_TRUNCATED
    assert "of 5000 bytes that its header promises; download it again" in problem.detail


def test_a_packed_file_that_is_cut_within_its_header_is_truncated() -> None:
    with pytest.raises(ImageProblem, match="image_truncated: the gzip data end within the header"):
        read_start(PACKED[:50], 540)


def test_a_plain_file_that_ends_early_is_truncated() -> None:
    problem = refuse(PLAIN[:-1])
    assert (problem.reason, problem.detail[:35]) == (Reason.IMAGE_TRUNCATED, "ends after 4999 of 5000 bytes that ")


@pytest.mark.parametrize("place", [300, len(PACKED) // 2, len(PACKED) - 6])  # the last is in the checksum
def test_a_changed_byte_is_found(place: int) -> None:
    changed = bytearray(PACKED)
    changed[place] ^= 0x10
    problem = refuse(bytes(changed))
    assert problem.reason is Reason.IMAGE_UNREADABLE
    assert "the gzip data are broken" in problem.detail


def test_gzip_members_in_a_row_are_one_file_and_padding_behind_is_none() -> None:
    members = gzip.compress(PLAIN[:300]) + gzip.compress(PLAIN[300:])
    assert read_start(members, 540) == PLAIN[:540]
    for content in (members, members + bytes(512), PACKED + bytes(512)):
        assert read_exactly(content, 5000, is_all=True) == PLAIN


def test_a_file_may_be_longer_than_its_first_volume() -> None:
    assert read_exactly(PACKED, 4000, is_all=False)[:4000] == PLAIN[:4000]
    assert read_exactly(PACKED[:-8], 4000, is_all=False)[:4000] == PLAIN[:4000]


def test_no_more_is_unpacked_than_the_header_promises() -> None:
    bomb = gzip.compress(bytes(2**26), 1)
    tracemalloc.start()
    try:
        read_start(bomb, 540)
        read_exactly(bomb, 5000, is_all=True)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_what_is_too_large_is_refused_before_anything_is_unpacked() -> None:
    problem = refuse(PACKED, MAX_BYTES + 1)
    assert problem.reason is Reason.IMAGE_TOO_LARGE
    assert str(MAX_BYTES) in problem.detail
