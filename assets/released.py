"""Benchmarks that others released, imported against the images at hand.

Example:
    >>> sorted(released_benchmark.group_names_by_key.values())
    ['evaluation', 'evaluation']
"""

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import fan_in, key_of, optional
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Results, publish
from assets.table_assets import TableOut, table_assets
from pipelines import tables
from pipelines.released import count_trained_on, import_every_release
from pipelines.settings import Settings
from pipelines.vocabulary import Source


@table_assets(
    "released_benchmark",
    "evaluation",
    [
        TableOut(
            "evaluation/released_benchmark",
            "Released benchmarks, images resolved.",
            checks=(
                dg.AssetCheckSpec("ids_name_their_rows", asset=key_of("evaluation/released_benchmark")),
                dg.AssetCheckSpec("subjects_are_not_trained_on", asset=key_of("evaluation/released_benchmark")),
            ),
        ),
        TableOut("evaluation/released_rejected", "Released records with images not at hand.", is_counted=True),
    ],
    ins={
        "rendered": fan_in("rendered/images"),
        "questions": fan_in("raw/questions"),
        "instructions": optional("dataset/instructions"),
    },
    backfill_policy=ALL_IN_ONE_RUN,
)
def released_benchmark(
    context: dg.AssetExecutionContext,
    rendered: dict[str, pa.Table],
    questions: dict[str, pa.Table],
    instructions: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Import every released benchmark that the settings name, against the VQA-RAD images."""
    source = Source.VQA_RAD
    with told_plainly():
        outcome = import_every_release(
            settings.evaluation.released,
            source,
            tables.RENDERED_IMAGES.to_rows(rendered[source]) if source in rendered else [],
            tables.QUESTIONS.to_rows(questions[source]) if source in questions else [],
        )
    check = dg.AssetCheckResult(
        check_name="ids_name_their_rows",
        asset_key=key_of("evaluation/released_benchmark"),
        passed=outcome.n_images == outcome.n_images_at_row,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"images": outcome.n_images, "at the row that the id names": outcome.n_images_at_row},
    )
    n_trained_on = count_trained_on(outcome.rows, tables.INSTRUCTIONS.to_rows(instructions))
    overlap = dg.AssetCheckResult(
        check_name="subjects_are_not_trained_on",
        asset_key=key_of("evaluation/released_benchmark"),
        passed=n_trained_on == 0,
        severity=dg.AssetCheckSeverity.WARN,  # nothing is wrong with either table; a score of a model trained here would be
        metadata={"records": len(outcome.rows), "records that show a subject of dataset/instructions": n_trained_on},
    )
    checks = [check, overlap]
    yield publish("evaluation/released_benchmark", tables.RELEASED_BENCHMARK.to_arrow(outcome.rows), checks=checks)
    yield publish("evaluation/released_rejected", tables.REJECTIONS.to_arrow(outcome.rejections), [outcome.count])
