"""Writes the tables of the synthetic MS-CXR-T and MIMIC-CXR-JPG row by row, so that memory does not grow with the cohort.

Example:
    >>> CHEXPERT_HEADER[:3]
    ('subject_id', 'study_id', 'Atelectasis')
"""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Protocol, Self

from pipelines.cohort.ms_cxr_t.course import FilmTruth, SubjectTruth, draw_pairs, mint_dicom
from pipelines.cohort.ms_cxr_t.faults import faulty_rows
from pipelines.cohort.ms_cxr_t.pair_rows import HEADER, PAIR_TABLE, add_oddities, to_row
from pipelines.cohort.ms_cxr_t.report import similar_sentences
from pipelines.cohort.phantoms.serial_chest import HEIGHT, WIDTH
from pipelines.sources.ms_cxr_t.chexpert import FINDINGS as CHEXPERT_FINDINGS
from pipelines.vocabulary import View

SENTENCE_TABLE = "MS_CXR_T_temporal_sentence_similarity_v1.0.0.csv"
METADATA_TABLE = "mimic-cxr-2.0.0-metadata.csv.gz"
CHEXPERT_TABLE = "mimic-cxr-2.0.0-chexpert.csv.gz"
NEGBIO_TABLE = "mimic-cxr-2.0.0-negbio.csv"
SPLIT_TABLE = "mimic-cxr-2.0.0-split.csv.gz"
TABLES = (METADATA_TABLE, CHEXPERT_TABLE, NEGBIO_TABLE, SPLIT_TABLE, SENTENCE_TABLE, PAIR_TABLE)  # the essential one last
_METADATA_HEADER = (
    "dicom_id",
    "subject_id",
    "study_id",
    "PerformedProcedureStepDescription",
    "ViewPosition",
    "Rows",
    "Columns",
    "StudyDate",
    "StudyTime",
    "ProcedureCodeSequence_CodeMeaning",
    "ViewCodeSequence_CodeMeaning",
    "PatientOrientationCodeSequence_CodeMeaning",
)
CHEXPERT_HEADER = ("subject_id", "study_id", *CHEXPERT_FINDINGS)
_SENTENCE_PAIRS = 361  # as many rows as in the genuine table, or fewer
_CHEXPERT_OF = {
    "pleural_effusion": "Pleural Effusion",
    "consolidation": "Consolidation",
    "edema": "Edema",
    "pneumonia": "Pneumonia",
    "pneumothorax": "Pneumothorax",
}


class _Writer(Protocol):
    def writerow(self, row: Sequence[object], /) -> object: ...


class TableWriter:
    """The six tables while they are written; each appears under its name when all are complete."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root, self._seed = root, seed
        self._stack = ExitStack()
        self._writers: dict[str, _Writer] = {}
        self._n_pairs = self._n_sentences = 0
        headers = {PAIR_TABLE: HEADER, SENTENCE_TABLE: ("sentence_1", "sentence_2", "category")}
        headers |= {METADATA_TABLE: _METADATA_HEADER, SPLIT_TABLE: ("dicom_id", "study_id", "subject_id", "split")}
        headers |= {CHEXPERT_TABLE: CHEXPERT_HEADER, NEGBIO_TABLE: CHEXPERT_HEADER}
        for name, header in headers.items():
            self._writers[name] = csv.writer(self._open(name), lineterminator="\n")
            self._writers[name].writerow(header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_subject(self, position: int, subject: SubjectTruth) -> None:
        """Write every row of one subject."""
        for film in subject.studies:
            self._add_study(position, subject, film)
        for pair in draw_pairs(self._seed, position, subject):
            self._add_pair(add_oddities(self._n_pairs, to_row(pair)))
        for sentences in similar_sentences(subject):
            if self._n_sentences < _SENTENCE_PAIRS:
                self._writers[SENTENCE_TABLE].writerow(sentences)
                self._n_sentences += 1

    def finish(self) -> None:
        """Write the faulty rows and put all tables in place."""
        for _, _, row in faulty_rows(self._seed):
            self._add_pair(row)
        self._writers[PAIR_TABLE].writerow(["end of table"] * (len(HEADER) + 3))  # a damaged line
        self._stack.close()
        for name in TABLES:
            _unfinished(self._root, name).replace(self._root / name)

    def _add_pair(self, row: dict[str, str]) -> None:
        self._writers[PAIR_TABLE].writerow(list(row.values()))
        self._n_pairs += 1

    def _add_study(self, position: int, subject: SubjectTruth, film: FilmTruth) -> None:
        for values in _metadata_rows(self._seed, subject, film):
            self._writers[METADATA_TABLE].writerow(values)
            split = "test" if position % 10 == 9 else "train"
            self._writers[SPLIT_TABLE].writerow([values[0], film.study, subject.number, split])
        for name in (CHEXPERT_TABLE, NEGBIO_TABLE):
            self._writers[name].writerow([subject.number, film.study, *_chexpert_cells(film)])

    def _open(self, name: str) -> IO[str]:
        """Open a table under a passing name; gzip files hold neither name nor time, so that equal rows give equal bytes."""
        raw = self._stack.enter_context(_unfinished(self._root, name).open("wb"))
        if not name.endswith(".gz"):
            return self._stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
        packed = self._stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=4))
        return self._stack.enter_context(io.TextIOWrapper(packed, encoding="utf-8", newline=""))


def _unfinished(root: Path, name: str) -> Path:
    return root / f".{name}.unfinished"


def _metadata_rows(seed: int, subject: SubjectTruth, film: FilmTruth) -> Iterator[tuple[object, ...]]:
    is_lying = film.view is View.AP
    step = "CHEST (PORTABLE AP)" if is_lying else "CHEST (PA AND LAT)"
    moment = film.moment
    time = float(moment.strftime("%H%M%S.%f"))  # as in the genuine table: leading zeros are lost
    numbers = (subject.number, film.study, step)
    taken = (moment.strftime("%Y%m%d"), f"{time:.3f}", step)
    direction = "antero-posterior" if is_lying else "postero-anterior"
    yield (film.dicom, *numbers, film.view.value, HEIGHT, WIDTH, *taken, direction, "Recumbent" if is_lying else "Erect")
    if not is_lying:  # a lateral film that was not downloaded: no pair names it
        lateral = mint_dicom(seed, subject.number, film.study, "lateral")
        yield (lateral, *numbers, "LATERAL", HEIGHT, WIDTH, *taken, "lateral", "Erect")


def _chexpert_cells(film: FilmTruth) -> list[str]:
    """Return 1.0, 0.0, -1.0 or nothing for each finding: severe enough is certain, the slightest pneumonia is not."""
    cells: dict[str, str] = dict.fromkeys(CHEXPERT_FINDINGS, "")
    for finding, severity in film.severities.items():
        is_uncertain = finding == "pneumonia" and severity == 1
        cells[_CHEXPERT_OF[finding]] = "-1.0" if is_uncertain else "1.0" if severity else "0.0"
    if not any(film.severities.values()):
        cells["No Finding"] = "1.0"
    return list(cells.values())
