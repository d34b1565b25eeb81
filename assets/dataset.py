"""The data set: the review gate, the training records, the benchmark, and benchmarks that others released.

The gate is in the body of `qa/approved`: short coverage fails the run, so no click, command or backfill gets around it.

Example:
    >>> sorted(set(dataset_records.group_names_by_key.values()))
    ['dataset']
"""

from collections import Counter
from collections.abc import Sequence

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.gates import check_blind_solver, check_gates, gate_specs
from assets.io import fan_in, key_of
from assets.partitions import SOURCES
from assets.publishing import Metadata, Results, counts_table, publish
from assets.table_assets import TableOut, table_assets
from pipelines import stages, tables
from pipelines.formats.mantis import mantis_from_records, write_mantis
from pipelines.governance.exports import check_tagged_export
from pipelines.governance.policy import load_policy
from pipelines.governance.terms_sheet import write_terms_sheet
from pipelines.model_calls import open_calls
from pipelines.outcome import Count
from pipelines.progress import Say
from pipelines.records import DatasetRecord, Record
from pipelines.review.ledger import open_ledger
from pipelines.second_opinions import ask_blind_solver
from pipelines.settings import Settings
from pipelines.splits.leaks import find_leaks
from pipelines.storage import write_bytes

ALL_GATES = "the_gates_of_validation_are_passed"


@table_assets(
    "approved",
    "dataset",
    [
        TableOut(
            "qa/approved",
            "Records that may be used: the review gate.",
            checks=(
                dg.AssetCheckSpec("review_is_complete", asset=key_of("qa/approved"), blocking=True),
                dg.AssetCheckSpec(ALL_GATES, asset=key_of("qa/approved"), blocking=True),
            ),
        ),
        TableOut("qa/not_approved", "Records that reviewers turned down.", is_counted=True),
    ],
    ins={"validated_records": dg.AssetIn(key_of("qa/validated"))},
    deps=[key_of("review/decisions")],
    partitions_def=SOURCES,
)
def approved(context: dg.AssetExecutionContext, validated_records: pa.Table, settings: dg.ResourceParam[Settings]) -> Results:
    """Keep what reviewers approved; fail closed where the plan's coverage is short."""
    records = tables.VALIDATED.to_rows(validated_records)
    with told_plainly():
        with open_ledger(settings.review_ledger()) as ledger:
            n_events, ledger_digest, decisions = ledger.verify(), ledger.digest(), ledger.read()
        approval = stages.approve_records(records, decisions, settings)
    needed = sum(lot.decisions_needed for lot in approval.lots)
    yield dg.AssetCheckResult(
        check_name="review_is_complete",
        asset_key=key_of("qa/approved"),
        passed=approval.is_complete,
        metadata={"lots": len(approval.lots), "decisions needed": needed, "events": n_events, "ledger": ledger_digest},
    )
    if not approval.is_complete:  # the check shows it; this enforces it
        raise dg.Failure(approval.shortfall_message(), allow_retries=False)
    closed_gates = _find_closed_gates(records, settings, context.log.info)
    yield dg.AssetCheckResult(
        check_name=ALL_GATES,
        asset_key=key_of("qa/approved"),
        passed=not closed_gates,
        metadata={"failed": ", ".join(closed_gates) or "none"},
    )
    if closed_gates:  # a run of its own would not be stopped by the checks of qa/validated
        raise dg.Failure(
            f"{context.partition_key}: its validated records did not pass {', '.join(closed_gates)}; the checks of "
            "qa/validated show what was found. Mend wordings, prompts or settings, and materialize group:corpus again",
            allow_retries=False,
        )
    count = Count("record", len(records), len(approval.approved), len(approval.rejections))
    yield publish("qa/approved", tables.APPROVED.to_arrow(approval.approved))
    reasons = counts_table(Counter(str(row.reason) for row in approval.rejections), "reason")
    yield publish("qa/not_approved", tables.REJECTIONS.to_arrow(approval.rejections), [count], {"reasons": reasons})


