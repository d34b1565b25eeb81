"""Decodes the first frame of a DICOM file: from pixel data of any supported transfer syntax to one array of samples.

Example:
    >>> frame = Frame(np.array([[0x1001, 0x0FFF]], np.uint16), used_bits=12, bit_shift=0, is_rgb=False)
    >>> frame.values(is_signed=False).tolist(), frame.values(is_signed=True).tolist()
    ([[1, 4095]], [[1, -1]])
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.dicom.codestream import Codestream
from pipelines.rendering.dicom.decoders import Decoder, check_codestream, decoder_of
from pipelines.rendering.dicom.header import Header
from pipelines.rendering.dicom.plugins import decode_native, decode_with_plugin
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from pydicom import FileDataset

_ENDIAN = {
    "1.2.840.10008.1.2": "<",
    "1.2.840.10008.1.2.1": "<",
    "1.2.840.10008.1.2.1.99": "<",  # deflated
    "1.2.840.10008.1.2.2": ">",
}
_RLE = "1.2.840.10008.1.2.5"
_BIG = ">"


@dataclass(frozen=True)
class Frame:
    """Samples as stored, (rows, columns) or (rows, columns, 3): unsigned containers of 8, 16 or 32 bits, or floats."""

    codes: NDArray[Any]
    used_bits: int  # of each container; those above may hold anything, overlays for one
    bit_shift: int  # unused bits below the used ones
    is_rgb: bool  # colours are RGB whatever the header says: the codestream says so, or its decoder has converted them
    steps: tuple[str, ...] = ()

    def mirrored(self) -> "Frame":
        """Return the frame flipped left to right."""
        return replace(self, codes=self.codes[:, ::-1])

    def values(self, is_signed: bool, codes: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the numbers that containers (those of the frame, unless others are given) stand for.

        Only the used bits count (PS3.5 8.1.1); int64, or the floats themselves.
        """
        codes = self.codes if codes is None else codes
        if codes.dtype.kind == "f":
            return codes
        values = (codes.astype(np.int64) >> self.bit_shift) & (2**self.used_bits - 1)
        return np.where(values >> (self.used_bits - 1), values - 2**self.used_bits, values) if is_signed else values


def decode_first_frame(dataset: "FileDataset", header: Header) -> Frame:
    """Return the first frame; "first_frame" is among its steps where there are more.

    Raises:
        ImageProblem: IMAGE_TRUNCATED or IMAGE_UNREADABLE.
        Exception: what decoders raise on broken data.
    """
    data = dataset[header.pixel_keyword].value or b""
    if header.transfer_syntax in _ENDIAN:
        frame = _read_native(dataset, header, data)
    else:
        frame = _decode_compressed(dataset, header, data)
    return frame if header.n_frames == 1 else replace(frame, steps=("first_frame", *frame.steps))


def _read_native(dataset: "FileDataset", header: Header, data: bytes) -> Frame:
    endian = _ENDIAN[header.transfer_syntax]
    _refuse_short(header, data)
    # Packed bits, halved colour and swapped bytes are rare and pydicom's own affair.
    is_plain = (
        header.bits_allocated > 1 and header.photometric != "YBR_FULL_422" and (endian, header.bits_allocated) != (_BIG, 8)
    )
    if header.is_float or is_plain:
        kind = "f" if header.is_float else "u"
        dtype = np.dtype(f"{endian}{kind}{header.bits_allocated // 8}")
        samples = np.frombuffer(data, dtype, header.rows * header.columns * header.samples)
        codes = _shape_native(samples, header, _planar_configuration(dataset))
    else:
        codes = decode_native(dataset, header.transfer_syntax)
    return Frame(codes, header.bits_stored, header.bit_shift, is_rgb=header.photometric == "RGB")


def _refuse_short(header: Header, data: bytes) -> None:
    """PS3.5 8.1.1: a native frame takes rows * columns * samples * bits allocated; YBR_FULL_422 has 2 samples a pixel."""
    samples = 2 if header.photometric == "YBR_FULL_422" else header.samples
    n_bytes = -(-header.rows * header.columns * samples * header.bits_allocated // 8)
    if len(data) < n_bytes:
        detail = f"pixel data (7FE0,0010) have {len(data)} bytes of {n_bytes} for the first frame; download it again"
        raise ImageProblem(Reason.IMAGE_TRUNCATED, detail)


def _shape_native(samples: NDArray[Any], header: Header, planar: int) -> NDArray[Any]:
    if header.samples == 1:
        return samples.reshape(header.rows, header.columns)
    if planar == 1:
        return samples.reshape(header.samples, header.rows, header.columns).transpose(1, 2, 0)
    return samples.reshape(header.rows, header.columns, header.samples)


def _planar_configuration(dataset: "FileDataset") -> int:
    """Planar Configuration (0028,0006): 1 where all of red comes before all of green."""
    return 1 if dataset.get("PlanarConfiguration") == 1 else 0


def _decode_compressed(dataset: "FileDataset", header: Header, data: bytes) -> Frame:
    if header.transfer_syntax == _RLE:
        codes = decode_with_plugin(dataset, _RLE)
        return Frame(codes, header.bits_stored, header.bit_shift, header.photometric == "RGB", ("decode_rle",))
    decoder = decoder_of(header.transfer_syntax)
    encoded = _take_first(dataset, header, data)
    codestream = check_codestream(encoded, header)
    try:
        codes, step = decoder.decode(encoded, codestream), decoder.step
    except ImportError:  # this build of imagecodecs lacks the codec
        codes, step = decode_with_plugin(dataset, header.transfer_syntax), f"{decoder.step}_by_pydicom"
    _refuse_shape(codes, header)
    codes = codes.view(f"u{codes.dtype.itemsize}")
    used_bits = codestream.precision if decoder.is_precision_of_codestream else header.bits_stored
    return Frame(codes, min(used_bits, 8 * codes.dtype.itemsize), 0, _is_rgb(header, decoder, codestream), (step,))


def _refuse_shape(codes: NDArray[Any], header: Header) -> None:
    expected = (header.rows, header.columns, header.samples)[: 2 if header.samples == 1 else 3]
    if codes.shape != expected:
        detail = f"its compressed frame decodes to {codes.shape}, expected {expected}; export it again"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)


def _is_rgb(header: Header, decoder: Decoder, codestream: Codestream) -> bool:
    """Whether decoded colours are RGB: JPEG 2000 as decoded, JPEG as its components are named, else as its header says.

    A JFIF marker means YCbCr even where Photometric Interpretation says RGB, as pydicom holds it too.
    """
    if decoder.is_always_rgb or codestream.is_rgb:
        return True
    return header.photometric == "RGB" and not codestream.is_jfif


def _take_first(dataset: "FileDataset", header: Header, data: bytes) -> bytes:
    """Return the first frame's codestream out of its fragments (PS3.5 A.4)."""
    from pydicom.encaps import get_frame

    offsets, lengths = dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths")
    extended = (offsets, lengths) if offsets and lengths else None
    return get_frame(data, 0, number_of_frames=header.n_frames, extended_offsets=extended)
