"""Pictures as bytes: uint8 pixels without loss, packed so that they unpack fast.

Measured at 384 x 384: zstd unpacks a gray picture in 0.08 ms and a PNG decodes in 0.7 to 1.3 ms, for 10 to 50 % more bytes;
gray pictures are kept in one channel, which saves two thirds.

Example:
    >>> pixels = np.zeros((3, 4, 5), np.uint8)
    >>> unpack_picture(pack_picture(pixels)).shape
    (1, 4, 5)
"""

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_HEAD = struct.Struct("<2sBHH")  # mark, channels, height, width
_MARK = b"p1"
_CODEC = "zstd"


def pack_picture(pixels: np.ndarray) -> bytes:
    """Return the bytes of a picture.

    Args:
        pixels: uint8, (C, H, W) with 1 or 3 channels; 3 equal channels are kept as 1.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[0] not in (1, 3):
        raise ValueError(f"expected uint8 pixels of shape (1 or 3, H, W), got {pixels.dtype} {pixels.shape}")
    if pixels.shape[0] == 3 and bool((pixels == pixels[:1]).all()):
        pixels = pixels[:1]
    channels, height, width = pixels.shape
    packed: bytes = _codec().compress(np.ascontiguousarray(pixels), asbytes=True)
    return _HEAD.pack(_MARK, channels, height, width) + packed


def unpack_picture(content: bytes) -> np.ndarray:
    """Return the pixels, uint8 (1 or 3, H, W), read-only; ValueError where the bytes are no packed picture."""
    if content[:2] != _MARK:
        raise ValueError(f"no packed picture: begins with {content[:2]!r}, expected {_MARK!r}; encode the data again")
    _, channels, height, width = _HEAD.unpack_from(content)
    unpacked: Any = _codec().decompress(memoryview(content)[_HEAD.size :], channels * height * width)
    return np.frombuffer(unpacked, np.uint8).reshape(channels, height, width)


def _codec() -> "pa.Codec":
    import pyarrow as pa

    return pa.Codec(_CODEC)
