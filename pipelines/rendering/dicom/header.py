"""Reads the attributes that say how a DICOM file's pixels are encoded (PS3.3 C.7.6.3), checked before a pixel is decoded.

Example:
    >>> Header(2, 3, 1, 16, 12, 0, False, "MONOCHROME2", 1, "1.2.840.10008.1.2.1").stored_range
    (0, 4095)
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.reasons import Reason
from pipelines.rendering.decode import MAX_PIXELS
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from pydicom import Dataset, FileDataset

GRAY = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
# Retired or for video only: ARGB, CMYK, HSV, YBR_PARTIAL_420, YBR_PARTIAL_422.
_SAMPLES = {**dict.fromkeys((*GRAY, PALETTE), 1), **dict.fromkeys(("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"), 3)}
_BITS_ALLOCATED = (1, 8, 16, 32)
_FLOAT_BITS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}
_PIXEL_KEYWORDS = ("PixelData", *_FLOAT_BITS)
_TAGS = {
    "Rows": "(0028,0010)",
    "Columns": "(0028,0011)",
    "SamplesPerPixel": "(0028,0002)",
    "BitsAllocated": "(0028,0100)",
    "BitsStored": "(0028,0101)",
    "PixelRepresentation": "(0028,0103)",
}


@dataclass(frozen=True)
class Header:
    """How pixels are stored."""

    rows: int
    columns: int
    samples: int  # per pixel: 1 or 3
    bits_allocated: int  # 1, 8, 16 or 32; 64 for double float
    bits_stored: int
    bit_shift: int  # unused low bits: those below High Bit (0028,0102) - bits_stored + 1; 0 in all but very old files
    is_signed: bool
    photometric: str
    n_frames: int
    transfer_syntax: str
    pixel_keyword: str = "PixelData"
    repairs: tuple[str, ...] = ()  # steps: attributes that were ignored because they make no sense

    @property
    def is_gray(self) -> bool:
        """Whether there is one sample per pixel, which is a shade."""
        return self.photometric in GRAY

    @property
    def is_float(self) -> bool:
        """Whether pixels are floating-point numbers (C.7.6.24, C.7.6.25)."""
        return self.pixel_keyword in _FLOAT_BITS

    @property
    def stored_range(self) -> tuple[int, int]:
        """The least and greatest value that a pixel can have."""
        if self.is_signed:
            return -(2 ** (self.bits_stored - 1)), 2 ** (self.bits_stored - 1) - 1
        return 0, 2**self.bits_stored - 1


def read_header(dataset: "FileDataset") -> Header:
    """Return the pixel encoding of a parsed file.

    Raises:
        ImageProblem: IMAGE_TRUNCATED where the file ends before its pixel data; IMAGE_TOO_LARGE; IMAGE_UNREADABLE where an
            attribute is missing, makes no sense or is of a kind that cannot be shown.
    """
    keyword = next((keyword for keyword in _PIXEL_KEYWORDS if keyword in dataset), None)
    if keyword is None:
        raise _no_pixels(dataset)
    rows, columns = _read_count(dataset, "Rows"), _read_count(dataset, "Columns")
    if rows * columns > MAX_PIXELS:
        detail = f"{columns} x {rows} pixels, at most {MAX_PIXELS} in all are decoded; scale it down or leave it out"
        raise ImageProblem(Reason.IMAGE_TOO_LARGE, detail)
    photometric = _read_photometric(dataset)
    allocated = _read_bits_allocated(dataset, keyword)
    stored = allocated if keyword in _FLOAT_BITS else _read_bits_stored(dataset, allocated)
    shift, repairs = _read_bit_shift(dataset, allocated, stored)
    n_frames = _find_whole(dataset, "NumberOfFrames")
    if n_frames is None and read_values(dataset, "NumberOfFrames") != []:
        repairs = (*repairs, "broken_frame_count_ignored")
    return Header(
        rows=rows,
        columns=columns,
        samples=_SAMPLES[photometric],
        bits_allocated=allocated,
        bits_stored=stored,
        bit_shift=0 if keyword in _FLOAT_BITS else shift,
        is_signed=keyword == "PixelData" and _read_is_signed(dataset),
        photometric=photometric,
        n_frames=max(1, n_frames or 1),
        transfer_syntax=_read_transfer_syntax(dataset),
        pixel_keyword=keyword,
        repairs=repairs,
    )


def read_text(dataset: "Dataset", keyword: str, index: int = 0) -> str:
    """Return one value of a text attribute in capitals without edge blanks; empty where it is absent or broken."""
    values = read_values(dataset, keyword)
    return str(values[index]).strip().upper() if values and len(values) > index else ""


def read_numbers(dataset: "Dataset", keyword: str) -> tuple[float, ...] | None:
    """Return the values of a numeric attribute; empty where it is absent or empty, None where one is not a finite number."""
    values = read_values(dataset, keyword)
    try:
        numbers = None if values is None else tuple(float(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if numbers is None or all(map(math.isfinite, numbers)) else None


def read_values(dataset: "Dataset", keyword: str) -> list[Any] | None:
    """Return the values of an attribute; empty where it is absent or empty, None where its bytes cannot be read as such."""
    try:
        value = dataset.get(keyword)
    except Exception:  # a value is converted when it is asked for, and its converter fails in whatever way it likes
        return None
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]


def _no_pixels(dataset: "FileDataset") -> ImageProblem:
    if "Rows" in dataset and "Columns" in dataset:
        detail = "describes an image, but ends before its pixel data (7FE0,0010); download it again"
        return ImageProblem(Reason.IMAGE_TRUNCATED, detail)
    return ImageProblem(Reason.IMAGE_UNREADABLE, "a DICOM file without an image (no Rows, no pixel data); leave it out")


def _read_count(dataset: "Dataset", keyword: str) -> int:
    value = _read_whole(dataset, keyword)
    if value < 1:
        raise _bad_value(keyword, f"is {value}", "at least 1")
    return value


def _read_photometric(dataset: "Dataset") -> str:
    """Photometric Interpretation (0028,0004): without it black cannot be told from white."""
    photometric = read_text(dataset, "PhotometricInterpretation")
    if photometric not in _SAMPLES:
        detail = f"Photometric Interpretation (0028,0004) is none of {', '.join(_SAMPLES)}; export it as one of them"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    samples = _find_whole(dataset, "SamplesPerPixel")
    if samples not in (None, _SAMPLES[photometric]):
        raise _bad_value("SamplesPerPixel", f"is {samples}", f"{_SAMPLES[photometric]} for {photometric}")
    return photometric


def _read_bits_allocated(dataset: "Dataset", keyword: str) -> int:
    if keyword in _FLOAT_BITS:
        return _FLOAT_BITS[keyword]
    bits = _read_whole(dataset, "BitsAllocated")
    if bits not in _BITS_ALLOCATED:
        raise _bad_value("BitsAllocated", f"is {bits}", f"one of {', '.join(map(str, _BITS_ALLOCATED))}")
    return bits


def _read_bits_stored(dataset: "Dataset", allocated: int) -> int:
    bits = _read_whole(dataset, "BitsStored")
    if not 1 <= bits <= allocated:
        raise _bad_value("BitsStored", f"is {bits}", f"1 to {allocated}, the bits allocated")
    return bits


def _read_is_signed(dataset: "Dataset") -> bool:
    representation = _read_whole(dataset, "PixelRepresentation")
    if representation not in (0, 1):
        raise _bad_value("PixelRepresentation", f"is {representation}", "0 or 1")
    return representation == 1


def _read_bit_shift(dataset: "Dataset", allocated: int, stored: int) -> tuple[int, tuple[str, ...]]:
    high = _find_whole(dataset, "HighBit")
    if high is None or high == stored - 1:
        return 0, ()
    if stored <= high < allocated:
        return high + 1 - stored, ("shift_to_high_bit",)
    return 0, ("broken_high_bit_ignored",)


def _read_transfer_syntax(dataset: "FileDataset") -> str:
    """Transfer Syntax UID (0002,0010); of a file without one, the encoding that its bytes were found to have."""
    named = getattr(dataset, "file_meta", {}).get("TransferSyntaxUID")
    if named:
        return str(named)
    is_implicit, is_little_endian = dataset.original_encoding
    if not is_little_endian:
        return "1.2.840.10008.1.2.2"
    return "1.2.840.10008.1.2" if is_implicit else "1.2.840.10008.1.2.1"


def _read_whole(dataset: "Dataset", keyword: str) -> int:
    value = _find_whole(dataset, keyword)
    if value is None:
        raise _bad_value(keyword, "is missing or no whole number", "one")
    return value


def _find_whole(dataset: "Dataset", keyword: str) -> int | None:
    numbers = read_numbers(dataset, keyword)
    return int(numbers[0]) if numbers and numbers[0].is_integer() else None


def _bad_value(keyword: str, found: str, expected: str) -> ImageProblem:
    detail = f"{keyword} {_TAGS[keyword]} {found}, expected {expected}; export or download it again"
    return ImageProblem(Reason.IMAGE_UNREADABLE, detail)
