"""Decodes the first frame with pydicom's decoders: rare native encodings, run lengths, and codecs that imagecodecs lacks.

Run lengths because on some broken ones imagecodecs ends the process (segmentation fault), and pylibjpeg-rle panics. Never with
GDCM, which ends the process (abort) on some broken JPEG and JPEG 2000 frames. And never as a second try on a frame that
imagecodecs refused: some plug-ins fill what is missing of a frame with gray, and call it decoded.

Example:
    >>> plugins_of("1.2.840.10008.1.2.5")[0]
    'pydicom'
"""

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from pydicom import FileDataset

_TRUSTED = ("pydicom", "pylibjpeg", "pillow")  # the first is for run lengths alone


def plugins_of(transfer_syntax: str) -> tuple[str, ...]:
    """Return the names of the trusted plug-ins that are installed for a compressed transfer syntax, best first."""
    from pydicom.pixels.decoders.base import get_decoder

    installed = get_decoder(transfer_syntax).available_plugins
    return tuple(name for name in _TRUSTED if name in installed)


def decode_native(dataset: "FileDataset", transfer_syntax: str) -> NDArray[Any]:
    """Return the samples of an uncompressed first frame, unsigned: packed bits, halved colour (422) or swapped bytes."""
    return _decode(dataset, transfer_syntax, "")


def decode_with_plugin(dataset: "FileDataset", transfer_syntax: str) -> NDArray[Any]:
    """Return the samples of a compressed first frame, unsigned, with colours as encoded.

    Raises:
        ImageProblem: IMAGE_UNREADABLE where no trusted plug-in is installed.
        Exception: what a plug-in raises on broken data.
    """
    plugins = plugins_of(transfer_syntax)
    if not plugins:
        detail = f"no decoder of transfer syntax {transfer_syntax} is installed; install imagecodecs from its own wheel"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return _decode(dataset, transfer_syntax, plugins[0])


def _decode(dataset: "FileDataset", transfer_syntax: str, plugin: str) -> NDArray[Any]:
    from pydicom.pixels.decoders.base import get_decoder

    # raw: no colour is converted, and multi-sample frames come pixel by pixel whatever their planar configuration.
    options = {"decoding_plugin": plugin, "correct_unused_bits": False}
    samples, _ = get_decoder(transfer_syntax).as_array(dataset, index=0, raw=True, **options)
    return samples.view(f"u{samples.dtype.itemsize}")
