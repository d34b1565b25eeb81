"""Writes one gray image as a DICOM file (PS3.10), in any of the transfer syntaxes that mammography archives hold.

Lossless throughout: what is decoded is what was drawn.

Example:
    >>> pixels = np.arange(64, dtype=np.uint16).reshape(8, 8)
    >>> content = encode_dicom({"PatientName": "PHANTOM^ADA"}, pixels, TransferSyntax.JPEG_LS)
    >>> content[128:132]
    b'DICM'
"""

import io
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pydicom import Dataset

_MAMMOGRAM_CLASS = "1.2.840.10008.5.1.4.1.1.1.2"  # Digital Mammography X-Ray Image Storage - For Presentation


class TransferSyntax(StrEnum):
    """How the data set and its pixels are encoded (PS3.5, annex A); the value is the UID."""

    IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"
    EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
    RLE = "1.2.840.10008.1.2.5"
    JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.70"
    JPEG_LS = "1.2.840.10008.1.2.4.80"
    JPEG_2000 = "1.2.840.10008.1.2.4.90"  # lossless only
    HTJ2K = "1.2.840.10008.1.2.4.201"  # lossless only


_UNCOMPRESSED = frozenset({TransferSyntax.IMPLICIT_LITTLE_ENDIAN, TransferSyntax.EXPLICIT_LITTLE_ENDIAN})


def encode_dicom(
    attributes: Mapping[str, Any],
    pixels: NDArray[np.uint16],
    syntax: TransferSyntax,
    bits_stored: int = 12,
) -> bytes:
    """Return the file's bytes.

    Args:
        attributes: values by DICOM keyword; a sequence is a list of such mappings. They override what is set here:
            MONOCHROME2, and a class and an instance UID of a mammogram.
        pixels: shape (rows, columns), each value below 2 ** bits_stored.
        syntax: how to encode; all are lossless.
        bits_stored: of the 16 allocated.

    Raises:
        ValueError: a pixel does not fit into the bits stored.
    """
    if int(pixels.max()) >= 1 << bits_stored:
        raise ValueError(
            f"pixels: got values up to {pixels.max()}, expected below {1 << bits_stored} for {bits_stored} bits stored"
        )
    dataset = _make_dataset(
        {"SOPClassUID": _MAMMOGRAM_CLASS, "SOPInstanceUID": "1.2.999.1"} | _describe(pixels, bits_stored) | dict(attributes)
    )
    _attach(dataset, pixels, syntax, bits_stored)
    sink = io.BytesIO()
    dataset.save_as(sink, enforce_file_format=True)
    return sink.getvalue()


def _describe(pixels: NDArray[np.uint16], bits_stored: int) -> dict[str, Any]:
    """Return the image pixel module (PS3.3, C.7.6.3)."""
    return {
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": bits_stored,
        "HighBit": bits_stored - 1,
        "PixelRepresentation": 0,
    }


def _make_dataset(attributes: Mapping[str, Any]) -> "Dataset":
    from pydicom import Dataset

    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, [_make_dataset(item) for item in value] if _is_sequence(value) else value)
    return dataset


def _is_sequence(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and bool(value) and isinstance(value[0], Mapping)


def _attach(dataset: "Dataset", pixels: NDArray[np.uint16], syntax: TransferSyntax, bits_stored: int) -> None:
    """Put the encoded pixels and the file's meta information into a data set."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID

    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax.value)
    if syntax in _UNCOMPRESSED:
        content = pixels.astype("<u2").tobytes()
    else:
        content = encapsulate([_ENCODERS[syntax](pixels, bits_stored)])
    dataset.add_new("PixelData", "OW" if syntax in _UNCOMPRESSED else "OB", content)


def _encode_rle(pixels: NDArray[np.uint16], bits_stored: int) -> bytes:
    """Return PackBits segments, the high bytes first, each row by itself (PS3.5, annex G)."""
    from pydicom.pixels.encoders.base import RLELosslessEncoder

    options = _describe(pixels, bits_stored)
    return RLELosslessEncoder.encode(
        pixels,
        encoding_plugin="pylibjpeg",
        rows=options["Rows"],
        columns=options["Columns"],
        samples_per_pixel=1,
        photometric_interpretation="MONOCHROME2",
        bits_allocated=16,
        bits_stored=bits_stored,
        pixel_representation=0,
        number_of_frames=1,
    )


def _encode_jpeg_lossless(pixels: NDArray[np.uint16], bits_stored: int) -> bytes:
    from imagecodecs import jpeg8_encode

    return bytes(jpeg8_encode(pixels, lossless=True, predictor=1, bitspersample=bits_stored))


def _encode_jpeg_ls(pixels: NDArray[np.uint16], bits_stored: int) -> bytes:
    from imagecodecs import jpegls_encode

    return bytes(jpegls_encode(pixels))


def _encode_jpeg_2000(pixels: NDArray[np.uint16], bits_stored: int) -> bytes:
    from imagecodecs import jpeg2k_encode

    return bytes(jpeg2k_encode(pixels, codecformat="j2k", reversible=True, bitspersample=bits_stored))


def _encode_htj2k(pixels: NDArray[np.uint16], bits_stored: int) -> bytes:
    from imagecodecs import htj2k_encode

    return bytes(htj2k_encode(pixels, reversible=True))


_ENCODERS: Mapping[TransferSyntax, Callable[[NDArray[np.uint16], int], bytes]] = MappingProxyType(
    {
        TransferSyntax.RLE: _encode_rle,
        TransferSyntax.JPEG_LOSSLESS_SV1: _encode_jpeg_lossless,
        TransferSyntax.JPEG_LS: _encode_jpeg_ls,
        TransferSyntax.JPEG_2000: _encode_jpeg_2000,
        TransferSyntax.HTJ2K: _encode_htj2k,
    }
)
