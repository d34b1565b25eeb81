"""What is wrong on purpose in the synthetic MS-CXR-T: rows, films and reports that must be rejected, each with its reason.

Example:
    >>> sorted({fault.stage.value for fault in planted_faults(subjects=8, seed=1)})
    ['read', 'render']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.ms_cxr_t.course import PairTruth, draw_pairs, draw_subject, mint_dicom
from pipelines.cohort.ms_cxr_t.pair_rows import PAIR_TABLE, RawRow, to_row
from pipelines.reasons import Reason, Stage
from pipelines.sources.ms_cxr_t.pairs import FINDINGS, label_code, quality_column


@dataclass(frozen=True)
class Spoilt:
    """The films and reports that are spoilt: always of the last subjects, at the later film of their first pair."""

    missing: PairTruth
    truncated: PairTruth
    constant: PairTruth
    empty: PairTruth
    report_missing: PairTruth
    report_empty: PairTruth


def choose_spoilt(subjects: int, seed: int) -> Spoilt:
    """Return what is spoilt in a cohort of so many subjects, at least 8."""
    return Spoilt(
        *(_first_pair(seed, subjects - place) for place in range(1, 5)), *(_first_pair(seed, place) for place in (1, 2))
    )


def faulty_rows(seed: int) -> Sequence[tuple[Reason, str, RawRow]]:
    """Return (reason, what, row) of the rows at the table's end, made of films that are there."""
    one, other = (to_row(_first_pair(seed, position)) for position in (0, 3))
    bare = other | {name(finding): "" for finding in FINDINGS for name in (label_code, quality_column)}
    unjudged = next(label_code(finding) for finding in FINDINGS if not other[label_code(finding)])
    return (
        (Reason.DUPLICATE_KEY, "pair told twice", other),
        (Reason.CONTRADICTORY_ANSWERS, "pair told in two ways", bare | {unjudged: "stable"}),
        (Reason.CONTRADICTORY_ANSWERS, "pair told in two ways", bare | {unjudged: "worsening"}),
        (Reason.UNSAFE_PATH, "path out of the folder", one | {"dicom_id": f"../../{one['dicom_id']}"}),
        (Reason.ID_MISMATCH, "films of two subjects", one | {"previous_dicom_id": other["previous_dicom_id"]}),
        (Reason.FIELD_EMPTY, "pair without a label", bare),
        (Reason.IMAGE_MISSING, "film that was never there", other | {"dicom_id": _absent_tail(seed)}),
    )


def planted_faults(subjects: int, seed: int) -> tuple[PlantedFault, ...]:
    """Return every fault of a cohort that must be rejected, with the exact item that the rejection bears."""
    spoilt = choose_spoilt(subjects, seed)
    n_rows, rows_of = _number_rows(subjects, seed)
    misspelt = [finding for finding in FINDINGS if finding in _first_pair(seed, 0).labels][1]
    faults = [
        *_faults_of_files(spoilt),
        PlantedFault("cell misspelt", Stage.READ, f"{PAIR_TABLE} row 0 {label_code(misspelt)}", Reason.UNKNOWN_VALUE),
        PlantedFault("film never there", Stage.READ, f"files/{_absent_tail(seed)}.jpg", Reason.IMAGE_MISSING),
    ]
    for place, (reason, what, row) in enumerate(faulty_rows(seed), start=n_rows):
        faults += _faults_of_row(place, reason, what, row)
    for pair, reason in ((spoilt.missing, Reason.IMAGE_MISSING), (spoilt.empty, Reason.IMAGE_NOT_USABLE)):
        for place, row in rows_of[pair.subject.number]:
            if pair.current.dicom in row["dicom_id"] or pair.current.dicom in row["previous_dicom_id"]:
                faults += _faults_of_row(place, reason, "row of a film that cannot be used", row)
    damaged = f"{PAIR_TABLE} line {n_rows + len(faulty_rows(seed)) + 2}"
    return (*faults, PlantedFault("line with too many cells", Stage.READ, damaged, Reason.ROW_DAMAGED))


def _faults_of_files(spoilt: Spoilt) -> list[PlantedFault]:
    films: Mapping[str, tuple[PairTruth, Stage, Reason]] = {
        "film not downloaded": (spoilt.missing, Stage.READ, Reason.IMAGE_MISSING),
        "film of 0 bytes": (spoilt.empty, Stage.READ, Reason.IMAGE_UNREADABLE),
        "download interrupted": (spoilt.truncated, Stage.RENDER, Reason.IMAGE_TRUNCATED),
        "black film": (spoilt.constant, Stage.RENDER, Reason.IMAGE_CONSTANT),
    }
    reports: Mapping[str, tuple[PairTruth, Reason]] = {
        "report not downloaded": (spoilt.report_missing, Reason.REPORT_MISSING),
        "report without a word": (spoilt.report_empty, Reason.REPORT_EMPTY),
    }
    return [
        *(
            PlantedFault(what, stage, one.subject.film_path(one.current), reason)
            for what, (one, stage, reason) in films.items()
        ),
        *(
            PlantedFault(what, Stage.READ, one.subject.report_path(one.current), reason)
            for what, (one, reason) in reports.items()
        ),
    ]


def _faults_of_row(place: int, reason: Reason, what: str, row: RawRow) -> list[PlantedFault]:
    """Return the faults of a row that is lost as a whole: itself and each of its cells."""
    item = f"{PAIR_TABLE} row {place}"
    told = [finding for finding in FINDINGS if row[label_code(finding)]]
    items = [item, *(f"{item} {label_code(finding)}" for finding in told)]
    return [PlantedFault(what, Stage.READ, one, reason) for one in items]


def _number_rows(subjects: int, seed: int) -> tuple[int, dict[int, list[tuple[int, RawRow]]]]:
    """Return how many rows come before the faulty ones, and the rows of each subject of the last ones."""
    n_rows = 0
    rows_of: dict[int, list[tuple[int, RawRow]]] = {}
    for position in range(subjects):
        subject = draw_subject(seed, position)
        pairs = list(draw_pairs(seed, position, subject))
        if position >= subjects - 4:
            rows_of[subject.number] = [(n_rows + place, to_row(pair)) for place, pair in enumerate(pairs)]
        n_rows += len(pairs)
    return n_rows, rows_of


def _first_pair(seed: int, position: int) -> PairTruth:
    return next(draw_pairs(seed, position, draw_subject(seed, position)))


def _absent_tail(seed: int) -> str:
    pair = _first_pair(seed, 3)
    return f"{pair.subject.folder(pair.current)}/{mint_dicom(seed, 'nowhere')}"
