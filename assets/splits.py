"""Splits: where each subject of a source may be used, drawn before any group exists, and what shows that nothing leaks.

Example:
    >>> sorted(spec.name for spec in splits_subjects.check_specs)[2:]
    ['nothing_is_shared_between_splits', 'people_are_plausible', 'splits_are_balanced']
"""

from collections import Counter
from collections.abc import Sequence

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import key_of
from assets.partitions import SOURCES
from assets.publishing import Results, contract_checks, counts_table, publish
from pipelines import stages, tables
from pipelines.outcome import Count
from pipelines.records import SubjectSplit
from pipelines.settings import Settings
from pipelines.splits.balance import compare_splits, tabulate_balance
from pipelines.splits.leaks import find_leaks_between_splits
from pipelines.splits.people import summarise_people
from pipelines.vocabulary import Source

KEY = key_of("splits/subjects")


@dg.asset(
    key=KEY,
    group_name="corpus",
    code_version="2",
    kinds={"parquet"},
    check_specs=[
        *contract_checks("splits/subjects", is_counted=True),
        dg.AssetCheckSpec("nothing_is_shared_between_splits", asset=KEY, blocking=True),
        dg.AssetCheckSpec("people_are_plausible", asset=KEY),
        dg.AssetCheckSpec("splits_are_balanced", asset=KEY),
    ],
    ins={
        "studies": dg.AssetIn(key_of("raw/studies")),
        "labels": dg.AssetIn(key_of("raw/labels")),
        "images": dg.AssetIn(key_of("rendered/images")),
    },
    partitions_def=SOURCES,
)
def splits_subjects(
    context: dg.AssetExecutionContext,
    studies: pa.Table,
    labels: pa.Table,
    images: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """One row per subject: where it may be used, drawn once, before any question exists."""
    subject_ids = set(studies.column("subject_id").to_pylist())
    with told_plainly():
        splits = stages.draw_splits(Source(context.partition_key), subject_ids, images, settings)
    count = Count("subject", len(subject_ids), len(splits), 0)
    shares = counts_table(Counter(str(row.split) for row in splits), "split")
    checks = [_check_leaks(splits, images), _check_people(splits), _check_balance(labels, splits)]
    table = tables.SUBJECT_SPLITS.to_arrow(splits)
    yield publish("splits/subjects", table, [count], {"subjects by split": shares}, checks)


def _check_leaks(splits: Sequence[SubjectSplit], images: pa.Table) -> dg.AssetCheckResult:
    leaks = find_leaks_between_splits(splits, images)
    return dg.AssetCheckResult(
        check_name="nothing_is_shared_between_splits",
        asset_key=KEY,
        passed=leaks.is_clean,
        metadata={
            "shared people": len(leaks.shared_subjects),
            "shared pixel contents": len(leaks.shared_pixels),
            "images that look the same": len(leaks.near_duplicates),
        },
    )


def _check_people(splits: Sequence[SubjectSplit]) -> dg.AssetCheckResult:
    people = summarise_people(splits)
    return dg.AssetCheckResult(
        check_name="people_are_plausible",
        asset_key=KEY,
        passed=not people.is_suspicious,
        severity=dg.AssetCheckSeverity.WARN,  # links that chain many subjects are safe for the splits, but are they true?
        metadata={
            "subjects": people.n_subjects,
            "people": people.n_people,
            "linked subjects": people.n_linked_subjects,
            "subjects of the largest person": people.largest_person,
            "subjects that a link moved to a stricter split": sum(people.n_moved.values()),
            **{f"links by {kind}": n_links for kind, n_links in people.n_links.items()},
        },
    )


def _check_balance(labels: pa.Table, splits: Sequence[SubjectSplit]) -> dg.AssetCheckResult:
    compared = compare_splits(labels, splits)
    return dg.AssetCheckResult(
        check_name="splits_are_balanced",
        asset_key=KEY,
        passed=all(row.is_balanced for row in compared),
        severity=dg.AssetCheckSeverity.WARN,  # reported, not forced: a draw that is mended by hand is no draw
        metadata={"labels by split": dg.MetadataValue.md(tabulate_balance(compared))},
    )
