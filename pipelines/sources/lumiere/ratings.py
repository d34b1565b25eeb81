"""The expert's rating of each LUMIERE session: RANO response, extent of resection and the flags beside them, as labels.

The rationale is free text and stays in the source; only the codes that its header defines are taken from it.

Example:
    >>> split_rating("Post-Op/PD")
    ('post_op', 'PD')
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.source_records import Label
from pipelines.sources.corpus import Corpus
from pipelines.sources.lumiere.sessions import SOURCE, SessionKey
from pipelines.sources.lumiere.tables import (
    PATIENT,
    RATINGS_TABLE,
    SESSION,
    is_missing,
    quote,
    read_session,
    read_table,
    read_text,
    reject,
)
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.sheet import Column, Sheet, SheetRow
from pipelines.vocabulary import LabelTarget

RATING_UNIT = "rating row"
RATINGS: Mapping[str, str] = MappingProxyType(
    {"PD": "PD", "SD": "SD", "PR": "PR", "CR": "CR", "Pre-Op": "pre_op", "Post-Op": "post_op"}
)
"""The source's spelling of a rating and our value of the label `rano`. `Post-Op/PD` is both: two labels."""

_NO_RATING = frozenset({"operation"})  # beside the spellings of "no value": a day of surgery, on which nothing was rated
_FOLDED = {spelling.casefold(): value for spelling, value in RATINGS.items()}
_RATING = Column("rating", aliases=("RANO",), starts_with="Rating (")
_RATIONALE = Column("rationale", starts_with="Rating rationale", is_required=False)
_FLAGS = {
    "less_than_3_months": Column("LessThan3Months", is_required=False),
    "non_measurable_lesions": Column("NonMeasurableLesions", is_required=False),
}
_RESECTIONS = {"complete": re.compile(r"\bCRET\b", re.IGNORECASE), "partial": re.compile(r"\bPRET\b", re.IGNORECASE)}
_RATIONALE_FLAGS = {
    "less_than_3_months": re.compile(r"\bless than 3 months\b", re.IGNORECASE),
    "t2_progression": re.compile(r"\bT2[- ]?Progr", re.IGNORECASE),
}


def read_ratings(tables: Path, sessions: Collection[SessionKey]) -> Corpus:
    """Return the labels of the sessions on disk; without the table, a remark."""
    sheet = read_table(tables, RATINGS_TABLE, [PATIENT, SESSION, _RATING, _RATIONALE, *_FLAGS.values()])
    if sheet is None:
        return Corpus(remarks={"LUMIERE-ExpertRating is not there: no ratings, no extent of resection": 1})
    rated, rejections = _match(sheet, sessions)
    remarks: Counter[str] = Counter()
    labels = [label for key in sorted(rated) for label in _label(key, rated[key], remarks)]
    remarks["session on disk without a usable rating row"] = len(set(sessions) - set(rated))
    return Corpus(
        labels=tuple(labels),
        rejections=(*sheet.reject_damaged(SOURCE, RATING_UNIT), *rejections),
        found={RATING_UNIT: sheet.n_found},
        used={RATING_UNIT: len(rated)},
        remarks={text: n for text, n in sorted(remarks.items()) if n},
    )


def split_rating(text: str) -> tuple[str, ...]:
    """Return the values that a rating stands for, none where it says that nothing was rated; RowProblem where it is unknown."""
    if is_missing(text) or text.strip().casefold() in _NO_RATING:
        return ()
    parts = [part.strip().casefold() for part in text.split("/")]
    if not all(part in _FOLDED for part in parts):
        raise RowProblem(Reason.UNKNOWN_VALUE, f"rating {quote(text)} is not one of {', '.join(RATINGS)}")
    return tuple(dict.fromkeys(_FOLDED[part] for part in parts))


def _match(sheet: Sheet, sessions: Collection[SessionKey]) -> tuple[dict[SessionKey, SheetRow], list[Rejection]]:
    """Return the one row of each rated session, and the rejections of all others."""
    rows_of: defaultdict[SessionKey, list[SheetRow]] = defaultdict(list)
    rejections: list[Rejection] = []
    for row in sheet.rows():
        try:
            key = read_session(row, sessions)
            split_rating(read_text(row, _RATING.name))
            rows_of[key].append(row)
        except RowProblem as problem:
            rejections.append(reject(sheet, RATING_UNIT, row, problem.reason, problem.detail))
    rated: dict[SessionKey, SheetRow] = {}
    for key, rows in rows_of.items():
        first, *others = rows
        if any(_content(row) != _content(first) for row in others):
            others, detail = rows, f"{len(rows)} rows rate {key.name} differently; leave the right one"
        else:
            rated[key], detail = first, f"repeats row {first['row']}"
        rejections += [reject(sheet, RATING_UNIT, row, Reason.DUPLICATE_KEY, detail) for row in others]
    return rated, rejections


def _content(row: SheetRow) -> tuple[object, ...]:
    return tuple(value for name, value in row.items() if name not in ("row", PATIENT.name, SESSION.name))


def _label(key: SessionKey, row: SheetRow, remarks: Counter[str]) -> Iterator[Label]:
    found = str(row[_RATING.name] or "")
    values = split_rating(found)
    _remark_rating(found, values, remarks)
    rationale = read_text(row, _RATIONALE.name)
    facts: list[tuple[str, str, str | None]] = [("rano", value, None) for value in values]
    extents = [extent for extent, pattern in _RESECTIONS.items() if pattern.search(rationale)]
    if len(extents) > 1:
        remarks["rationale names CRET and PRET: no extent of resection"] += 1
    else:
        facts += [("resection", extent, "rationale") for extent in extents]
    flags: dict[str, str | None] = {
        code: "rationale" for code, pattern in _RATIONALE_FLAGS.items() if pattern.search(rationale)
    }
    flags |= {code: None for code, column in _FLAGS.items() if _is_ticked(row, column.name, remarks)}
    facts += [(code, "yes", flags[code]) for code in sorted(flags)]
    for code, value, quality in facts:
        yield Label(SOURCE, key.subject_id, key.study_id, LabelTarget.STUDY, (), code, value, quality)


def _remark_rating(found: str, values: tuple[str, ...], remarks: Counter[str]) -> None:
    if not values:
        remarks[f"rating {quote(found.strip())}: no rating"] += 1
    elif len(values) > 1:
        remarks[f"rating {quote(found.strip())}: taken as {' and '.join(values)}"] += 1
    if values and found != found.strip():
        remarks[f"rating {quote(found)}: outer spaces taken off"] += 1
    if values and not {part.strip() for part in found.split("/")} <= set(RATINGS):
        remarks[f"rating {quote(found.strip())}: spelling taken as {' and '.join(values)}"] += 1


def _is_ticked(row: SheetRow, name: str, remarks: Counter[str]) -> bool:
    text = read_text(row, name)
    if text.casefold() == "x":
        return True
    if not is_missing(text):
        remarks[f"{name} {quote(text)}: neither x nor empty, not read"] += 1
    return False
