import hashlib
import io

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipelines.rendering.png import encode_png, hash_pixels


def test_the_file_holds_the_pixels_and_no_metadata():
    text = PngInfo()
    text.add_text("PatientName", "Doe^Jane")
    exif = Image.Exif()
    exif[0x010E] = "Doe^Jane"
    sink = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(sink, "PNG", pnginfo=text, exif=exif, dpi=(72, 72), icc_profile=b"profile" * 20)
    content = encode_png(Image.open(io.BytesIO(sink.getvalue())))
    again = Image.open(io.BytesIO(content))
    assert np.array_equal(np.asarray(again), pixels)
    assert (again.mode, again.info, dict(again.getexif())) == ("RGB", {}, {})
    chunks = [content[start + 4 : start + 8] for start in _chunk_starts(content)]
    assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}


def _chunk_starts(content):
    start = 8
    while start < len(content):
        yield start
        start += 12 + int.from_bytes(content[start : start + 4], "big")


def test_the_pixel_hash_covers_size_and_pixels_and_nothing_else():
    flat, tall = (Image.new("RGB", size, (1, 2, 3)) for size in ((4, 2), (2, 4)))
    assert hash_pixels(flat) != hash_pixels(tall)
    expected = hashlib.sha256((4).to_bytes(8, "big") + (2).to_bytes(8, "big") + bytes([1, 2, 3]) * 8).hexdigest()
    assert hash_pixels(flat) == expected
    flat.info["comment"] = "x"
    assert hash_pixels(flat) == expected
