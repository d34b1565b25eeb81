"""Turns the stored values of a gray DICOM frame into 8-bit shades: modality look-up, window, polarity, padding.

The chain is computed once for every value that a sample can have, in float64, and samples are looked up in that table; the
result is that of the chain on every pixel, for a tenth of its time. Samples of 32 bits and floats take the chain itself.

Example:
    >>> Scale(low=-1.0, high=1.0).to_8_bit(np.array([-1.0, 0.0, 1.0])).tolist()
    [0, 128, 255]
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.dicom.frame import Frame
from pipelines.rendering.dicom.header import Header, read_numbers
from pipelines.rendering.dicom.table import LookupTable, read_tables
from pipelines.rendering.dicom.window import choose_voi
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from pydicom import Dataset

_PADDING = {
    "PixelData": ("PixelPaddingValue", "PixelPaddingRangeLimit"),
    "FloatPixelData": ("FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit"),
    "DoubleFloatPixelData": ("DoubleFloatPixelPaddingValue", "DoubleFloatPixelPaddingRangeLimit"),
}
_ROWS_AT_A_TIME = 64


@dataclass(frozen=True)
class Scale:
    """The interval that is shown as 0..255; high may be below low, where Rescale Slope is negative."""

    low: float
    high: float

    def to_8_bit(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return uint8 shades: (value - low) / (high - low) * 255, rounded half to even, cut to 0..255."""
        span = (self.high - self.low) or 1.0  # one value only: a constant image, refused later
        return np.clip(np.rint((values - self.low) / span * 255), 0, 255).astype(np.uint8)


def render_gray(frame: Frame, dataset: "Dataset", header: Header, window: str, steps: list[str]) -> NDArray[np.uint8]:
    """Return shades, uint8 (rows, columns), 0 for black; what is done is appended to the steps.

    0..255 stand for: with a window, its output range, which is the range of all stored values after the rescale (of a Modality
    LUT: 0 to 2**bits - 1), as pydicom has it; with a VOI LUT, 0 to 2**bits - 1 of its entries; else the least and greatest
    value of this frame, padding apart. MONOCHROME1 is inverted. Padding (0028,0120-0121) is black, also then. Presentation LUT
    Shape (2050,0020) says the same as MONOCHROME1 or 2, so it is not applied on top.

    Raises:
        ImageProblem: IMAGE_UNREADABLE where values are not finite.
    """
    codes = frame.codes
    if codes.dtype.kind == "f" or codes.dtype.itemsize > 2:
        values = frame.values(header.is_signed)
        return _shade(values, _is_padding(values, values, dataset, header), None, dataset, header, window, steps)
    n_bits = 8 * codes.dtype.itemsize
    containers = np.arange(2**n_bits, dtype=f"u{codes.dtype.itemsize}")
    values = frame.values(header.is_signed, containers)
    whole = containers.view(f"i{codes.dtype.itemsize}") if header.is_signed else containers
    padding = _is_padding(values, whole, dataset, header)
    shades = _shade(values, padding, codes, dataset, header, window, steps)
    return _look_up(shades, codes)


def _look_up(shades: NDArray[np.uint8], codes: NDArray[Any]) -> NDArray[np.uint8]:
    """Return shades[codes], some rows at a time: numpy widens indices to 8 bytes each, which should stay in the cache."""
    out = np.empty(codes.shape, np.uint8)
    for top in range(0, len(codes), _ROWS_AT_A_TIME):
        part = slice(top, top + _ROWS_AT_A_TIME)
        np.take(shades, codes[part], mode="clip", out=out[part])
    return out


