"""The audit of released files: defects, leakage and answers that can be guessed, of any Mantis-format files.

Example:
    >>> released_audit.key.path
    ['evaluation', 'released_audit']
"""

import json

import dagster as dg

from assets.failures import told_plainly
from assets.io import RELEASED_AUDIT, key_of
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Results, contract_checks, publish
from pipelines.audit.audit import audit_files
from pipelines.audit.report import AuditReport, as_json
from pipelines.audit.summary import summarise_audit, tabulate_audit
from pipelines.audit.table import render_text
from pipelines.settings import Settings
from pipelines.storage import write_bytes

NAME = "evaluation/released_audit"


@dg.asset(
    key=key_of(NAME),
    group_name="evaluation",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks(NAME),
    backfill_policy=ALL_IN_ONE_RUN,
)
def released_audit(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Results:
    """One row per kind of defect, and in how many records of the files named in the settings it was found."""
    named = (*settings.evaluation.released.values(), *settings.audit.benchmark)
    benchmarks = list({path.resolve(): path for path in named}.values())  # a file may be both scored and audited
    with told_plainly():
        report = audit_files(benchmarks, settings.audit.train) if benchmarks or settings.audit.train else None
    metadata = {"audit": dg.MetadataValue.md(tabulate_audit(report)), **_export(report, settings)}
    yield publish(NAME, RELEASED_AUDIT.to_arrow(summarise_audit(report)), metadata=metadata)


def _export(report: AuditReport | None, settings: Settings) -> dict[str, dg.MetadataValue]:
    """Write the whole report, examples included, beside the other exports: snippets of records belong into no metadata."""
    if report is None:
        return {}
    text, whole = settings.export_path("released_audit.txt"), settings.export_path("released_audit.json")
    write_bytes(str(text), render_text(report).encode())
    write_bytes(str(whole), json.dumps(as_json(report), indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    return {"text": dg.MetadataValue.path(str(text)), "JSON": dg.MetadataValue.path(str(whole))}
