"""The audit from files to report.

Example:
    >>> audit_files([], []).records
    0
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.audit.image_checks import check_images
from pipelines.audit.image_paths import OTHER
from pipelines.audit.kinds import Kind, Side
from pipelines.audit.load import Loaded, load_files
from pipelines.audit.option_checks import OPTION_CHECKS
from pipelines.audit.overlap import find_overlap
from pipelines.audit.priors import measure_priors
from pipelines.audit.records import AuditedRecord, Finding
from pipelines.audit.report import AuditReport, tally
from pipelines.audit.sameness import find_sameness
from pipelines.audit.units import count_units
from pipelines.audit.wording_checks import WORDING_CHECKS


def audit_files(benchmarks: Sequence[Path], trains: Sequence[Path]) -> AuditReport:
    """Return what is wrong with files of Mantis or LLaVA form (or Parquet of our data set) and what the two sides share.

    Defects are looked for in all files; overlap is between all benchmarks together and all trains together.

    Raises:
        FormatError: a file cannot be read at all. Records that cannot be read are counted as `malformed_record`.
    """
    with _collector_paused():
        return _audit(load_files(benchmarks, trains))


def _audit(loaded: Loaded) -> AuditReport:
    sides = [(loaded.side_of(record), record) for record in loaded.records]
    findings = [finding for record in loaded.records for finding in check_record(record)]
    questions = [question for record in loaded.records for question in record.questions]
    n_closed = sum(question.is_closed for question in questions)
    return AuditReport(
        files=loaded.files,
        records=len(loaded.records),
        closed_questions=n_closed,
        open_questions=len(questions) - n_closed,
        overlap=find_overlap(*([record for at, record in sides if at is side] for side in Side)),
        kinds=tally(loaded, [*findings, *find_sameness(loaded.records)]),
        priors=measure_priors(sides),
        units=count_units(sides),
        notes=tuple(_note(loaded)),
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking all records again and again: it takes a third of the time and frees nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def check_record(record: AuditedRecord) -> Iterator[Finding]:
    """Yield every finding that one record shows by itself."""
    said = [*((kind, _place_of(detail), detail) for kind, detail in record.faults), *check_images(record)]
    for exchange in record.exchanges:
        if not (exchange.assistant or "").strip():
            said.append((Kind.EMPTY_ANSWER, "no answer" if exchange.assistant is None else "blank answer", "no text"))
    for question in record.questions:
        for check in (*OPTION_CHECKS, *WORDING_CHECKS):
            said += check(question)
    return (Finding(kind, record.origin, variant, detail) for kind, variant, detail in said)


def _place_of(detail: str) -> str:
    """Return the field that a fault is about, without its place in a list."""
    return re.sub(r"\[\d+\]", "", detail.partition(":")[0])


def _note(loaded: Loaded) -> Iterator[str]:
    """Yield what keeps the numbers from telling everything."""
    if not any(file.side is Side.TRAIN for file in loaded.files):
        yield "No train file was given: overlap was not measured, and its zeros say nothing. Add --train."
    strange = sum(record.has_unknown_subject for record in loaded.records)
    if strange:
        yield (
            f"Of {strange:,} records not every subject is known: people that train and benchmark share may be among them. "
            "Subjects are read from the path shapes of EMBED, LUMIERE, MIMIC-CXR, ODIR, VQA-RAD and LLaVA-Med alone."
        )
    if any(image.subject == image.key for record in loaded.records for image in record.images):
        yield "VQA-RAD: paths tell images, not people; each image counts as a subject, so shared people may go unseen."
    if any(image.source == OTHER for record in loaded.records for image in record.images):
        yield "Images of no known path shape are compared by their whole path: folders that differ make them two images."
    if len({file.is_dataset for file in loaded.files}) > 1:
        yield (
            "Our data set names rendered images, a release source files: between them subjects are compared (not VQA-RAD's), "
            "images and groups cannot be."
        )
