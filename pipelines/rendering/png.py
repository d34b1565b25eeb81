r"""Writes 8-bit pixels as a PNG that holds pixels and nothing else, and the two hashes that tell files and pixels apart.

The encoder is small because it needs little: one filter for all rows ("up", the difference from the row above, RFC 2083 §6.4)
and ISA-L's deflate. On a mammogram it takes an eighth of the time of Pillow at its fastest, for files of the same size.

Example:
    >>> encode_png(np.zeros((1, 2), np.uint8))[:4]
    b'\x89PNG'
"""

import hashlib
import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2  # colour types of IHDR
_FILTER_UP = 2
# Levels 2 and 3 of ISA-L save 2 % of the bytes for half again the time.
_COMPRESS_LEVEL = 1


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG of uint8 pixels, (height, width) gray or (height, width, 3) RGB, without text, profile or time.

    Equal pixels give equal bytes with one version of ISA-L on one kind of processor; `hash_pixels` holds everywhere.
    """
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, _GRAY if pixels.ndim == 2 else _RGB, 0, 0, 0)
    # not isal_zlib.compress: of plain pictures its bytes differ now and then where several threads compress at once
    deflate = isal_zlib.compressobj(_COMPRESS_LEVEL)
    data = deflate.compress(_filter_rows(pixels)) + deflate.flush()
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def hash_pixels(pixels: NDArray[np.uint8]) -> str:
    """Return the sha256 (64 hex digits) of width, height (8 bytes, big-endian, each) and the pixels, row by row.

    Colour pixels whose three channels are equal are hashed as the gray ones that they look like, so that one picture has one
    hash whether its file was gray or RGB.
    """
    if pixels.ndim == 3 and _looks_gray(pixels[::16, ::16]) and _looks_gray(pixels):
        pixels = pixels[..., 0]
    sink = hashlib.sha256(b"".join(length.to_bytes(8, "big") for length in (pixels.shape[1], pixels.shape[0])))
    sink.update(np.ascontiguousarray(pixels).data)
    return sink.hexdigest()


def _looks_gray(pixels: NDArray[np.uint8]) -> bool:
    return bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all())


def hash_bytes(content: bytes) -> str:
    """Return the sha256 (64 hex digits) of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _filter_rows(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the rows as PNG wants them: a filter's number, then each byte less the one above it (modulo 256)."""
    rows = pixels.reshape(pixels.shape[0], -1)
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _FILTER_UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
