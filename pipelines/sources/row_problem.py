"""Why one row of a download cannot be used, as an exception that turns into a rejection.

Example:
    >>> raise RowProblem(Reason.FIELD_EMPTY, "ID is empty")
    Traceback (most recent call last):
    pipelines.sources.row_problem.RowProblem: field_empty: ID is empty
"""

from pipelines.reasons import Reason


class RowProblem(ValueError):
    """One row or record that cannot be used: the reason and what was found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
