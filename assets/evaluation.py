"""Evaluation of one model: what it answered, what that scored, and what the controls say of the scores.

Partitioned by model: every baseline, and each model named in the settings. Several models may be run at once.

Example:
    >>> from pipelines.settings import Settings
    >>> [asset.op.name for asset in build_evaluation(Settings())]
    ['predictions', 'scores']
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import JUDGED_ANSWERS, ROBUSTNESS, ROBUSTNESS_CURVES, fan_in, key_of, optional
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Results, publish
from assets.score_metadata import (
    ABOVE_BLIND,
    READABLE,
    check_above_blind,
    check_readable,
    describe_answers,
    describe_effects,
    describe_scores,
    tell_by_model,
)
from assets.table_assets import TableOut, table_assets
from evaluation.benchmark import BenchmarkItem, gather_benchmarks, name_images_at_hand
from evaluation.measuring import measure_model
from evaluation.models.spec import ModelKind, models_of
from evaluation.runs.answering import answer_benchmarks
from evaluation.runs.images import ImageFolder
from evaluation.scores.undecided import open_reader
from pipelines import tables
from pipelines.governance.whose_files import FileOwners
from pipelines.settings import Settings
from pipelines.vocabulary import Modality

BENCHMARKS = {"benchmark": optional("dataset/benchmark"), "released": dg.AssetIn(key_of("evaluation/released_benchmark"))}
SCORE_TABLES = [
    TableOut(
        "evaluation/scores",
        "One cell of the score table per benchmark, view and condition.",
        checks=(READABLE,),
        code_version="2",
    ),
    TableOut("evaluation/answers", "Each judged answer: what a score rests on.", code_version="2"),
    TableOut(
        "evaluation/controls",
        "What a score owes to the images: sighted against blind and shuffled ones.",
        checks=(ABOVE_BLIND,),
    ),
    TableOut("evaluation/consistency", "Whether answers hold when options or images change places."),
    TableOut("evaluation/robustness", "Scores under graded corruptions of the images."),
    TableOut("evaluation/robustness_curves", "What is left of a score over the five grades of a corruption."),
]


def build_evaluation(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets of one model; the baselines and the models of the settings are their partitions."""
    models = dg.StaticPartitionsDefinition(list(models_of(settings)))
    return [_build_predictions(models, _find_checkpoints(settings)), _build_scores(models)]


def read_benchmarks(benchmark: pa.Table, released: pa.Table) -> dict[str, tuple[BenchmarkItem, ...]]:
    """Return the items of every benchmark by name."""
    return gather_benchmarks(tables.RELEASED_BENCHMARK.to_rows(released), tables.BENCHMARK.to_rows(benchmark))


def open_images(
    settings: Settings, benchmark: pa.Table, released: pa.Table, modalities: Mapping[str, Modality | None]
) -> ImageFolder:
    """Return the images that the benchmarks' tables found; what a released file names beside them is not looked for."""
    known = name_images_at_hand(tables.RELEASED_BENCHMARK.to_rows(released), tables.BENCHMARK.to_rows(benchmark))
    return ImageFolder(Path(settings.storage_root), modalities, FileOwners.of_settings(settings), known)


def read_modalities(
    benchmarks: Mapping[str, Sequence[BenchmarkItem]], rendered: Mapping[str, pa.Table]
) -> dict[str, Modality | None]:
    """Return the modality of every image that the items show, by its path; images of other folders have none."""
    shown = {image for items in benchmarks.values() for item in items for image in item.images}
    parts = [tables.RENDERED_IMAGES.filter(table, "path", shown).select(["path", "modality"]) for table in rendered.values()]
    pairs = ((row["path"], row["modality"]) for part in parts for row in part.to_pylist())
    return {path: None if modality is None else Modality(modality) for path, modality in pairs}


def _find_checkpoints(settings: Settings) -> list[dg.AssetDep]:
    """Return what models rest on that were trained here: the partition of their run."""
    runs: dict[str, list[str]] = {}
    for name, spec in models_of(settings).items():
        if spec.kind is ModelKind.CHECKPOINT:
            runs.setdefault(spec.argument, []).append(name)
    mapping = dg.StaticPartitionMapping(runs)
    return [dg.AssetDep(key_of("training/checkpoint"), partition_mapping=mapping)] if runs else []


