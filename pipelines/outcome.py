"""What a stage returns: the rows that it made and a row with a reason for each thing that it dropped.

Example:
    >>> Outcome(rows=("kept",), rejections=()).reason_counts()
    {}
"""

from collections import Counter
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipelines.records import Rejection

Row = TypeVar("Row")


@dataclass(frozen=True)
class Outcome(Generic[Row]):
    """Rows and rejections of one stage, in a deterministic order."""

    rows: tuple[Row, ...]
    rejections: tuple[Rejection, ...]

    def reason_counts(self) -> dict[str, int]:
        """Return how many rejections each reason has, the most frequent first."""
        return dict(Counter(str(rejection.reason) for rejection in self.rejections).most_common())


@dataclass(frozen=True)
class Count:
    """A stage's balance of one kind of thing: everything that came in went out or was rejected."""

    unit: str  # "question", "image file", "image", "record"
    n_in: int
    n_out: int
    n_rejected: int

    @property
    def is_balanced(self) -> bool:
        """True where nothing disappeared."""
        return self.n_in == self.n_out + self.n_rejected
