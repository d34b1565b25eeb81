"""Table 1 of the Med-MIM paper (arXiv 2505.19031): its columns, how many items each has, and the scores of three models.

Values not listed here were not at hand; none is made up. MIM-RAD's closed column was computed over 300 items, though paper
and file say 293: all its values are k/300.

Example:
    >>> find_column("Med_MIM_benchmark_Held_out_RAD").n_closed
    293
    >>> find_column("my_own_questions") is None
    True
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SOURCE = "Med-MIM, Table 1 (arXiv 2505.19031), on its own items"


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """One benchmark of the paper."""

    title: str
    ours: str  # the benchmark of ours that stands in its place; its items are others
    stem: str  # regular expression found in the released file's name, or in the name that the settings give it
    n_closed: int
    n_open: int
    closed: Mapping[str, float]  # accuracy, per cent, by model


def _column(title: str, ours: str, stem: str, n: tuple[int, int], closed: tuple[float, float, float]) -> PaperColumn:
    scores: dict[str, float] = dict(zip(("GPT-4o", "Mantis", "Med-Mantis"), closed, strict=True))
    return PaperColumn(title, ours, stem, *n, MappingProxyType(scores))


PAPER_COLUMNS = (
    _column("Temporal", "held_in_temporal", "held_in.*temporal", (903, 30), (47.95, 68.89, 74.86)),
    _column("Reasoning", "held_in_reasoning", "held_in.*reasoning", (454, 30), (16.96, 15.20, 29.74)),
    _column("Comparison", "held_in_comparison", "held_in.*comparison", (208, 136), (29.81, 38.94, 52.88)),
    _column("Co-reference", "held_in_coreference", "held_in.*co.?ref", (1403, 60), (42.30, 35.71, 80.40)),
    _column("MIM-RAD", "held_out_vqa_rad", "held_out.*rad|mim.?rad", (293, 73), (69.00, 59.67, 65.33)),
    _column("MIM-ODIR", "held_out_odir", "held_out.*odir|mim.?odir", (300, 300), (45.67, 23.00, 30.00)),
)


def find_column(file_stem: str) -> PaperColumn | None:
    """Return the paper's column that a released file is, by its name; None for other files."""
    return next((column for column in PAPER_COLUMNS if re.search(column.stem, file_stem, re.IGNORECASE)), None)


def find_our_column(benchmark: str) -> PaperColumn | None:
    """Return the paper's column in whose place one of our benchmarks stands."""
    return next((column for column in PAPER_COLUMNS if column.ours == benchmark), None)