@table_assets(
    "dataset_records",
    "dataset",
    [
        TableOut("dataset/instructions", "Training records of all approved sources.", code_version="3"),
        TableOut("dataset/withheld_records", "Training records that show an image of another source's benchmark."),
        TableOut(
            "dataset/benchmark",
            "Held-in and held-out records of all approved sources.",
            code_version="2",
            is_counted=True,
            checks=(
                dg.AssetCheckSpec("nothing_is_shared_with_training", asset=key_of("dataset/benchmark"), blocking=True),
                *gate_specs("dataset/benchmark"),
            ),
        ),
    ],
    ins={"approved_records": fan_in("qa/approved"), "images": fan_in("rendered/images")},
)
def dataset_records(
    context: dg.AssetExecutionContext,
    approved_records: dict[str, pa.Table],
    images: dict[str, pa.Table],
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Write the training records and the benchmark, and prove that they share no subject and no image."""
    records = [record for part in approved_records.values() for record in tables.APPROVED.to_rows(part)]
    shown = {image_id for record in records for image_id in record.image_ids}
    shown_images = pa.concat_tables(
        [tables.RENDERED_IMAGES.filter(part, "image_id", shown) for part in images.values()]
        or [tables.RENDERED_IMAGES.to_arrow([])]
    )
    with told_plainly():
        assembled = stages.assemble_records(records, tables.RENDERED_IMAGES.to_rows(shown_images))
        training, benchmark = stages.select_training(assembled, shown_images), stages.select_benchmark(assembled)
    count = Count("record", len(records), len(training.rows) + len(benchmark), len(training.rejections))
    leak_check = _check_leaks(training.rows, benchmark, shown_images)
    gates = check_gates("dataset/benchmark", records, settings)
    broken = [str(check.check_name) for check in (leak_check, *gates) if not check.passed]
    metadata = {} if broken else _export("benchmark", benchmark, settings)
    yield publish("dataset/benchmark", tables.BENCHMARK.to_arrow(benchmark), [count], metadata, [leak_check, *gates])
    yield publish("dataset/withheld_records", tables.REJECTIONS.to_arrow(training.rejections))
    if broken:  # a blocking check stops what lies downstream; this stops the training records and the files themselves
        raise dg.Failure(
            f"the data set did not pass: {', '.join(broken)}; no training records and no files for others were written. "
            "The checks of dataset/benchmark show what was found",
            allow_retries=False,
        )
    metadata = _export("instructions", training.rows, settings)
    yield publish("dataset/instructions", tables.INSTRUCTIONS.to_arrow(training.rows), metadata=metadata)


def _find_closed_gates(records: Sequence[Record], settings: Settings, say: Say) -> list[str]:
    """Return the gates of qa/validated that its records fail; what a blind solver was asked there is in the ledger."""
    with told_plainly(), open_calls(settings, say) as ask_of:
        blind = check_blind_solver("qa/validated", records, ask_blind_solver(records, settings, ask_of), settings)
    checks = (*check_gates("qa/validated", records, settings), blind)
    return [str(check.check_name) for check in checks if not check.passed]


def _export(name: str, records: Sequence[DatasetRecord], settings: Settings) -> Metadata:
    tags = (record.source for record in records if not record.is_synthetic)
    with told_plainly():
        check_tagged_export(tags, settings.exports.audience, load_policy(settings.policy))
    path = settings.export_path(f"{name}.json")
    write_mantis(mantis_from_records(records), path)
    write_bytes(str(settings.export_path(f"{name}.terms.json")), write_terms_sheet(records, settings.exports.audience))
    kinds = Counter(f"{record.ability} / {record.subtask} / {record.answer_type}" for record in records)
    synthetic = sum(record.is_synthetic for record in records)
    classes = counts_table(Counter(str(record.data_class) for record in records), "class")
    return {
        "Mantis JSON": dg.MetadataValue.path(str(path)),
        "records": counts_table(kinds, "kind"),
        "data classes": classes,
        "synthetic": synthetic,
    }


def _check_leaks(
    training: Sequence[DatasetRecord], benchmark: Sequence[DatasetRecord], images: pa.Table
) -> dg.AssetCheckResult:
    leaks = find_leaks(training, benchmark, images)
    found = {
        "shared subjects": len(leaks.shared_subjects),
        "shared images": len(leaks.shared_images),
        "shared pixel contents": len(leaks.shared_pixels),
        "images that look the same": len(leaks.near_duplicates),
    }
    return dg.AssetCheckResult(
        check_name="nothing_is_shared_with_training",
        asset_key=key_of("dataset/benchmark"),
        passed=not any(found.values()),
        metadata=found,
    )


DATASET = [approved, dataset_records]
