"""The order in which the page lists rows about models: as the score table has them.

Example:
    >>> sort_rows([])
    []
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from evaluation.titles import order_benchmarks


class _OfModel(Protocol):
    @property
    def model(self) -> str: ...
    @property
    def benchmark(self) -> str: ...


Row = TypeVar("Row", bound=_OfModel)


def sort_rows(rows: Iterable[Row]) -> list[Row]:
    """Return rows by model, in order of first appearance, and within a model by the table's columns."""
    listed = list(rows)
    models, benchmarks = list(dict.fromkeys(row.model for row in listed)), order_benchmarks(row.benchmark for row in listed)
    return sorted(listed, key=lambda row: (models.index(row.model), benchmarks.index(row.benchmark)))
