"""Turns the samples of a colour DICOM frame into 8-bit RGB: YBR spaces, palettes and more than 8 bits.

Example:
    >>> to_8_bit(np.array([0, 2048, 4095]), 12).tolist()
    [0, 128, 255]
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.rendering.dicom.frame import Frame
from pipelines.rendering.dicom.header import PALETTE, Header

if TYPE_CHECKING:
    from pydicom import Dataset


def render_colour(frame: Frame, dataset: "Dataset", header: Header, window: str, steps: list[str]) -> NDArray[np.uint8]:
    """Return RGB, uint8 (rows, columns, 3); what is done is appended to the steps. Windows do not apply to colour."""
    if header.photometric == PALETTE:
        steps.append("palette_to_rgb")
        return _look_up_palette(frame.values(header.is_signed), dataset)
    samples = frame.codes
    if frame.used_bits != 8 or samples.dtype.itemsize != 1:
        steps.append("scale_to_8_bit")
        samples = to_8_bit(frame.values(is_signed=False), frame.used_bits)
    if frame.is_rgb:
        return np.ascontiguousarray(samples.astype(np.uint8, copy=False))
    from pydicom.pixels.processing import convert_color_space

    steps.append("ybr_to_rgb")
    # YBR_FULL_422 has its missing samples back by now (C.7.6.3.1.2); RCT and ICT (JPEG 2000) come from the decoder as RGB.
    return convert_color_space(np.ascontiguousarray(samples), "YBR_FULL", "RGB")


def to_8_bit(samples: NDArray[Any], used_bits: int) -> NDArray[np.uint8]:
    """Return samples of 0..2**used_bits - 1 as 0..255."""
    return np.rint(samples / (2**used_bits - 1) * 255).astype(np.uint8)


def _look_up_palette(values: NDArray[Any], dataset: "Dataset") -> NDArray[np.uint8]:
    """Palette Color Lookup Tables (0028,1101-1103, 1201-1203), C.7.6.3.1.5 and 6; of 16-bit entries the high byte is shown."""
    from pydicom.pixels.processing import apply_color_lut

    colours = apply_color_lut(values, dataset)[..., :3]
    if dataset["RedPaletteColorLookupTableDescriptor"].value[2] > 8:
        colours = colours >> 8
    return np.ascontiguousarray(colours.astype(np.uint8))
