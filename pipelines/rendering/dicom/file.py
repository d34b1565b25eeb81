"""Parses the bytes of a DICOM file (PS3.10), with or without its preamble, and never inflates more than an image can need.

Example:
    >>> read_file(b"")
    Traceback (most recent call last):
    pipelines.rendering.problem.ImageProblem: image_unreadable: the file has 0 bytes; download it again
"""

import io
import zlib
from typing import TYPE_CHECKING

from pipelines.reasons import Reason
from pipelines.rendering.decode import MAX_PIXELS
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from pydicom import FileDataset
    from pydicom.tag import BaseTag

_PREAMBLE = 128
_DEFLATED = "1.2.840.10008.1.2.1.99"
# The largest image that is decoded at all, in RGB of 16 bits.
_MAX_INFLATED = MAX_PIXELS * 6
_PIECE = 1 << 20
# What tells an old file without preamble from bytes that merely parse.
_SIGNS = ("SOPClassUID", "Modality", "Rows")


def read_file(content: bytes) -> "FileDataset":
    """Return the parsed file; a file that ends early is returned as far as it goes.

    Raises:
        ImageProblem: empty, no DICOM, no image in it, or a deflated file (PS3.5 A.5) that grows beyond all measure.
    """
    from pydicom import dcmread

    if not content:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, "the file has 0 bytes; download it again")
    has_preamble = content[_PREAMBLE : _PREAMBLE + 4] == b"DICM"
    if has_preamble:
        _refuse_deflate_bomb(content)
    try:
        # Files of the time before PS3.10 lack the preamble; everything else does so too.
        dataset = dcmread(io.BytesIO(content), force=not has_preamble)
        if not len(dataset):  # pydicom drops all of a file that ends within compressed pixel data
            dataset = dcmread(io.BytesIO(content), stop_before_pixels=True, force=not has_preamble)
    except Exception as error:  # the parser meets random bytes
        raise _no_dicom(content) from error
    if not has_preamble and not any(keyword in dataset for keyword in _SIGNS):
        raise _no_dicom(content)
    return dataset


def _no_dicom(content: bytes) -> ImageProblem:
    return ImageProblem(Reason.IMAGE_UNREADABLE, f"{len(content)} bytes that are no DICOM file; download it again")


def _refuse_deflate_bomb(content: bytes) -> None:
    from pydicom.filereader import read_dataset

    stream = io.BytesIO(content)
    stream.seek(_PREAMBLE + 4)
    meta = read_dataset(stream, False, True, stop_when=_is_past_meta)
    if meta.get("TransferSyntaxUID") != _DEFLATED:
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting, n_bytes = content[stream.tell() :], 0
    while waiting and not inflater.eof:
        n_bytes += len(inflater.decompress(waiting, _PIECE))
        waiting = inflater.unconsumed_tail
        if n_bytes > _MAX_INFLATED:
            detail = f"{len(content)} bytes inflate to more than {_MAX_INFLATED}; at most {MAX_PIXELS} pixels are decoded"
            raise ImageProblem(Reason.IMAGE_TOO_LARGE, detail)


def _is_past_meta(tag: "BaseTag", vr: str | None, length: int) -> bool:
    return tag.group != 2
