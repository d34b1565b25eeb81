"""The report of an audit, and its JSON.

Example:
    >>> Example("b.json", 3, "r3", "in question", "'nan'").record
    3
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.audit.kinds import DESCRIPTIONS, Kind, Severity, Side, severity_of
from pipelines.audit.load import AuditedFile, Loaded
from pipelines.audit.overlap import Overlap, Shared
from pipelines.audit.priors import Priors
from pipelines.audit.records import Finding, shorten
from pipelines.audit.units import UnitCount

MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One record in which a kind was found."""

    file: str
    record: int  # 0-based place in the file
    id: str
    variant: str
    detail: str


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind of finding. `count` counts records: one that has a kind twice counts once, also under `variants`."""

    kind: Kind
    severity: Severity
    count: int
    by_side: tuple[tuple[Side, int], ...]
    variants: tuple[tuple[str, int], ...]  # most frequent first
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class AuditReport:
    """Everything that an audit found; `kinds` has every kind, also those that were not found."""

    files: tuple[AuditedFile, ...]
    records: int
    closed_questions: int
    open_questions: int
    overlap: Overlap
    kinds: tuple[KindReport, ...]  # defects before warnings, each by falling count
    priors: Priors
    units: tuple[UnitCount, ...]
    notes: tuple[str, ...]  # what the numbers do not tell


def tally(loaded: Loaded, findings: Iterable[Finding]) -> tuple[KindReport, ...]:
    """Return the findings by kind, counted by record."""
    by_kind: dict[Kind, list[Finding]] = {kind: [] for kind in Kind}
    for finding in sorted(findings, key=lambda finding: finding.origin):
        by_kind[finding.kind].append(finding)
    records = {record.origin: record.id for record in loaded.records}
    reports = [_describe(loaded, records, kind, found) for kind, found in by_kind.items()]
    return tuple(sorted(reports, key=lambda report: (report.severity is Severity.WARNING, -report.count, report.kind)))


def _describe(loaded: Loaded, ids: dict[Any, str], kind: Kind, findings: list[Finding]) -> KindReport:
    firsts: dict[Any, Finding] = {}
    for finding in findings:
        firsts.setdefault(finding.origin, finding)
    sides = Counter(loaded.files[origin.file].side for origin in firsts)
    variants = Counter(variant for _, variant in {(finding.origin, finding.variant) for finding in findings})
    examples = [
        Example(loaded.files[origin.file].path, origin.place, shorten(ids[origin]), finding.variant, finding.detail)
        for origin, finding in list(firsts.items())[:MAX_EXAMPLES]
    ]
    return KindReport(
        kind=kind,
        severity=severity_of(kind),
        count=len(firsts),
        by_side=tuple((side, sides[side]) for side in Side),
        variants=tuple(sorted(variants.items(), key=lambda item: (-item[1], item[0]))),
        examples=tuple(examples),
    )


def as_json(report: AuditReport) -> dict[str, Any]:
    """Return the report as JSON values. `overlap` and `defects` hold at least the keys that the project promises.

    `defects` has every kind, warnings too, each with its severity; its counts are records. `overlap.measured` is false where no
    train file was given: the zeros then say nothing.
    """
    return {
        "files": [asdict(file) for file in report.files],
        "records": report.records,
        "closed_questions": report.closed_questions,
        "open_questions": report.open_questions,
        "overlap": _overlap_as_json(report.overlap),
        "defects": {kind.kind.value: _kind_as_json(kind) for kind in report.kinds},
        "priors": asdict(report.priors),
        "units": [asdict(unit) for unit in report.units],
        "notes": list(report.notes),
    }


def _overlap_as_json(overlap: Overlap) -> dict[str, Any]:
    return {
        "subjects": overlap.subjects,
        "images": overlap.images,
        "image_groups": overlap.image_groups,
        "benchmark_records": overlap.total.records,
        **_shared_as_json(overlap.total),
        "measured": overlap.is_measured,
        "by_source_tag": {shared.name: {"records": shared.records, **_shared_as_json(shared)} for shared in overlap.by_tag},
        "by_ability": {shared.name: {"records": shared.records, **_shared_as_json(shared)} for shared in overlap.by_ability},
        "by_source": {
            source.source: {key: value for key, value in asdict(source).items() if key != "source"}
            for source in overlap.by_source
        },
        "examples": [
            {"subject": subject, "train_records": in_train, "benchmark_records": in_benchmark}
            for subject, in_train, in_benchmark in overlap.examples
        ],
    }


def _shared_as_json(shared: Shared) -> dict[str, int]:
    return {
        "benchmark_records_sharing_a_subject": shared.sharing_a_subject,
        "benchmark_records_sharing_an_image": shared.sharing_an_image,
        "benchmark_records_sharing_an_image_group": shared.sharing_an_image_group,
        "benchmark_records_of_unknown_subject": shared.unknown_subject,
    }


def _kind_as_json(kind: KindReport) -> dict[str, Any]:
    return {
        "count": kind.count,
        "severity": kind.severity.value,
        "what": DESCRIPTIONS[kind.kind],
        **{side.value: count for side, count in kind.by_side},
        "variants": dict(kind.variants),
        "examples": [asdict(example) for example in kind.examples],
    }
