"""Writes EMBED's tables row by row: their memory does not grow with the number of subjects.

Example:
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_tables(folder, list_visits(subjects=8, seed=1))
    >>> (folder / CLINICAL_NAME).read_text().splitlines()[1][:37]
    '99000001,9999000001014779,2011-05-20,'
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipelines.cohort.embed.clinical import list_findings
from pipelines.cohort.embed.columns import (
    CLINICAL_COLUMNS,
    CLINICAL_FACTS,
    CLINICAL_FILLING,
    CLINICAL_REDUCED,
    INDEX_COLUMN,
    METADATA_COLUMNS,
    METADATA_FACTS,
    METADATA_FILLING,
    METADATA_REDUCED,
)
from pipelines.cohort.embed.files import EmbedFile, list_files
from pipelines.cohort.embed.legend import LEGEND_HEADER, legend_rows
from pipelines.cohort.embed.metadata import describe_file
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject, draw_subject
from pipelines.cohort.json_stream import open_replacing

if TYPE_CHECKING:
    import _csv

CLINICAL_NAME = "EMBED_OpenData_clinical.csv"
METADATA_NAME = "EMBED_OpenData_metadata.csv"
_LEGEND_NAME = "AWS_Open_Data_Clinical_Legend.csv"
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Visit:
    """One study of one subject, with its files."""

    subject: EmbedSubject
    study: EmbedStudy
    files: tuple[EmbedFile, ...]


def list_visits(subjects: int, seed: int) -> Iterator[Visit]:
    """Yield all studies of the first subjects, in the order of the tables."""
    for index in range(subjects):
        subject = draw_subject(seed, index)
        for study in subject.studies:
            yield Visit(subject, study, list_files(subject, study, seed))


def write_tables(folder: Path, visits: Iterable[Visit]) -> None:
    """Write the five tables; they take their names together, when the last row is written."""
    with ExitStack() as stack:
        clinical = _Table(stack, folder / CLINICAL_NAME, CLINICAL_COLUMNS, CLINICAL_FACTS, CLINICAL_FILLING, CLINICAL_REDUCED)
        metadata = _Table(stack, folder / METADATA_NAME, METADATA_COLUMNS, METADATA_FACTS, METADATA_FILLING, METADATA_REDUCED)
        for visit in visits:
            for row in list_findings(visit.subject, visit.study):
                clinical.add(row)
            for file in visit.files:
                metadata.add(describe_file(visit.subject, visit.study, file))
        legend = stack.enter_context(open_replacing(folder / _LEGEND_NAME))
        legend.write(_BYTE_ORDER_MARK)
        _rows_into(legend).writerows([LEGEND_HEADER, *legend_rows()])


class _Table:
    """A table under way, and beside it the reduced one: fewer columns, and the index that pandas put before them."""

    def __init__(
        self,
        stack: ExitStack,
        path: Path,
        columns: Sequence[str],
        facts: Sequence[str],
        filling: Sequence[str],
        reduced: Sequence[str],
    ) -> None:
        self._facts, self._filling, self._reduced = facts, filling, reduced
        self._rows = _rows_into(stack.enter_context(open_replacing(path)))
        self._reduced_rows = _rows_into(stack.enter_context(open_replacing(path.with_name(f"{path.stem}_reduced.csv"))))
        self._rows.writerow(columns)
        self._reduced_rows.writerow((INDEX_COLUMN, *reduced))
        self._n_rows = 0

    def add(self, row: Mapping[str, str]) -> None:
        self._rows.writerow((*[row.get(name, "") for name in self._facts], *self._filling))
        self._reduced_rows.writerow((self._n_rows, *[row.get(name, "") for name in self._reduced]))
        self._n_rows += 1


def _rows_into(sink: TextIO) -> "_csv.Writer":
    return csv.writer(sink, lineterminator="\n")
