"""The corpus of one source: from its download to validated question-answer records, each stage an asset.

Example:
    >>> sorted(splits_subjects.group_names_by_key.values())
    ['corpus']
"""

from collections import Counter
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import as_file, key_of
from assets.partitions import SOURCES
from assets.publishing import Results, counts_table, publish
from assets.question_answers import candidates, validated
from assets.splits import splits_subjects
from assets.table_assets import TableOut, table_assets
from pipelines import stages, tables
from pipelines.grouping.plan import tabulate_plan
from pipelines.grouping.promises import count_broken_promises
from pipelines.grouping.registry import RULES
from pipelines.records import RenderedImage
from pipelines.settings import Settings
from pipelines.sources.corpus import count_reading, tabulate_download
from pipelines.storage import StorageError, read_table
from pipelines.vocabulary import Source


@table_assets(
    "raw",
    "corpus",
    [
        TableOut("raw/studies", "Studies as found: one row per examination.", code_version="2"),
        TableOut("raw/labels", "Typed labels as found.", code_version="2"),
        TableOut("raw/questions", "The source's own questions, normalised; every repair is named.", code_version="2"),
        TableOut("raw/images", "Image files as found.", code_version="2"),
        TableOut("raw/rejected", "Rows and files that could not be read, with the reason.", is_counted=True, code_version="2"),
    ],
    partitions_def=SOURCES,
)
def raw(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Results:
    """Read one source's download as it is."""
    source = Source(context.partition_key)
    with told_plainly():
        corpus = stages.read_source(source, settings)
    counts = count_reading(corpus)
    found = {f"{count.unit}s found": count.n_in for count in counts}
    repairs = Counter(repair for question in corpus.questions for repair in question.repairs)
    reasons = Counter(str(rejection.reason) for rejection in corpus.rejections)
    context.log.info("; ".join(f"{count.unit}: {count.n_in} in, {count.n_rejected} rejected" for count in counts))
    download = dg.MetadataValue.md(tabulate_download(corpus))
    yield publish("raw/studies", tables.STUDIES.to_arrow(corpus.studies))
    yield publish("raw/labels", tables.LABELS.to_arrow(corpus.labels))
    questions = tables.QUESTIONS.to_arrow(corpus.questions)
    yield publish("raw/questions", questions, metadata={**found, "repairs": counts_table(repairs, "repair")})
    yield publish("raw/images", tables.SOURCE_IMAGES.to_arrow(corpus.images), metadata={**found, "download": download})
    rejected = tables.REJECTIONS.to_arrow(corpus.rejections)
    metadata = {**found, "download": download, "reasons": counts_table(reasons, "reason")}
    yield publish("raw/rejected", rejected, counts, metadata)


@table_assets(
    "rendered",
    "corpus",
    [
        TableOut("rendered/images", "8-bit views, hashed; exact duplicates point at the first.", code_version="3"),
        TableOut("rendered/rejected_images", "Images that could not be rendered, and why.", is_counted=True, code_version="3"),
    ],
    ins={"raw_images": dg.AssetIn(key_of("raw/images"))},
    partitions_def=SOURCES,
)
def rendered(context: dg.AssetExecutionContext, raw_images: pa.Table, settings: dg.ResourceParam[Settings]) -> Results:
    """Check every image and make it an 8-bit PNG named by its image_id."""
    source = Source(context.partition_key)
    found = tables.SOURCE_IMAGES.to_rows(raw_images)
    former = _read_former(source, settings, context.log)
    with told_plainly():
        outcome = stages.render_source(source, found, former, settings, context.log.info)
    steps = Counter(step for image in outcome.rows for step in image.steps)
    duplicates = sum(image.duplicate_of is not None for image in outcome.rows)
    metadata = {"exact duplicates": duplicates, "steps": counts_table(steps, "step")}
    yield publish("rendered/images", tables.RENDERED_IMAGES.to_arrow(outcome.rows), metadata=metadata)
    reasons = counts_table(outcome.reason_counts(), "reason")
    rejected = tables.REJECTIONS.to_arrow(outcome.rejections)
    yield publish("rendered/rejected_images", rejected, outcome.counts, {"reasons": reasons})


@table_assets(
    "groups",
    "corpus",
    [
        TableOut(
            "groups/image_groups",
            "Two or three images asked about together, and why.",
            checks=(dg.AssetCheckSpec("groups_keep_their_promises", asset=key_of("groups/image_groups"), blocking=True),),
            code_version="2",
        ),
        TableOut(
            "groups/ungrouped_images", "Images that stand in no group, with the reason.", is_counted=True, code_version="2"
        ),
        TableOut("groups/planned_counts", "Every group that could be made: how many were taken, and why the rest fell away."),
    ],
    ins={
        "studies": as_file("raw/studies"),
        "labels": as_file("raw/labels"),
        "questions": as_file("raw/questions"),
        "images": as_file("rendered/images"),
        "splits": as_file("splits/subjects"),
    },
    partitions_def=SOURCES,
)
def groups(
    context: dg.AssetExecutionContext,
    studies: Any,  # a table or the file that holds it, as the four others; Dagster takes no union here
    labels: Any,
    questions: Any,
    images: Any,
    splits: Any,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Put images together within one split."""
    source = Source(context.partition_key)
    found = {"studies": studies, "labels": labels, "questions": questions, "images": images, "splits": splits}
    with told_plainly():
        grouped = stages.group_images(source, found, settings)
        broken = count_broken_promises(found, RULES.get(source), settings.grouping, grouped.groups)
        plan = tabulate_plan(grouped.plan)
    check = dg.AssetCheckResult(
        check_name="groups_keep_their_promises",
        asset_key=key_of("groups/image_groups"),
        passed=not any(broken.values()),
        metadata=broken,
    )
    plan_table = dg.MetadataValue.md(plan)
    yield publish("groups/image_groups", grouped.groups, metadata={"plan": plan_table}, checks=[check])
    reasons = counts_table(Counter(grouped.ungrouped.column("reason").to_pylist()), "reason")
    yield publish("groups/ungrouped_images", grouped.ungrouped, [grouped.count], {"reasons": reasons})
    yield publish("groups/planned_counts", grouped.plan, metadata={"plan": plan_table})


def _read_former(source: Source, settings: Settings, log: dg.DagsterLogManager) -> list[RenderedImage]:
    """Return what was rendered before; nothing, so that all is rendered again, where that table cannot be read."""
    try:
        former = read_table(settings.storage_root, "rendered/images", source.value)
        return [] if former is None else tables.RENDERED_IMAGES.to_rows(former)
    except (StorageError, ValueError) as error:  # ValueError: a TableError, or a word that the vocabulary no longer has
        log.warning(f"the former table of rendered images cannot be used, every image is rendered again: {error}")
        return []


CORPUS = [raw, rendered, splits_subjects, groups, candidates, validated]
