"""What a gate measures on a scope of records, and whether it lets them pass.

Example:
    >>> GateResult(Gate.LONGEST_OPTION, "temporal", 100, 0.9, 0.83, 0.30).has_passed
    False
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """Ways in which a set of records may be answered, or be known, without looking at an image."""

    LETTER_BALANCE = "letter_balance"  # one letter is keyed more often than the others
    LABEL_BALANCE = "label_balance"  # one answer is right more often than the settings allow
    LONGEST_OPTION = "longest_option"  # the longest option is right
    TEXT_ONLY = "text_only"  # a classifier of question and options is right
    QUESTION_ONLY = "question_only"  # a classifier that reads the question and names the answer is right
    BLIND_SOLVER = "blind_solver"  # a language model that sees question and options alone is right
    NEVER_CORRECT = "never_correct"  # options that are never right, so that fewer are left to choose from
    SUBJECT_OVERLAP = "subject_overlap"  # a subject in training and in a benchmark


_DESCRIPTIONS = {
    Gate.LETTER_BALANCE: "No letter is keyed more than 5 points above an equal share.",
    Gate.LABEL_BALANCE: "No answer is right more often than grouping.max_label_excess allows, plus 5 points.",
    Gate.LONGEST_OPTION: "Taking the longest option is right at most 5 points above chance or the label prior.",
    Gate.TEXT_ONLY: "A classifier of question and options gains at most 5 points on unseen subjects.",
    Gate.QUESTION_ONLY: "A classifier of the question alone gains at most 5 points on unseen subjects.",
    Gate.BLIND_SOLVER: "A language model without sources is right at most 5 points above chance or the label prior.",
    Gate.NEVER_CORRECT: "At most 5 % of the options are of a class that is never right.",
    Gate.SUBJECT_OVERLAP: "No subject is in training and in a benchmark.",
}


def describe_gate(gate: Gate) -> str:
    """Return in one sentence what a gate asks for; measured is the lower end of the 95 % interval."""
    return _DESCRIPTIONS[gate]


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate on one scope. It passes where `low`, the least that the data show, is not above `bound`."""

    gate: Gate
    scope: str  # an ability, a sub-task, or "all"
    n: int  # records, options or subjects, as the gate counts
    value: float  # as measured, 0-1; of subject overlap a count
    low: float  # lower end of its 95 % interval; `value` itself where it is no estimate
    bound: float
    note: str = ""  # what was measured against what, in words

    @property
    def has_passed(self) -> bool:
        """Whether the scope may be used."""
        return self.low <= self.bound


def failed(results: Sequence[GateResult], gate: Gate) -> list[GateResult]:
    """Return the results of one gate that did not pass."""
    return [result for result in results if result.gate is gate and not result.has_passed]


def tabulate(results: Sequence[GateResult]) -> str:
    """Return the results as a Markdown table; counts and shares only, so that it may be logged."""
    if not results:
        return "no closed records to judge"
    rows = [
        f"| {result.gate} | {result.scope} | {result.n:,} | {result.value:.3f} | {result.low:.3f} | {result.bound:.3f} | "
        f"{'passed' if result.has_passed else '**failed**'} | {result.note} |"
        for result in results
    ]
    return "\n".join(["| gate | scope | n | measured | at least | bound | | |", "|---|---|---:|---:|---:|---:|---|---|", *rows])