def _build_predictions(models: dg.PartitionsDefinition, checkpoints: Sequence[dg.AssetDep]) -> dg.AssetsDefinition:
    @table_assets(
        "predictions",
        "evaluation",
        [
            TableOut("evaluation/predictions", "Each raw answer of a model to a benchmark record.", code_version="2"),
            TableOut("evaluation/models", "What stands behind a model's name: enough to run it again."),
        ],
        ins={**BENCHMARKS, "rendered": fan_in("rendered/images")},
        deps=checkpoints,
        partitions_def=models,
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def predictions(
        context: dg.AssetExecutionContext,
        benchmark: pa.Table,
        released: pa.Table,
        rendered: dict[str, pa.Table],
        settings: dg.ResourceParam[Settings],
    ) -> Results:
        """Show a model every item, as it is and under the controls; what it answered before is not asked again."""
        specs = models_of(settings)
        with told_plainly():
            items = read_benchmarks(benchmark, released)
            images = open_images(settings, benchmark, released, read_modalities(items, rendered))
            answered = {
                model: answer_benchmarks(specs[model], items, images, settings, settings.answers_file(model), context.log.info)
                for model in context.partition_keys
            }
        made = {model: tables.PREDICTIONS.to_arrow(one.predictions) for model, one in answered.items()}
        yield publish("evaluation/predictions", made, metadata=describe_answers(answered))
        cards = {model: tables.MODELS.to_arrow([one.card]) for model, one in answered.items()}
        yield publish("evaluation/models", cards)

    return predictions


def _build_scores(models: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @table_assets(
        "scores",
        "evaluation",
        SCORE_TABLES,
        ins={
            **BENCHMARKS,
            "predicted": dg.AssetIn(key_of("evaluation/predictions")),
            "rendered": fan_in("rendered/images"),
        },
        partitions_def=models,
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def scores(
        context: dg.AssetExecutionContext,
        benchmark: pa.Table,
        released: pa.Table,
        predicted: Any,  # one table, or one per partition where several run at once; Dagster takes no union here
        rendered: dict[str, pa.Table],
        settings: dg.ResourceParam[Settings],
    ) -> Results:
        """Judge every answer, sum up, and hold each score against its controls."""
        by_model = predicted if isinstance(predicted, dict) else {context.partition_key: predicted}
        with told_plainly(), open_reader(settings, context.log.info) as reader:
            items = read_benchmarks(benchmark, released)
            modalities = read_modalities(items, rendered)
            measured = {
                model: measure_model(model, items, tables.PREDICTIONS.to_rows(table), modalities, settings, reader)
                for model, table in by_model.items()
            }
        is_synthetic = any(benchmark.column("is_synthetic").to_pylist())
        told = {model: describe_scores(one, is_synthetic=is_synthetic) for model, one in measured.items()}
        tell_by_model(context, "evaluation/scores", told)
        yield publish(
            "evaluation/scores",
            {model: tables.SCORES.to_arrow(one.scores) for model, one in measured.items()},
            checks=[check_readable(measured)],
        )
        yield publish("evaluation/answers", {model: JUDGED_ANSWERS.to_arrow(one.answers) for model, one in measured.items()})
        tell_by_model(context, "evaluation/controls", {model: describe_effects(one) for model, one in measured.items()})
        yield publish(
            "evaluation/controls",
            {model: tables.CONTROLS.to_arrow(one.effects) for model, one in measured.items()},
            checks=[check_above_blind(measured)],
        )
        yield publish(
            "evaluation/consistency", {model: tables.CONSISTENCY.to_arrow(one.consistency) for model, one in measured.items()}
        )
        yield publish("evaluation/robustness", {model: ROBUSTNESS.to_arrow(one.points) for model, one in measured.items()})
        curves = {model: ROBUSTNESS_CURVES.to_arrow(one.curves) for model, one in measured.items()}
        yield publish("evaluation/robustness_curves", curves)

    return scores
