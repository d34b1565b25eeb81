"""Finds the values of a volume that become black and white, and turns values into 8 bits.

Black is the 0.5th, white the 99.5th percentile of the volume's finite values that are not background. Percentiles are order
statistics (`numpy.percentile(method="inverted_cdf")`): values that occur, whatever finds them. They are those of the whole
volume, so that the slices of one volume are comparable and no image depends on which others are made. Where both are the same
value, as in a volume of few levels, the window reaches from the smallest value to the largest instead.

Background is the value 0, which stays black, unless the volume has negative values and a corner that is not 0: in a CT in
Hounsfield units 0 is water.

Example:
    >>> to_8_bit(np.array([[0.0, 10.0, 15.0, 30.0]]), Window(10, 20, is_zero_black=True)).tolist()
    [[0, 0, 128, 255]]
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.nifti.volume import Volume
from pipelines.rendering.problem import ImageProblem

_TAIL = 200  # one in so many values lies below the window, and one above
_COUNTED_BYTES = 2  # integers of up to 16 bits are counted per value: faster than any sorting
_CHUNK = 2**17  # voxels counted at a time, so that they stay in the cache


PERCENTILES = "percentile_window"
FULL_RANGE = "full_range_window"


@dataclass(frozen=True)
class Window:
    """The values that become black and white; where they are equal, what has that value is white."""

    low: float
    high: float
    is_zero_black: bool
    rule: str = PERCENTILES  # what gave the two values


def find_window(volume: Volume) -> Window:
    """Return the window of a volume.

    Raises:
        ImageProblem: all voxels are equal, or none is a finite number.
    """
    voxels = volume.flat
    if voxels.dtype.kind in "iu" and voxels.dtype.itemsize <= _COUNTED_BYTES:
        return _find_by_counting(volume)
    is_plain = voxels.dtype.newbyteorder("=") == np.float32 and not volume.header.is_scaled
    return _find_by_selection(volume, np.asarray(voxels, np.float32) if is_plain else volume.scale(voxels))


def to_8_bit(values: NDArray[np.float64], window: Window) -> NDArray[np.uint8]:
    """Return values scaled from the window to 0..255, rounded to even halves; what is not finite is black."""
    if window.high > window.low:
        shares = (np.clip(values, window.low, window.high) - window.low) / (window.high - window.low)
    else:
        shares = (values >= window.high).astype(np.float64)
    is_black = ~np.isfinite(values)
    if window.is_zero_black:
        is_black |= values == 0
    shares[is_black] = 0
    return np.rint(shares * 255).astype(np.uint8)


def _find_by_counting(volume: Volume) -> Window:
    levels, counts = _count_levels(volume.flat)
    levels, counts = levels[counts > 0], counts[counts > 0]
    values = volume.scale(levels)
    if values[0] > values[-1]:  # a negative slope
        values, counts = values[::-1], counts[::-1]
    _refuse_constant(volume, float(values[0]), float(values[-1]))
    is_zero_black = _is_zero_background(volume, float(values[0]))
    if is_zero_black:
        values, counts = values[values != 0], counts[values != 0]
    totals = np.cumsum(counts)
    low, high = (values[np.searchsorted(totals, rank + 1)] for rank in _ranks(int(totals[-1])))
    return _make_window((low, high), (values[0], values[-1]), is_zero_black)


def _find_by_selection(volume: Volume, values: NDArray[np.floating]) -> Window:
    is_finite = np.isfinite(values)
    if not is_finite.all():
        values = values[is_finite]
    if values.size == 0:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"none of {volume.flat.size} voxels is a finite number; export it again")
    smallest = float(values.min())
    _refuse_constant(volume, smallest, float(values.max()))
    is_zero_black = _is_zero_background(volume, smallest)
    values = values[values != 0] if is_zero_black else values.copy()
    low, high = _ranks(values.size)
    values.partition((low, high))
    return _make_window((values[low], values[high]), (values.min(), values.max()), is_zero_black)


def _count_levels(voxels: NDArray[np.generic]) -> tuple[NDArray[np.integer], NDArray[np.intp]]:
    """Return every level of an integer type, ascending, and how many voxels have it."""
    native = voxels.dtype.newbyteorder("=")
    n_levels = 2 ** (8 * native.itemsize)
    unsigned = np.dtype(f"u{native.itemsize}")
    counts = np.zeros(n_levels, np.intp)
    for start in range(0, voxels.size, _CHUNK):
        chunk = voxels[start : start + _CHUNK].astype(native, copy=False).view(unsigned)
        lit = chunk[chunk != 0]  # counting one level over and over is slow: every step waits for the one before
        found = np.bincount(lit)
        counts[: found.size] += found
        counts[0] += chunk.size - lit.size
    levels = np.arange(n_levels).astype(unsigned).view(native)
    shift = n_levels // 2 if native.kind == "i" else 0  # as unsigned, negative levels come last
    return np.roll(levels, shift), np.roll(counts, shift)


def _refuse_constant(volume: Volume, smallest: float, largest: float) -> None:
    if smallest == largest:
        detail = f"all {volume.flat.size} voxels are {smallest:g}; nothing to see"
        raise ImageProblem(Reason.IMAGE_CONSTANT, detail)


def _make_window(percentiles: tuple[float, float], extremes: tuple[float, float], is_zero_black: bool) -> Window:
    has_contrast = percentiles[0] < percentiles[1]
    low, high = percentiles if has_contrast else extremes
    window = Window(float(low), float(high), is_zero_black, PERCENTILES if has_contrast else FULL_RANGE)
    if not math.isfinite(window.high - window.low):
        detail = f"its values reach from {window.low:g} to {window.high:g}, wider than a number can tell; check scl_slope"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return window


def _is_zero_background(volume: Volume, smallest: float) -> bool:
    ends = volume.voxels[np.ix_(*((0, -1) for _ in volume.shape))]
    return smallest >= 0 or bool((volume.scale(ends) == 0).all())


def _ranks(n_values: int) -> tuple[int, int]:
    """Return the 0-based ranks of the 0.5th and 99.5th percentile, in integers: no rounding decides them."""
    return -(-n_values // _TAIL) - 1, -(-n_values * (_TAIL - 1) // _TAIL) - 1
