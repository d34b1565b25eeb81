"""Decides which progression labels stand: films that are there, pairs told once, findings not told in two ways.

Example:
    >>> reading = PairReading("pairs.csv")
    >>> settle_labels(reading, {})
    []
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.reasons import Reason
from pipelines.source_records import Label
from pipelines.sources.ms_cxr_t.images import Film, study_key, subject_key
from pipelines.sources.ms_cxr_t.pairs import SOURCE, PairReading, PairRow, Progression, label_code
from pipelines.vocabulary import LabelTarget

_Told = tuple[PairRow, Progression]


@dataclass(frozen=True)
class SettledRow:
    """A row of which at least one label is used."""

    row: PairRow
    labels: tuple[Label, ...]


def settle_labels(reading: PairReading, films: Mapping[str, Film]) -> list[SettledRow]:
    """Return the rows that are used with their labels, in file order; every other row and label is rejected in `reading`."""
    standing = [row for row in reading.rows if row.progressions and not _reject_for_film(reading, row, films)]
    told: defaultdict[tuple[str, str, str], list[_Told]] = defaultdict(list)
    for row in standing:
        for progression in row.progressions:
            told[(row.previous.tail, row.current.tail, progression.finding)].append((row, progression))
    used: defaultdict[int, list[Progression]] = defaultdict(list)
    refused: dict[int, tuple[Reason, str]] = {}
    for of_one_finding in told.values():
        _settle_finding(reading, of_one_finding, used, refused)
    for row in standing:
        if row.row not in used:
            reading.reject_row(row.row, *refused[row.row])
    return [
        SettledRow(row, tuple(_build_label(row, progression, films) for progression in used[row.row]))
        for row in standing
        if row.row in used
    ]


def _reject_for_film(reading: PairReading, row: PairRow, films: Mapping[str, Film]) -> bool:
    for reference in (row.previous, row.current):
        film = films[reference.tail]
        if film.file.problem is not None:
            detail = f"{film.file.path}: {film.file.problem.detail}"
            reading.reject_row(row.row, film.row_reason, detail)
            for progression in row.progressions:
                reading.reject_label(row.row, progression.finding, film.row_reason, detail)
            return True
    return False


def _settle_finding(
    reading: PairReading,
    told: list[_Told],
    used: defaultdict[int, list[Progression]],
    refused: dict[int, tuple[Reason, str]],
) -> None:
    """Of what rows tell of one finding of one pair, use the first; none where they contradict each other."""
    values = sorted({progression.value for _, progression in told})
    if len(values) > 1:
        rows = ", ".join(str(row.row) for row, _ in told[:4])
        reason, detail, rejected = Reason.CONTRADICTORY_ANSWERS, f"rows {rows} say {' and '.join(values)} of one pair", told
    else:
        first, progression = told[0]
        used[first.row].append(progression)
        reason, detail, rejected = Reason.DUPLICATE_KEY, f"row {first.row} says the same of this pair", told[1:]
        if any(other.quality != progression.quality for _, other in rejected):
            reading.remarks["label told twice with different qualities: the first is used"] += 1
    for row, one in rejected:
        reading.reject_label(row.row, one.finding, reason, detail)
        refused[row.row] = (reason, detail)


def _build_label(row: PairRow, progression: Progression, films: Mapping[str, Film]) -> Label:
    return Label(
        source=SOURCE,
        subject_id=subject_key(row.current),
        study_id=study_key(row.current),
        target=LabelTarget.PAIR,
        target_ids=(films[row.previous.tail].source_image_id, films[row.current.tail].source_image_id),
        code=label_code(progression.finding),
        value=progression.value,
        quality=progression.quality,
    )
