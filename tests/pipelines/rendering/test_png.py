import hashlib
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from pipelines.rendering.png import encode_png, hash_pixels


def decode(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()  # Pillow checks every chunk's CRC and the zlib stream's checksum
    return image


def test_the_file_holds_the_pixels_and_no_metadata():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    content = encode_png(pixels)
    again = decode(content)
    assert np.array_equal(np.asarray(again), pixels)
    assert (again.mode, again.info, dict(again.getexif())) == ("RGB", {}, {})
    assert [content[start + 4 : start + 8] for start in _chunk_starts(content)] == [b"IHDR", b"IDAT", b"IEND"]


def _chunk_starts(content):
    start = 8
    while start < len(content):
        yield start
        start += 12 + int.from_bytes(content[start : start + 4], "big")


@given(
    hnp.arrays(
        np.uint8,
        st.one_of(st.tuples(st.integers(1, 9), st.integers(1, 9)), st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    )
)
def test_any_pixels_come_back_as_they_were(pixels):
    image = decode(encode_png(pixels))
    assert image.mode == ("L" if pixels.ndim == 2 else "RGB")
    assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("view", [np.s_[::-1], np.s_[:, ::-1], np.s_[::2, ::3]])
def test_pixels_that_are_a_view_are_written_as_they_look(view):
    pixels = np.random.default_rng(1).integers(0, 256, (8, 9), dtype=np.uint8)[view]
    assert np.array_equal(np.asarray(decode(encode_png(pixels))), pixels)
    assert hash_pixels(pixels) == hash_pixels(pixels.copy())


def test_the_pixel_hash_covers_size_and_pixels_and_nothing_else():
    flat, tall = (np.full((*shape, 3), (1, 2, 3), np.uint8) for shape in ((2, 4), (4, 2)))
    assert hash_pixels(flat) != hash_pixels(tall)
    expected = hashlib.sha256((4).to_bytes(8, "big") + (2).to_bytes(8, "big") + bytes([1, 2, 3]) * 8).hexdigest()
    assert hash_pixels(flat) == expected


def test_gray_pixels_have_one_hash_whether_stored_as_one_channel_or_as_three():
    gray = np.random.default_rng(2).integers(0, 256, (4, 5), dtype=np.uint8)
    colour = np.stack([gray] * 3, axis=-1)
    assert hash_pixels(gray) == hash_pixels(colour)
    colour[0, 0, 2] ^= 1
    assert hash_pixels(gray) != hash_pixels(colour)


def test_equal_pixels_give_equal_bytes_whatever_other_threads_compress() -> None:
    plain = [np.full((16 + size, 16), 7 * size, np.uint8) for size in range(12)]
    alone = [encode_png(pixels) for pixels in plain]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(60):
            assert list(pool.map(encode_png, plain)) == alone