def _shade(
    values: NDArray[Any],
    is_padding: NDArray[np.bool_] | None,
    occurring: NDArray[Any] | None,
    dataset: "Dataset",
    header: Header,
    window: str,
    steps: list[str],
) -> NDArray[np.uint8]:
    """Return the shades of values; `occurring` are the indices of those that the frame has, None for all of them."""
    with np.errstate(all="ignore"):  # huge numbers in a header overflow; what is not finite is refused here
        shown, scale = _apply_header(values, dataset, header, window, steps)
        if scale is None:
            steps.append("range_to_8_bit")
            scale = _find_range(shown, is_padding, occurring)
        if not np.isfinite((scale.low, scale.high, scale.high - scale.low)).all() or not np.isfinite(shown).all():
            detail = "its values are not finite numbers after the rescale and window that its header gives; export it again"
            raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
        shades = scale.to_8_bit(shown)
    if header.photometric == "MONOCHROME1":
        steps.append("invert_monochrome1")
        shades = 255 - shades
    if is_padding is not None:
        steps.append("padding_to_black")
        shades[is_padding] = 0
    return shades


def _apply_header(
    values: NDArray[Any], dataset: "Dataset", header: Header, window: str, steps: list[str]
) -> tuple[NDArray[np.float64], Scale | None]:
    """Apply the modality look-up and the window; the scale is None where the header gives no window."""
    modality = _read_modality(dataset, header, steps)
    changed, full = modality.apply(values, header)
    voi = choose_voi(dataset, window, steps) if modality.is_sound else None
    if voi is None:
        return changed, None
    if isinstance(voi, LookupTable):
        return voi.apply(changed), Scale(0.0, voi.high)
    return voi.apply(changed, full.low, full.high), full


@dataclass(frozen=True)
class _Modality:
    """From stored values to what they measure: a table (0028,3000), or slope and intercept (0028,1052-1053), or neither."""

    table: LookupTable | None = None
    slope: float = 1.0
    intercept: float = 0.0
    is_sound: bool = True  # else windows, which are in units after it, mean nothing

    def apply(self, values: NDArray[Any], header: Header) -> tuple[NDArray[np.float64], Scale]:
        low, high = (0, 1) if header.is_float else header.stored_range
        if self.table is not None:
            return self.table.apply(values), Scale(0.0, self.table.high)
        full = Scale(low * self.slope + self.intercept, high * self.slope + self.intercept)
        return values.astype(np.float64) * self.slope + self.intercept, full


def _read_modality(dataset: "Dataset", header: Header, steps: list[str]) -> _Modality:
    tables = read_tables(dataset, "ModalityLUTSequence")
    if tables:
        steps.append("modality_lut" if tables[0] else "broken_modality_lut_ignored")
        return _Modality(tables[0], is_sound=tables[0] is not None)
    slopes, intercepts = read_numbers(dataset, "RescaleSlope"), read_numbers(dataset, "RescaleIntercept")
    if slopes == () or intercepts == ():  # one without the other means nothing
        return _Modality()
    if slopes is None or intercepts is None or slopes[0] == 0:
        steps.append("broken_rescale_ignored")
        return _Modality(is_sound=False)
    return _Modality(None, slopes[0], intercepts[0])


def _find_range(shown: NDArray[np.float64], is_padding: NDArray[np.bool_] | None, occurring: NDArray[Any] | None) -> Scale:
    counts = np.ones(shown.shape, np.bool_)
    if occurring is not None:
        counts[:] = False
        counts[occurring] = True
    if is_padding is not None:
        counts &= ~is_padding
    seen = shown[counts]
    return Scale(float(seen.min()), float(seen.max())) if seen.size else Scale(0.0, 0.0)


def _is_padding(values: NDArray[Any], whole: NDArray[Any], dataset: "Dataset", header: Header) -> NDArray[np.bool_] | None:
    """Pixel Padding Value and Range Limit (0028,0120-0121), C.7.5.1.1.2: stored values outside the image, limits included.

    `whole` are the samples with their unused bits: some writers put a padding value there that the used bits cannot hold.
    None where there is no padding.
    """
    value, limit = (read_numbers(dataset, keyword) for keyword in _PADDING[header.pixel_keyword])
    if not value:
        return None
    low, high = sorted((value[0], limit[0] if limit else value[0]))
    if header.is_signed and low > header.stored_range[1]:  # -2000 written as unsigned: 63536
        low, high = low - 2**header.bits_allocated, high - 2**header.bits_allocated
    return ((values >= low) & (values <= high)) | ((whole >= low) & (whole <= high))
