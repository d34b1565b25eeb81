import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rendering.fingerprint import EDGE_BYTES, fingerprint_content
from pipelines.sources.image_file import inspect_files

GZIP = gzip.compress(b"volume", mtime=0)


@pytest.mark.parametrize("size", [1, EDGE_BYTES, EDGE_BYTES + 1, 2 * EDGE_BYTES - 1, 2 * EDGE_BYTES, 3 * EDGE_BYTES])
@pytest.mark.parametrize("name", ["a.dcm", "A.DICOM", "a.nii.gz"])
def test_the_bytes_in_memory_have_the_fingerprint_of_the_file_on_disk(tmp_path, name, size):
    content = (GZIP + bytes(number % 251 for number in range(size)))[: max(size, len(GZIP))]
    (tmp_path / name).write_bytes(content)
    assert inspect_files(tmp_path, [name])[name].fingerprint == fingerprint_content(name, content)


def test_a_picture_has_the_fingerprint_of_its_whole_content(put_image, source_root):
    put_image("a.bmp", 1)
    content = (source_root / "a.bmp").read_bytes()
    assert inspect_files(source_root, ["a.bmp"])["a.bmp"].fingerprint == fingerprint_content("a.bmp", content)


@given(st.binary(min_size=1, max_size=100), st.integers(0, 99))
def test_any_other_byte_of_a_picture_is_another_fingerprint(content, position):
    other = bytearray(content)
    other[position % len(content)] ^= 1
    assert fingerprint_content("a.jpg", content) != fingerprint_content("a.jpg", bytes(other))


def test_only_the_middle_of_a_large_file_is_left_out():
    content = bytes(3 * EDGE_BYTES)

    def differs(position: int) -> bool:
        other = bytearray(content)
        other[position] = 1
        return fingerprint_content("a.dcm", bytes(other)) != fingerprint_content("a.dcm", content)

    places = (0, EDGE_BYTES - 1, EDGE_BYTES, 2 * EDGE_BYTES - 1, 2 * EDGE_BYTES, 3 * EDGE_BYTES - 1)
    assert [differs(position) for position in places] == [True, True, False, False, True, True]
