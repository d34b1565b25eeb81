"""What statistics are given: one row per answer, of whatever model, shown in whatever way.

Example:
    >>> from evaluation.scores.judging import View
    >>> from pipelines.score_records import Condition
    >>> from pipelines.vocabulary import AnswerType
    >>> answer = Judged("m", "held_in", AnswerType.CLOSED, "accuracy", View.AS_PUBLISHED, Condition.SIGHTED, "",
    ...                 "record-1", "subject-1", 1.0, letter="B", meant="B", place=1, keyed_place=1, n_options=2)
    >>> answer.column.benchmark
    'held_in'
"""

from dataclasses import dataclass

from evaluation.scores.judging import View
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType


class JudgedError(ValueError):
    """Judged answers that no statistic can be made of; says which, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the score table: its scores are of one kind, over one set of items."""

    benchmark: str
    answer_type: AnswerType
    metric: str  # "accuracy", or the name of the open-score preset
    view: View

    def __str__(self) -> str:
        return f"{self.benchmark} ({self.answer_type}, {self.metric}, {self.view})"


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer and what it is worth in one view; an item that a view excludes has no row there.

    `meant` is the published letter behind the printed one. Where options repeat a text, whoever makes these rows gives the
    first of the letters with that text, so that the same answer under another letter counts as the same; it may be known
    where `letter` is not, when an answer names a text that is printed twice.

    Raises:
        JudgedError: the value is not within 0-1, or of a closed answer neither 0 nor 1; a place is not among the options.
    """

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str
    view: View
    condition: Condition
    variant: str  # of the condition, "" where it has one form only
    record_key: str
    unit: str  # independent unit
    value: float  # closed: 0 or 1; open: 0-1
    letter: str | None  # printed letter chosen; None where open or undecided
    meant: str | None  # published letter it stands for
    place: int | None  # 0-based printed place of the letter
    keyed_place: int | None  # 0-based printed place of the key; None where open, or where the key is no option
    n_options: int  # 0 where open

    def __post_init__(self) -> None:
        is_closed = self.answer_type is AnswerType.CLOSED
        if not 0 <= self.value <= 1 or (is_closed and self.value not in (0, 1)):
            raise JudgedError(f"{self} has value {self.value}; expected {'0 or 1' if is_closed else '0-1'}")
        for place in (self.place, self.keyed_place):
            if place is not None and not 0 <= place < self.n_options:
                raise JudgedError(
                    f"{self} has place {place}; expected one from 0 to below its {self.n_options} options, or None"
                )

    def __str__(self) -> str:
        shown = f"{self.condition} {self.variant}".strip()
        return f"{self.column}: the answer of {self.model} to {self.record_key} ({shown})"

    @property
    def column(self) -> Column:
        """The column of the score table that this answer counts in."""
        return Column(self.benchmark, self.answer_type, self.metric, self.view)
