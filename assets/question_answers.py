"""Question-answer records: written and written anew, then held against every rule, and all together against the gates.

Example:
    >>> sorted(key.to_user_string() for key in candidates.keys)
    ['qa/candidates', 'qa/not_generated']
"""

import dataclasses
from collections import Counter

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.gates import blind_solver_spec, check_blind_solver, check_gates, gate_specs
from assets.io import key_of
from assets.partitions import SOURCES
from assets.publishing import Results, counts_table, publish
from assets.table_assets import TableOut, table_assets
from pipelines import stages, tables
from pipelines.model_calls import open_calls
from pipelines.outcome import Count
from pipelines.refinement import tabulate_rounds
from pipelines.review.rejects import read_rejects
from pipelines.settings import Settings
from pipelines.validation.summary import summarise_records
from pipelines.validation.yields import tabulate_yield


@table_assets(
    "candidates",
    "corpus",
    [
        TableOut("qa/candidates", "Generated question-answer records, every version.", code_version="2"),
        TableOut(
            "qa/not_generated",
            "Groups, and single records of groups, that were not written, with the reason.",
            is_counted=True,
            code_version="2",
        ),
    ],
    ins={
        "image_groups": dg.AssetIn(key_of("groups/image_groups")),
        "questions": dg.AssetIn(key_of("raw/questions")),
        "images": dg.AssetIn(key_of("rendered/images")),
    },
    deps=[key_of("review/rejects")],
    partitions_def=SOURCES,
)
def candidates(
    context: dg.AssetExecutionContext,
    image_groups: pa.Table,
    questions: pa.Table,
    images: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Write the questions and answers of every group, and write anew what was rejected."""
    all_groups = tables.IMAGE_GROUPS.to_rows(image_groups)
    own = tables.QUESTIONS.to_rows(questions)
    shown = tables.RENDERED_IMAGES.rows_where(images, "image_id", (one for group in all_groups for one in group.image_ids))
    with told_plainly(), open_calls(settings, context.log.info) as ask_of:
        rejects = read_rejects(settings.review_ledger())
        written = stages.generate_records(all_groups, own, shown, rejects, settings, ask_of)
    n_unwritten = sum(rejection.unit == "group" for rejection in written.rejections)
    count = Count("group", len(all_groups), len({record.group_id for record in written.records}), n_unwritten)
    rounds = dg.MetadataValue.md(tabulate_rounds(written))
    classes = Counter(str(record.data_class) for record in written.records)
    metadata = {"rounds": rounds, "data classes": counts_table(classes, "class")}
    yield publish("qa/candidates", tables.CANDIDATES.to_arrow(written.records), metadata=metadata)
    reasons = counts_table(Counter(str(one.reason) for one in written.rejections), "reason")
    yield publish("qa/not_generated", tables.REJECTIONS.to_arrow(written.rejections), [count], {"reasons": reasons})


@table_assets(
    "validated",
    "corpus",
    [
        TableOut(
            "qa/validated",
            "Records that passed every rule; reviewers see these.",
            checks=(*gate_specs("qa/validated"), blind_solver_spec("qa/validated")),
            code_version="2",
        ),
        TableOut("qa/rejected", "Records that broke a rule: which, and how.", is_counted=True, code_version="2"),
    ],
    ins={
        "candidate_records": dg.AssetIn(key_of("qa/candidates")),
        "not_generated": dg.AssetIn(key_of("qa/not_generated")),
        "image_groups": dg.AssetIn(key_of("groups/image_groups")),
        "images": dg.AssetIn(key_of("rendered/images")),
    },
    partitions_def=SOURCES,
)
def validated(
    context: dg.AssetExecutionContext,
    candidate_records: pa.Table,
    not_generated: pa.Table,
    image_groups: pa.Table,
    images: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Hold every record against every rule, and all together against the gates."""
    records = tables.CANDIDATES.to_rows(candidate_records)
    all_groups = tables.IMAGE_GROUPS.to_rows(image_groups)
    shown = {image_id for record in records for image_id in record.image_ids}
    shown_images = tables.RENDERED_IMAGES.rows_where(images, "image_id", shown)
    outcome = stages.validate_candidates(records, all_groups, shown_images)
    with told_plainly(), open_calls(settings, context.log.info) as ask_of:
        opinions = stages.ask_second_opinions(outcome.rows, all_groups, settings, ask_of)
    if opinions.shared_family is not None:
        context.log.warning(f"writer and judge are both of the family {opinions.shared_family}: they share their errors")
    count = Count("record", len(records), len(outcome.rows), len(outcome.rejections))
    yields = tabulate_yield(all_groups, records, outcome.rejections, tables.REJECTIONS.to_rows(not_generated))
    summary = dg.MetadataValue.json(dataclasses.asdict(summarise_records(outcome.rows)))
    metadata = {"yield": dg.MetadataValue.md(yields), "summary": summary, **opinions.counts()}
    gates = check_gates("qa/validated", outcome.rows, settings)
    gates.append(check_blind_solver("qa/validated", outcome.rows, opinions.blind, settings))
    yield publish("qa/validated", tables.VALIDATED.to_arrow(opinions.records), metadata=metadata, checks=gates)
    reasons = {"reasons": counts_table(outcome.reason_counts(), "reason"), "yield": dg.MetadataValue.md(yields)}
    yield publish("qa/rejected", tables.REJECTIONS.to_arrow(outcome.rejections), [count], reasons)
