"""What LUMIERE's completeness table states of each session, to be held against the disk: the two may disagree.

Example:
    >>> Stated(frozenset({Sequence.CT1}), frozenset()).states(Sequence.FLAIR)
    False
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.sources.corpus import Corpus
from pipelines.sources.lumiere.files import SEQUENCES
from pipelines.sources.lumiere.sessions import SOURCE, SessionKey
from pipelines.sources.lumiere.tables import (
    COMPLETENESS,
    PATIENT,
    SESSION,
    is_missing,
    quote,
    read_session,
    read_table,
    read_text,
    reject,
)
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, SheetRow
from pipelines.vocabulary import SegmentationTool, Sequence

COMPLETENESS_UNIT = "completeness row"
_MARKED = (*SEQUENCES, *SegmentationTool)


@dataclass(frozen=True)
class Stated:
    """What a row marks with x: sequences that were acquired, programs that drew a mask."""

    sequences: frozenset[Sequence]
    tools: frozenset[SegmentationTool]

    def states(self, what: Sequence | SegmentationTool) -> bool:
        """Return whether the row marks a sequence or a program."""
        return what in (self.sequences if isinstance(what, Sequence) else self.tools)


def read_completeness(tables: Path, sessions: Collection[SessionKey]) -> tuple[Mapping[SessionKey, Stated] | None, Corpus]:
    """Return what is stated of the sessions on disk, None where the table is not there, and the balance of its rows."""
    columns = [PATIENT, SESSION, *(Column(str(mark), is_required=False) for mark in _MARKED)]
    sheet = read_table(tables, COMPLETENESS, columns)
    if sheet is None:
        return None, Corpus(remarks={"LUMIERE-datacompleteness is not there: no audit of what should be on disk": 1})
    stated: dict[SessionKey, Stated] = {}
    rejections: list[Rejection] = []
    remarks: Counter[str] = Counter()
    for row in sheet.rows():
        try:
            key = read_session(row, sessions)
            if key in stated:
                raise RowProblem(Reason.DUPLICATE_KEY, "an earlier row is about the same session and is the one used")
            stated[key] = _read_marks(row, remarks)
        except RowProblem as problem:
            rejections.append(reject(sheet, COMPLETENESS_UNIT, row, problem.reason, problem.detail))
    remarks["session on disk that datacompleteness does not name"] = len(set(sessions) - set(stated))
    return stated, Corpus(
        rejections=(*sheet.reject_damaged(SOURCE, COMPLETENESS_UNIT), *rejections),
        found={COMPLETENESS_UNIT: sheet.n_found},
        used={COMPLETENESS_UNIT: len(stated)},
        remarks={text: n for text, n in sorted(remarks.items()) if n},
    )


def _read_marks(row: SheetRow, remarks: Counter[str]) -> Stated:
    marked: set[str] = set()
    for mark in _MARKED:
        text = read_text(row, str(mark))
        if text.casefold() == "x":
            marked.add(mark)
        elif not is_missing(text):
            remarks[f"datacompleteness {mark} {quote(text)}: neither x nor empty, taken as empty"] += 1
    return Stated(
        frozenset(sequence for sequence in SEQUENCES if sequence in marked),
        frozenset(tool for tool in SegmentationTool if tool in marked),
    )
