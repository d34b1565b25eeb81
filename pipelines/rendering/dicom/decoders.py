"""Decodes one compressed frame by its transfer syntax, with imagecodecs: its decoders release the interpreter's lock.

JPEG 2000 and HTJ2K go to OpenJPEG, which refuses a frame with a part missing; OpenJPH is faster on HTJ2K and fills the gap.

Example:
    >>> decoder_of("1.2.840.10008.1.2.4.80").step
    'decode_jpeg_ls'
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.dicom.codestream import Codestream, is_whole, read_codestream
from pipelines.rendering.dicom.header import Header
from pipelines.rendering.problem import ImageProblem


@dataclass(frozen=True)
class Decoder:
    """What is known of one family of transfer syntaxes."""

    step: str
    decode: Callable[[bytes, Codestream], NDArray[Any]]
    # Whether samples are as wide as the codestream says (PS3.5 8.2.3, 8.2.4), whatever Bits Stored says.
    is_precision_of_codestream: bool = False
    is_always_rgb: bool = False  # the decoder undoes the colour transform of the codestream


def decoder_of(transfer_syntax: str) -> Decoder:
    """Return the decoder of a compressed transfer syntax.

    Raises:
        ImageProblem: IMAGE_UNREADABLE for video, private and unknown syntaxes.
    """
    if transfer_syntax not in _DECODERS:
        detail = f"Transfer Syntax (0002,0010) {transfer_syntax} is not one that can be decoded; transcode it"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return _DECODERS[transfer_syntax]


def check_codestream(frame: bytes, header: Header) -> Codestream:
    """Return what a compressed frame says of itself, where that is what the header says.

    Raises:
        ImageProblem: IMAGE_TRUNCATED where the end is missing, IMAGE_UNREADABLE where it is of another size than the header's.
    """
    codestream = read_codestream(frame)
    if not is_whole(frame):
        detail = f"its compressed frame of {len(frame)} bytes lacks the end marker; download it again"
        raise ImageProblem(Reason.IMAGE_TRUNCATED, detail)
    told = (codestream.rows, codestream.columns, codestream.samples)
    expected = (header.rows, header.columns, header.samples)
    if told != expected:
        detail = f"rows, columns, samples are {told} in its compressed frame and {expected} in its header; export it again"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return codestream


def _decode_jpeg(frame: bytes, codestream: Codestream) -> NDArray[Any]:
    import imagecodecs

    if codestream.samples == 1:
        return imagecodecs.jpeg8_decode(frame)
    # Named alike on both sides, so that nothing is converted: the file's own attributes decide, not a marker.
    return imagecodecs.jpeg8_decode(frame, colorspace="YCBCR", outcolorspace="YCBCR")


def _decode_jpeg_ls(frame: bytes, codestream: Codestream) -> NDArray[Any]:
    import imagecodecs

    return imagecodecs.jpegls_decode(frame)


def _decode_jpeg_2000(frame: bytes, codestream: Codestream) -> NDArray[Any]:
    import imagecodecs

    return imagecodecs.jpeg2k_decode(frame)


_JPEG = Decoder("decode_jpeg", _decode_jpeg)
_JPEG_LOSSLESS = Decoder("decode_jpeg_lossless", _decode_jpeg)
_JPEG_LS = Decoder("decode_jpeg_ls", _decode_jpeg_ls, is_precision_of_codestream=True)
_JPEG_2000 = Decoder("decode_jpeg_2000", _decode_jpeg_2000, is_precision_of_codestream=True, is_always_rgb=True)
_HTJ2K = Decoder("decode_htj2k", _decode_jpeg_2000, is_precision_of_codestream=True, is_always_rgb=True)
# By Transfer Syntax UID, PS3.6 table A-1.
_DECODERS = {
    "1.2.840.10008.1.2.4.50": _JPEG,  # baseline, 8 bit
    "1.2.840.10008.1.2.4.51": _JPEG,  # extended, 12 bit
    "1.2.840.10008.1.2.4.57": _JPEG_LOSSLESS,
    "1.2.840.10008.1.2.4.70": _JPEG_LOSSLESS,  # first-order prediction
    "1.2.840.10008.1.2.4.80": _JPEG_LS,
    "1.2.840.10008.1.2.4.81": _JPEG_LS,  # near-lossless
    "1.2.840.10008.1.2.4.90": _JPEG_2000,  # lossless
    "1.2.840.10008.1.2.4.91": _JPEG_2000,
    "1.2.840.10008.1.2.4.201": _HTJ2K,  # lossless
    "1.2.840.10008.1.2.4.202": _HTJ2K,  # lossless, by resolution
    "1.2.840.10008.1.2.4.203": _HTJ2K,
}
