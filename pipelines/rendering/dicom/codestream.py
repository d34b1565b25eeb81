r"""Reads the size that a compressed frame tells of itself, so that it is compared with the header's before it is decoded.

JPEG and JPEG-LS: frame header, ITU-T T.81 B.2.2 and T.87 C.2.2. JPEG 2000 and HTJ2K: SIZ segment, ITU-T T.800 A.5.1.

Example:
    >>> read_codestream(b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00")
    Codestream(rows=2, columns=3, samples=1, precision=8, is_rgb=False, is_jfif=False)
"""

import struct
from dataclasses import dataclass

from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem

_END = b"\xff\xd9"  # EOI of JPEG and JPEG-LS, EOC of JPEG 2000
_FILL = b"\x00\xff"  # what encoders pad a fragment of odd length with
_J2K_START = b"\xff\x4f\xff\x51"  # SOC, then SIZ
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  "  # a JP2 file around the codestream: not allowed, but found
_JPEG_START = b"\xff\xd8"
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_APP0, _SCAN = 0xE0, 0xDA
_RGB_IDS = (b"RGB", b"rgb")


@dataclass(frozen=True)
class Codestream:
    """What a compressed frame says of itself."""

    rows: int
    columns: int
    samples: int
    precision: int  # bits per sample
    is_rgb: bool  # its components are named R, G, B
    is_jfif: bool  # by JFIF its colours are YCbCr


def is_whole(frame: bytes) -> bool:
    """Whether a frame ends with its end marker; most decoders fill what is missing with gray and say nothing."""
    return frame.rstrip(_FILL).endswith(_END[1:]) and _END in frame[-64:]


def read_codestream(frame: bytes) -> Codestream:
    """Return what a compressed frame says of itself.

    Raises:
        ImageProblem: IMAGE_UNREADABLE where it is none, or tells no size.
    """
    try:
        if frame.startswith(_JPEG_START):
            return _read_jpeg(frame)
        if frame.startswith((_J2K_START, _JP2_SIGNATURE)):
            return _read_j2k(frame, frame.index(_J2K_START))
    except (struct.error, IndexError, ValueError) as error:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, "its compressed frame tells no size; download it again") from error
    raise ImageProblem(Reason.IMAGE_UNREADABLE, f"its compressed frame begins {frame[:4]!r}: no JPEG; download it again")


def _read_jpeg(frame: bytes) -> Codestream:
    at, is_jfif = 2, False
    while True:
        at = frame.index(b"\xff", at)
        while frame[at] == 0xFF:
            at += 1
        marker = frame[at]
        (length,) = struct.unpack_from(">H", frame, at + 1)
        if marker in _FRAME_HEADERS:
            precision, rows, columns, samples = struct.unpack_from(">BHHB", frame, at + 3)
            ids = frame[at + 9 : at + 9 + 3 * samples : 3]
            return Codestream(rows, columns, samples, precision, ids in _RGB_IDS, is_jfif)
        if marker == _SCAN:
            raise ValueError("a scan before its frame header")
        is_jfif = is_jfif or (marker == _APP0 and frame[at + 3 : at + 7] == b"JFIF")
        at += 1 + length


def _read_j2k(frame: bytes, at: int) -> Codestream:
    right, bottom, left, top = struct.unpack_from(">4I", frame, at + 8)
    (samples, depth) = struct.unpack_from(">HB", frame, at + 40)
    return Codestream(bottom - top, right - left, samples, (depth & 0x7F) + 1, False, False)
