"""Look-up tables that a DICOM header holds: Modality LUT and VOI LUT sequences, PS3.3 C.11.1.1 and C.11.2.1.1.

Example:
    >>> table = LookupTable(np.array([5, 6, 7], np.uint16), first=10, bits=8, explanation="")
    >>> table.apply(np.array([0, 10, 11, 99])).tolist()
    [5.0, 5.0, 6.0, 7.0]
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.rendering.dicom.header import read_numbers, read_text

if TYPE_CHECKING:
    from pydicom import Dataset

_MAX_BITS = 16
_ALL_ENTRIES = 2**16  # what a descriptor of 0 entries means


@dataclass(frozen=True)
class LookupTable:
    """Entries for the values from `first` on; values outside take the nearest entry."""

    entries: NDArray[np.uint16]
    first: int
    bits: int  # per entry: they range from 0 to 2**bits - 1
    explanation: str

    @property
    def high(self) -> int:
        """The greatest entry that its bits allow."""
        return 2**self.bits - 1

    def apply(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the entries for values, which are cut to whole numbers as pydicom does."""
        at = np.clip(np.trunc(values.astype(np.float64) - self.first), 0, len(self.entries) - 1).astype(np.int64)
        return self.entries[at].astype(np.float64)


def read_tables(dataset: "Dataset", keyword: str) -> list[LookupTable | None]:
    """Return the tables of a sequence, None in place of one that makes no sense; empty where there is no sequence."""
    try:
        return [_read_table(item) for item in dataset.get(keyword) or []]
    except Exception:  # the bytes of the sequence are no sequence
        return [None]


def _read_table(item: "Dataset") -> LookupTable | None:
    """LUT Descriptor (0028,3002): number of entries (0 for 65,536), first value mapped, bits per entry."""
    descriptor = read_numbers(item, "LUTDescriptor")
    if not descriptor or len(descriptor) != 3 or not 1 <= descriptor[2] <= _MAX_BITS:
        return None
    n_entries, first, bits = (int(number) for number in descriptor)
    entries = _read_entries(item, n_entries or _ALL_ENTRIES)
    return None if entries is None else LookupTable(entries, first, bits, read_text(item, "LUTExplanation"))


def _read_entries(item: "Dataset", n_entries: int) -> NDArray[np.uint16] | None:
    """LUT Data (0028,3006), US or OW: words, or two entries a word where they have 8 bits."""
    try:
        data = item["LUTData"].value
    except Exception:  # absent, or not to be read as its type
        return None
    if isinstance(data, bytes):
        is_wide = len(data) >= 2 * n_entries
        endian = "<" if item.is_little_endian is not False else ">"
        numbers = np.frombuffer(data[: len(data) // 2 * 2] if is_wide else data, f"{endian}u2" if is_wide else "u1")
    else:
        numbers = np.asarray(data).reshape(-1)
    if len(numbers) < n_entries or n_entries < 1 or numbers.dtype.kind not in "iu":
        return None
    return numbers[:n_entries].astype(np.uint16)
