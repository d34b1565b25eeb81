"""What a reader returns, and the error that ends a read.

Example:
    >>> corpus = Corpus(found={"question": 1}, used={"question": 1})
    >>> count_reading(corpus)
    (Count(unit='question', n_in=1, n_out=1, n_rejected=0),)
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pipelines.choices import Reading, SourceFolders
from pipelines.outcome import Count
from pipelines.records import Rejection
from pipelines.source_records import Label, ReportSection, SourceImage, SourceQuestion, Study
from pipelines.vocabulary import Source

QUESTION_UNIT = "question"
IMAGE_FILE_UNIT = "image file"
ROW_PREFIX = "row "
_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\|<*"})


class SourceError(ValueError):
    """A download that cannot be read at all; the message says what, where, got, expected and what to do."""


@dataclass(frozen=True)
class Corpus:
    """Everything read from one source, and the balance of the reading.

    `found` counts the inputs by unit ("clinical row", "image file") before any was dropped; `used` those of them that went into
    a row. What was found and not used is a rejection of that unit: found = used + rejected, checked after every read.
    `remarks` counts what was noticed and rejects nothing: values that were mapped, repaired, or expected and not there.
    """

    studies: tuple[Study, ...] = ()
    labels: tuple[Label, ...] = ()
    questions: tuple[SourceQuestion, ...] = ()
    images: tuple[SourceImage, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    found: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)


Reader = Callable[[SourceFolders, Reading], Corpus]
"""Reads the download in these folders. Raises SourceError where nothing can be read; rejects row by row otherwise."""


def undated_study(
    source: Source, subject_id: str, study_id: str, age_years: float | None = None, report: tuple[ReportSection, ...] = ()
) -> Study:
    """Return a study of a source that puts its studies in no order of time."""
    return Study(source, subject_id, study_id, visit=None, date=None, week=None, age_years=age_years, report=report)


def mark_synthetic(corpus: Corpus) -> Corpus:
    """Return a corpus whose studies and questions say that they come from the synthetic cohort."""
    return replace(
        corpus,
        studies=tuple(replace(study, is_synthetic=True) for study in corpus.studies),
        questions=tuple(replace(question, is_synthetic=True) for question in corpus.questions),
    )


def name_row(position: int) -> str:
    """Return what a rejection calls a row of the source's file; positions start at 0, as in SourceQuestion.row."""
    return f"{ROW_PREFIX}{position}"


def count_reading(corpus: Corpus) -> tuple[Count, ...]:
    """Return the balance of every unit that was found, used or rejected, in the order in which the reader names them."""
    rejected = Counter(rejection.unit for rejection in corpus.rejections)
    units = dict.fromkeys([*corpus.found, *corpus.used, *sorted(rejected)])
    return tuple(Count(unit, corpus.found.get(unit, 0), corpus.used.get(unit, 0), rejected[unit]) for unit in units)


def tabulate_download(corpus: Corpus) -> str:
    """Return what of a download was found, used and left out for which reason, and what was noticed, as Markdown tables."""
    reasons = Counter((rejection.unit, str(rejection.reason)) for rejection in corpus.rejections)
    lines = ["| input | found | used | left out | why |", "|---|---:|---:|---:|---|"]
    for count in count_reading(corpus):
        why = ", ".join(f"{reason}: {n:,}" for (unit, reason), n in reasons.most_common() if unit == count.unit)
        lines.append(f"| {_as_cell(count.unit)} | {count.n_in:,} | {count.n_out:,} | {count.n_rejected:,} | {why} |")
    if corpus.remarks:
        lines += ["", "| noticed (not counted above) | times |", "|---|---:|"]
        lines += [f"| {_as_cell(text)} | {n:,} |" for text, n in corpus.remarks.items()]
    return "\n".join(lines)


def _as_cell(text: str) -> str:
    """Return a text that stays in one cell as it is: remarks quote values of downloads."""
    return " ".join(text.split()).translate(_MARKDOWN)
