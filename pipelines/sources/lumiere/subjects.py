"""What LUMIERE tells of each subject: sex, age at surgery, survival, IDH and MGMT, as labels of the subject.

Example:
    >>> classify_idh("WT"), classify_idh("R132H mut"), classify_idh("pending")
    ('wild_type', 'mutant', None)
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.source_records import Label
from pipelines.sources.corpus import Corpus
from pipelines.sources.lumiere.sessions import SOURCE, mint_subject
from pipelines.sources.lumiere.tables import (
    DEMOGRAPHICS,
    PATIENT,
    is_missing,
    quote,
    read_patient,
    read_table,
    read_text,
    reject,
)
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, Sheet, SheetRow
from pipelines.vocabulary import LabelTarget

SUBJECT_ROW_UNIT = "demographics row"
_SEXES = {"male": "male", "m": "male", "female": "female", "f": "female"}
_METHYLATIONS = {
    "methylated": "methylated",
    "not methylated": "not_methylated",
    "unmethylated": "not_methylated",
    "non-methylated": "not_methylated",
}
_WILD_TYPES = frozenset({"wt", "wild type", "wild-type", "wildtype"})
_MOST_YEARS = 120
_MUTANT = re.compile(r"\bmut", re.IGNORECASE)  # "R132H mut", "mutated"


def classify_idh(text: str) -> str | None:
    """Return whether the IDH gene is of the wild type, None where the text is of neither kind."""
    if text.strip().casefold() in _WILD_TYPES:
        return "wild_type"
    return "mutant" if _MUTANT.search(text) and "not" not in text.casefold() else None


def _measure(text: str) -> str | None:
    """Return a number that is not negative as text without needless zeros, None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return f"{value:.12g}" if math.isfinite(value) and value >= 0 else None


def _measure_age(text: str) -> str | None:
    """Return an age as text, None for anything that is no number of years a person can have."""
    age = _measure(text)
    return age if age is not None and float(age) <= _MOST_YEARS else None


@dataclass(frozen=True)
class _Field:
    code: str
    column: Column
    classify: Callable[[str], str | None]


_FIELDS = (
    _Field("sex", Column("Sex", is_required=False), lambda text: _SEXES.get(text.casefold())),
    _Field("age_at_surgery_years", Column("age", starts_with="Age at surgery", is_required=False), _measure_age),
    _Field("survival_weeks", Column("survival", starts_with="Survival time", is_required=False), _measure),
    _Field("idh", Column("IDH", starts_with="IDH (", is_required=False), classify_idh),
    _Field("mgmt", Column("MGMT qualitative", is_required=False), lambda text: _METHYLATIONS.get(text.casefold())),
)


def read_subjects(tables: Path, patients: Collection[int]) -> Corpus:
    """Return the labels of the subjects on disk; without the table, a remark."""
    sheet = read_table(tables, DEMOGRAPHICS, [PATIENT, *(field.column for field in _FIELDS)])
    if sheet is None:
        return Corpus(remarks={"LUMIERE-Demographics_Pathology is not there: no sex, age, survival, IDH, MGMT": 1})
    rows, rejections = _match(sheet, patients)
    remarks: Counter[str] = Counter()
    labels = [label for number in sorted(rows) for label in _label(number, rows[number], remarks)]
    return Corpus(
        labels=tuple(labels),
        rejections=(*sheet.reject_damaged(SOURCE, SUBJECT_ROW_UNIT), *rejections),
        found={SUBJECT_ROW_UNIT: sheet.n_found},
        used={SUBJECT_ROW_UNIT: len(rows)},
        remarks=dict(sorted(remarks.items())),
    )


def _match(sheet: Sheet, patients: Collection[int]) -> tuple[dict[int, SheetRow], list[Rejection]]:
    rows: dict[int, SheetRow] = {}
    rejections: list[Rejection] = []
    for row in sheet.rows():
        try:
            number = read_patient(row, patients)
            if number in rows:
                raise RowProblem(
                    Reason.DUPLICATE_KEY, f"row {rows[number]['row']} is about the same subject and is the one used"
                )
            rows[number] = row
        except RowProblem as problem:
            rejections.append(reject(sheet, SUBJECT_ROW_UNIT, row, problem.reason, problem.detail))
    return rows, rejections


def _label(number: int, row: SheetRow, remarks: Counter[str]) -> Iterator[Label]:
    for field in _FIELDS:
        text = read_text(row, field.column.name)
        if is_missing(text):
            remarks[f"{field.code}: no value for the subject"] += 1
        elif (value := field.classify(text)) is None:
            remarks[f"{field.code} {quote(text)}: not understood, no label"] += 1
        else:
            yield Label(SOURCE, mint_subject(number), None, LabelTarget.SUBJECT, (), field.code, value, None)
