"""Chooses what part of a gray DICOM image's range is shown, and how: the VOI LUT module, PS3.3 C.11.2.

Example:
    >>> import numpy as np
    >>> Window(center=100.0, width=51.0, function="LINEAR").apply(np.array([0.0, 99.5, 200.0]), 0.0, 255.0).tolist()
    [0.0, 127.5, 255.0]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.rendering.dicom.header import read_numbers, read_text, read_values
from pipelines.rendering.dicom.table import LookupTable, read_tables

if TYPE_CHECKING:
    from pydicom import Dataset

FIRST = "first"
_LINEAR = "LINEAR"
_FUNCTIONS = (_LINEAR, "LINEAR_EXACT", "SIGMOID")


@dataclass(frozen=True)
class Window:
    """Window Center and Width (0028,1050-1051), in units after the modality look-up, and VOI LUT Function (0028,1056)."""

    center: float
    width: float  # at least 1 for LINEAR, above 0 otherwise
    function: str

    def apply(self, values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
        """Return float64 values within low..high, the output range.

        Bit for bit what pydicom's `apply_windowing` gives, which keeps its output range to itself.
        """
        if self.function == "SIGMOID":  # C.11.2.1.3.1
            return (high - low) / (1 + np.exp(-4 * (values - self.center) / self.width)) + low
        # C.11.2.1.2.1, and C.11.2.1.3.2 for LINEAR_EXACT
        center, width = (self.center - 0.5, self.width - 1) if self.function == _LINEAR else (self.center, self.width)
        shown = ((values - center) / width + 0.5) * (high - low) + low if width else np.full_like(values, np.nan)
        shown[values <= center - width / 2] = low
        shown[values > center + width / 2] = high
        return shown


Voi = Window | LookupTable


def choose_voi(dataset: "Dataset", wanted: str, steps: list[str]) -> Voi | None:
    """Return the window or look-up table to show an image with, None where it has none that makes sense.

    `wanted` is the explanation of one (0028,1055 or 0028,3003), or "first": the first look-up table, else the first window.
    What was taken, and what had to be ignored, is appended to the steps.
    """
    tables = _drop_broken(read_tables(dataset, "VOILUTSequence"), "broken_voi_lut_ignored", steps)
    windows = _read_windows(dataset, steps)
    if wanted.strip().upper() != FIRST.upper():
        named = _find_named(wanted, dataset, tables, windows)
        if named is not None:
            steps.append("voi_lut_named" if isinstance(named, LookupTable) else "window_named")
            return named
        if tables or windows:
            steps.append("window_name_not_found")
    if tables:
        steps.append("voi_lut_first")
        return tables[0]
    first = next((window for window in windows if window is not None), None)
    if first is not None:
        steps.append("window_first")
    return first


def _drop_broken(tables: Sequence[LookupTable | None], step: str, steps: list[str]) -> list[LookupTable]:
    if None in tables:
        steps.append(step)
    return [table for table in tables if table is not None]


def _find_named(wanted: str, dataset: "Dataset", tables: Sequence[LookupTable], windows: Sequence[Window | None]) -> Voi | None:
    name = wanted.strip().upper()
    explanations = [str(value).strip().upper() for value in read_values(dataset, "WindowCenterWidthExplanation") or []]
    for explanation, window in zip(explanations, windows, strict=False):
        if explanation == name and window is not None:
            return window
    return next((table for table in tables if table.explanation == name), None)


def _read_windows(dataset: "Dataset", steps: list[str]) -> list[Window | None]:
    """Return the windows in order, None in place of one that makes no sense."""
    centers, widths = read_numbers(dataset, "WindowCenter"), read_numbers(dataset, "WindowWidth")
    if centers == () and widths == ():
        return []
    function = read_text(dataset, "VOILUTFunction") or _LINEAR
    least = 1.0 if function == _LINEAR else float(np.nextafter(0.0, 1.0))
    if not centers or not widths or function not in _FUNCTIONS:
        steps.append("broken_window_ignored")
        return []
    n_windows = min(len(centers), len(widths))
    windows = [Window(centers[at], widths[at], function) if widths[at] >= least else None for at in range(n_windows)]
    if None in windows:
        steps.append("broken_window_ignored")
    return windows
