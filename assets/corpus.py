"""The corpus of one source: from its download to validated question-answer records, each stage an asset.

Example:
    >>> sorted(splits_subjects.group_names_by_key.values())
    ['corpus']
"""

import dataclasses
from collections import Counter

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import key_of
from assets.partitions import SOURCES
from assets.publishing import Results, contract_checks, counts_table, publish
from assets.table_assets import TableOut, table_assets
from pipelines import stages, tables
from pipelines.outcome import Count
from pipelines.records import RenderedImage
from pipelines.settings import Settings
from pipelines.sources.corpus import count_reading, tabulate_download
from pipelines.storage import StorageError, read_table
from pipelines.validation.summary import summarise_records
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
        TableOut("rendered/images", "8-bit views, hashed; exact duplicates point at the first.", code_version="2"),
        TableOut("rendered/rejected_images", "Images that could not be rendered, and why.", is_counted=True, code_version="2"),
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


@dg.asset(
    key=key_of("splits/subjects"),
    group_name="corpus",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks("splits/subjects", is_counted=True),
    ins={"studies": dg.AssetIn(key_of("raw/studies")), "images": dg.AssetIn(key_of("rendered/images"))},
    partitions_def=SOURCES,
)
def splits_subjects(
    context: dg.AssetExecutionContext, studies: pa.Table, images: pa.Table, settings: dg.ResourceParam[Settings]
) -> Results:
    """One row per subject: where it may be used, drawn once, before any question exists."""
    found = tables.STUDIES.to_rows(studies)
    rendered_images = tables.RENDERED_IMAGES.to_rows(images)
    splits = stages.draw_splits(Source(context.partition_key), found, rendered_images, settings)
    count = Count("subject", len({study.subject_id for study in found}), len(splits), 0)
    shares = counts_table(Counter(str(row.split) for row in splits), "split")
    table = tables.SUBJECT_SPLITS.to_arrow(splits)
    yield publish("splits/subjects", table, [count], {"subjects by split": shares})


@table_assets(
    "groups",
    "corpus",
    [
        TableOut("groups/image_groups", "Two or three images asked about together, and why."),
        TableOut("groups/ungrouped_images", "Images that stand in no group, with the reason.", is_counted=True),
    ],
    ins={
        "questions": dg.AssetIn(key_of("raw/questions")),
        "images": dg.AssetIn(key_of("rendered/images")),
        "splits": dg.AssetIn(key_of("splits/subjects")),
    },
    partitions_def=SOURCES,
)
def groups(
    context: dg.AssetExecutionContext,
    questions: pa.Table,
    images: pa.Table,
    splits: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Put images together within one split."""
    rendered_images = tables.RENDERED_IMAGES.to_rows(images)
    drawn = tables.SUBJECT_SPLITS.to_rows(splits)
    source_questions = tables.QUESTIONS.to_rows(questions)
    source = Source(context.partition_key)
    outcome = stages.group_images(source, source_questions, rendered_images, drawn, settings)
    grouped = {image_id for group in outcome.rows for image_id in group.image_ids}
    count = Count("image", len(rendered_images), len(grouped), len(outcome.rejections))
    kinds = counts_table(Counter(f"{group.split} / {group.ability} / {group.subtask}" for group in outcome.rows), "groups")
    yield publish("groups/image_groups", tables.IMAGE_GROUPS.to_arrow(outcome.rows), metadata={"groups": kinds})
    reasons = counts_table(outcome.reason_counts(), "reason")
    yield publish("groups/ungrouped_images", tables.REJECTIONS.to_arrow(outcome.rejections), [count], {"reasons": reasons})


@table_assets(
    "candidates",
    "corpus",
    [
        TableOut("qa/candidates", "Generated question-answer records, every version."),
        TableOut("qa/not_generated", "Groups that yielded no record, with the reason.", is_counted=True),
    ],
    ins={"image_groups": dg.AssetIn(key_of("groups/image_groups")), "questions": dg.AssetIn(key_of("raw/questions"))},
    partitions_def=SOURCES,
)
def candidates(
    context: dg.AssetExecutionContext, image_groups: pa.Table, questions: pa.Table, settings: dg.ResourceParam[Settings]
) -> Results:
    """Write the questions and answers of every group."""
    all_groups = tables.IMAGE_GROUPS.to_rows(image_groups)
    with told_plainly():
        outcome = stages.generate_records(all_groups, tables.QUESTIONS.to_rows(questions), settings)
    count = Count("group", len(all_groups), len({record.group_id for record in outcome.rows}), len(outcome.rejections))
    yield publish("qa/candidates", tables.CANDIDATES.to_arrow(outcome.rows))
    reasons = counts_table(outcome.reason_counts(), "reason")
    yield publish("qa/not_generated", tables.REJECTIONS.to_arrow(outcome.rejections), [count], {"reasons": reasons})


@table_assets(
    "validated",
    "corpus",
    [
        TableOut("qa/validated", "Records that passed every rule; reviewers see these."),
        TableOut("qa/rejected", "Records that broke a rule: which, and how.", is_counted=True),
    ],
    ins={
        "candidate_records": dg.AssetIn(key_of("qa/candidates")),
        "image_groups": dg.AssetIn(key_of("groups/image_groups")),
        "images": dg.AssetIn(key_of("rendered/images")),
    },
    partitions_def=SOURCES,
)
def validated(
    context: dg.AssetExecutionContext, candidate_records: pa.Table, image_groups: pa.Table, images: pa.Table
) -> Results:
    """Hold every record against every rule."""
    records = tables.CANDIDATES.to_rows(candidate_records)
    outcome = stages.validate_candidates(
        records, tables.IMAGE_GROUPS.to_rows(image_groups), tables.RENDERED_IMAGES.to_rows(images)
    )
    count = Count("record", len(records), len(outcome.rows), len(outcome.rejections))
    summary = {"summary": dg.MetadataValue.json(dataclasses.asdict(summarise_records(outcome.rows)))}
    yield publish("qa/validated", tables.VALIDATED.to_arrow(outcome.rows), metadata=summary)
    reasons = counts_table(outcome.reason_counts(), "reason")
    yield publish("qa/rejected", tables.REJECTIONS.to_arrow(outcome.rejections), [count], {"reasons": reasons})


def _read_former(source: Source, settings: Settings, log: dg.DagsterLogManager) -> list[RenderedImage]:
    """Return what was rendered before; nothing, so that all is rendered again, where that table cannot be read."""
    try:
        former = read_table(settings.storage_root, "rendered/images", source.value)
        return [] if former is None else tables.RENDERED_IMAGES.to_rows(former)
    except (StorageError, ValueError) as error:  # ValueError: a TableError, or a word that the vocabulary no longer has
        log.warning(f"the former table of rendered images cannot be used, every image is rendered again: {error}")
        return []


CORPUS = [raw, rendered, splits_subjects, groups, candidates, validated]
