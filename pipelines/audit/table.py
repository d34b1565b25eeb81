"""The report of an audit as a person reads it on a terminal: leakage, then findings, then what answers give away.

Example:
    >>> from pipelines.audit.audit import audit_files
    >>> print(render_text(audit_files([], [])).splitlines()[0])
    Audit of 0 records: 0 closed and 0 open questions
"""

from collections.abc import Sequence

from pipelines.audit.columns import WIDTH, cut, percent, tabulate, wrap
from pipelines.audit.kinds import DESCRIPTIONS, Side
from pipelines.audit.overlap import Overlap, Shared
from pipelines.audit.prior_tables import show_priors, show_units
from pipelines.audit.report import AuditReport, KindReport

_EXAMPLES = 3
_VARIANTS = 4


def render_text(report: AuditReport) -> str:
    """Return the report as lines of at most 120 columns."""
    head = (
        f"Audit of {report.records:,} records: {report.closed_questions:,} closed and {report.open_questions:,} open questions"
    )
    sections = (_show_files, _show_overlap, _show_kinds, _show_examples, show_priors, show_units, _show_notes)
    return "\n".join([head, *(line for section in sections for line in section(report))])


def _show_files(report: AuditReport) -> list[str]:
    rows = [
        (f"[{number}]", file.side.value, f"{file.records:,}", f"{file.malformed:,}", file.path)
        for number, file in enumerate(report.files, start=1)
    ]
    return tabulate("Files", ("", "as", "records", "malformed", "path"), rows)


def _show_overlap(report: AuditReport) -> list[str]:
    overlap = report.overlap
    if not overlap.is_measured:
        return ["", "Shared by train and benchmark: not measured, no train file was given"]
    total = overlap.total
    sentence = (
        f"{total.sharing_a_subject:,} of {total.records:,} benchmark records show a subject of train "
        f"({_share(total.sharing_a_subject, total.records)}), {total.sharing_an_image:,} an image of train, "
        f"{total.sharing_an_image_group:,} a whole image group of train."
    )
    if total.unknown_subject:
        sentence += f" Of {total.unknown_subject:,} not every subject is known."
    return [
        "",
        f"Shared by train and benchmark: {overlap.subjects:,} subjects, {overlap.images:,} images, "
        f"{overlap.image_groups:,} image groups",
        *wrap(sentence),
        *_show_sources(overlap),
        *_show_shared("ability", overlap.by_ability),
        *_show_shared("source tag", overlap.by_tag),
        *_show_subjects(overlap),
    ]


def _show_sources(overlap: Overlap) -> list[str]:
    rows = [
        (
            row.source,
            f"{row.subjects:,} of {row.benchmark_subjects:,}",
            f"{row.images:,} of {row.benchmark_images:,}",
            f"{row.image_groups:,}",
        )
        for row in overlap.by_source
    ]
    header = ("source", "subjects of the benchmark", "images of the benchmark", "image groups")
    return tabulate("Shared, by the source that a path's shape tells", header, rows)


def _show_shared(name: str, shared: Sequence[Shared]) -> list[str]:
    rows = [
        (
            row.name,
            f"{row.records:,}",
            f"{row.sharing_a_subject:,}",
            f"{row.sharing_an_image:,}",
            f"{row.sharing_an_image_group:,}",
            f"{row.unknown_subject:,}",
        )
        for row in sorted(shared, key=lambda row: (-row.sharing_a_subject, -row.records, row.name))
    ]
    header = (name, "records", "share a subject", "an image", "an image group", "subject unknown")
    return tabulate(f"Benchmark records by {name}", header, rows)


def _show_subjects(overlap: Overlap) -> list[str]:
    rows = [(subject, f"{train:,}", f"{benchmark:,}") for subject, train, benchmark in overlap.examples]
    return tabulate(
        "Subjects with most benchmark records among those shared", ("subject", "train records", "benchmark records"), rows
    )


def _show_kinds(report: AuditReport) -> list[str]:
    found = [kind for kind in report.kinds if kind.count]
    clean = sorted(kind.kind.value for kind in report.kinds if not kind.count)
    has_train = any(file.side is Side.TRAIN for file in report.files)
    header = ("severity", "kind", "records", *(side.value for side in Side if has_train), "in what way (records)")
    rows = [
        (
            kind.severity.value,
            kind.kind.value,
            f"{kind.count:,}",
            *(f"{count:,}" for _, count in kind.by_side if has_train),
            _list_variants(kind),
        )
        for kind in found
    ]
    lines = (
        tabulate("Findings, in records (one that has a kind twice counts once)", header, rows)
        if found
        else ["", "Findings: none"]
    )
    return [*lines, *wrap(f"Looked for and not found: {', '.join(clean)}.")] if clean else lines


def _list_variants(kind: KindReport) -> str:
    shown = ", ".join(f"{name}: {count:,}" for name, count in kind.variants[:_VARIANTS])
    more = len(kind.variants) - _VARIANTS
    return f"{shown}, {more} more" if more > 0 else shown


def _show_examples(report: AuditReport) -> list[str]:
    numbers = {file.path: number for number, file in enumerate(report.files, start=1)}
    lines: list[str] = []
    for kind in report.kinds:
        if kind.count:
            lines += ["", *wrap(f"{kind.kind}: {DESCRIPTIONS[kind.kind]}")]
            lines += [
                cut(f"    [{numbers[one.file]}] record {one.record}, id {one.id or 'none'}: {one.detail}", WIDTH)
                for one in kind.examples[:_EXAMPLES]
            ]
    return ["", "Examples (file, place in it from 0, id)", *lines[1:]] if lines else []


def _show_notes(report: AuditReport) -> list[str]:
    return (
        ["", "What these numbers do not tell", *(line for note in report.notes for line in wrap(note))] if report.notes else []
    )


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "-"
