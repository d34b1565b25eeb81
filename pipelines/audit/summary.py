"""The audit as a table of counts: what Dagster shows, which no text of a record may reach.

Example:
    >>> summarise_audit(None)
    ()
"""

from dataclasses import dataclass

from pipelines.audit.kinds import DESCRIPTIONS, Kind, Severity, Side
from pipelines.audit.report import AuditReport


@dataclass(frozen=True, slots=True)
class AuditedKind:
    """One kind of finding, and in how many records of all released files it was found."""

    kind: Kind
    severity: Severity
    n_records: int
    n_benchmark: int
    n_train: int
    what: str


def summarise_audit(report: AuditReport | None) -> tuple[AuditedKind, ...]:
    """Return a row for every kind, found or not; none where there was no file to audit."""
    rows = () if report is None else report.kinds
    return tuple(
        AuditedKind(
            kind=row.kind,
            severity=row.severity,
            n_records=row.count,
            n_benchmark=dict(row.by_side).get(Side.BENCHMARK, 0),
            n_train=dict(row.by_side).get(Side.TRAIN, 0),
            what=DESCRIPTIONS[row.kind],
        )
        for row in rows
    )


def tabulate_audit(report: AuditReport | None) -> str:
    """Return overlap and counts of what was found, as Markdown without a word of any record."""
    if report is None:
        return "no released file is named in the settings (audit.benchmark, audit.train, evaluation.released)"
    overlap = report.overlap
    lines = [
        f"{report.records:,} records in {len(report.files)} files.",
        f"Shared by train and benchmark: {overlap.subjects:,} subjects, {overlap.images:,} images, "
        f"{overlap.image_groups:,} image groups."
        if overlap.is_measured
        else "No training file is named, so overlap was not measured.",
        "",
        "| found | severity | records | benchmark | train |\n|---|---|---:|---:|---:|",
    ]
    found = [row for row in summarise_audit(report) if row.n_records]
    lines += [f"| {row.what} | {row.severity} | {row.n_records:,} | {row.n_benchmark:,} | {row.n_train:,} |" for row in found]
    return "\n".join(lines if found else [*lines[:-1], "Nothing was found."])
