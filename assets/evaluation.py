"""Evaluation: what each model answered, what it scored, and the score table.

Partitioned by model: every baseline, and each model named in the settings. Several models may be run at once.

Example:
    >>> from pipelines.settings import Settings
    >>> [asset.key.path[-1] for asset in build_evaluation(Settings()) if len(asset.keys) == 1]
    ['predictions', 'leaderboard']
"""

import base64
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import JUDGED_ANSWERS, fan_in, key_of, optional
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Metadata, Results, contract_checks, counts_table, publish
from assets.table_assets import TableOut, table_assets
from evaluation.benchmark import BenchmarkItem, gather_benchmarks
from evaluation.leaderboard import render_csv, render_markdown
from evaluation.leaderboard_figure import draw_leaderboard
from evaluation.models import list_models, predict_benchmarks
from evaluation.scorecard import Scorecard, score_model
from pipelines import tables
from pipelines.score_records import Score
from pipelines.settings import Settings
from pipelines.storage import write_bytes

BENCHMARKS = {"benchmark": optional("dataset/benchmark"), "released": dg.AssetIn(key_of("evaluation/released_benchmark"))}


def build_evaluation(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the evaluation assets; the baselines and the models of the settings are their partitions."""
    models = dg.StaticPartitionsDefinition(list(list_models(settings.evaluation.models)))
    return [_build_predictions(models), _build_scores(models), _build_leaderboard()]


def _build_predictions(models: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        key=key_of("evaluation/predictions"),
        group_name="evaluation",
        code_version="1",
        kinds={"parquet"},
        check_specs=contract_checks("evaluation/predictions"),
        ins=BENCHMARKS,
        partitions_def=models,
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def predictions(
        context: dg.AssetExecutionContext, benchmark: pa.Table, released: pa.Table, settings: dg.ResourceParam[Settings]
    ) -> Results:
        """One row per raw answer of a model to a benchmark record."""
        specs = list_models(settings.evaluation.models)
        with told_plainly():
            items = _read_benchmarks(benchmark, released)
            made = {
                model: tables.PREDICTIONS.to_arrow(predict_benchmarks(specs[model], items, settings.evaluation.seed))
                for model in context.partition_keys
            }
        answers = counts_table({model: table.num_rows for model, table in made.items()}, "model")
        yield publish("evaluation/predictions", made, metadata={"answers": answers})

    return predictions


def _build_scores(models: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @table_assets(
        "scores",
        "evaluation",
        [
            TableOut("evaluation/scores", "One cell of the score table per benchmark and view."),
            TableOut("evaluation/answers", "Each judged answer: what a score rests on."),
        ],
        ins={**BENCHMARKS, "predicted": dg.AssetIn(key_of("evaluation/predictions"))},
        partitions_def=models,
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def scores(
        context: dg.AssetExecutionContext,
        benchmark: pa.Table,
        released: pa.Table,
        predicted: Any,  # one table, or one per partition where several run at once; Dagster takes no union here
        settings: dg.ResourceParam[Settings],
    ) -> Results:
        """Judge every answer and sum up."""
        by_model = predicted if isinstance(predicted, dict) else {context.partition_key: predicted}
        with told_plainly():
            items = _read_benchmarks(benchmark, released)
            cards = {model: _score(model, items, table, settings) for model, table in by_model.items()}
        made = {model: tables.SCORES.to_arrow(card.scores) for model, card in cards.items()}
        yield publish("evaluation/scores", made, metadata=_describe_scores(cards))
        judged = {model: JUDGED_ANSWERS.to_arrow(card.answers) for model, card in cards.items()}
        yield publish("evaluation/answers", judged)

    return scores


def _build_leaderboard() -> dg.AssetsDefinition:
    @dg.asset(
        key=key_of("evaluation/leaderboard"),
        group_name="evaluation",
        code_version="1",
        kinds={"parquet"},
        check_specs=contract_checks("evaluation/leaderboard"),
        ins={"scored": fan_in("evaluation/scores"), "benchmark": optional("dataset/benchmark")},
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def leaderboard(scored: dict[str, pa.Table], benchmark: pa.Table, settings: dg.ResourceParam[Settings]) -> Results:
        """One row per cell of the score table; the table itself as Markdown, CSV and a picture."""
        order = list_models(settings.evaluation.models)
        rows = [score for model in order if model in scored for score in tables.SCORES.to_rows(scored[model])]
        is_synthetic = any(benchmark.column("is_synthetic").to_pylist())
        with told_plainly():
            metadata = _export_leaderboard(rows, is_synthetic, settings)
        yield publish("evaluation/leaderboard", tables.LEADERBOARD.to_arrow(rows), metadata=metadata)

    return leaderboard


def _read_benchmarks(benchmark: pa.Table, released: pa.Table) -> dict[str, tuple[BenchmarkItem, ...]]:
    return gather_benchmarks(tables.RELEASED_BENCHMARK.to_rows(released), tables.BENCHMARK.to_rows(benchmark))


def _score(model: str, items: dict[str, tuple[BenchmarkItem, ...]], predicted: pa.Table, settings: Settings) -> Scorecard:
    chosen = settings.evaluation
    return score_model(
        model,
        items,
        tables.PREDICTIONS.to_rows(predicted),
        preset=chosen.preset,
        bert_model=chosen.bert_model,
        seed=chosen.seed,
        draws=chosen.bootstrap_draws,
    )


def _describe_scores(cards: dict[str, Scorecard]) -> Metadata:
    """Numbers, so that Dagster plots them over runs."""
    scores = [score for card in cards.values() for score in card.scores]
    return {f"{one.model}: {one.benchmark}, {one.answer_type}, {one.view}": one.value for one in scores}


def _export_leaderboard(scores: Sequence[Score], is_synthetic: bool, settings: Settings) -> Metadata:
    markdown = render_markdown(scores, is_synthetic=is_synthetic)
    picture = draw_leaderboard(scores, is_synthetic=is_synthetic)
    files = {"md": markdown.encode(), "csv": render_csv(scores).encode(), "png": picture}
    paths = {suffix: settings.export_path(f"leaderboard.{suffix}") for suffix in files}
    for suffix, content in files.items():
        write_bytes(str(paths[suffix]), content)
    embedded = base64.b64encode(picture).decode()
    return {
        "table": dg.MetadataValue.md(markdown),
        "picture": dg.MetadataValue.md(f"![score table](data:image/png;base64,{embedded})"),
        **{f"{suffix} file": dg.MetadataValue.path(str(path)) for suffix, path in paths.items()},
    }
