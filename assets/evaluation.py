"""Evaluation: what each model answered, what it scored, and the score table.

Partitioned by model: every baseline, and each model named in the settings. Several models may be run at once.

Example:
    >>> from pipelines.settings import Settings
    >>> len(build_evaluation(Settings()))
    4
"""

import base64
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.io import JUDGED_ANSWERS, fan_in, key_of, optional
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Metadata, Results, contract_checks, counts_table, publish, table_out
from evaluation.benchmark import BenchmarkItem, items_from_records, items_from_released
from evaluation.leaderboard import render_csv, render_markdown
from evaluation.leaderboard_figure import draw_leaderboard
from evaluation.models import list_models, predict
from evaluation.scorecard import score_model
from pipelines import tables
from pipelines.formats.mantis import read_mantis
from pipelines.outcome import Count
from pipelines.records import Rejection
from pipelines.released import check_positions, import_released, name_images
from pipelines.score_records import Prediction, ReleasedRecord, Score
from pipelines.settings import Settings
from pipelines.storage import write_bytes
from pipelines.vocabulary import Source

REBUILT = "rebuilt"
BENCHMARKS = {"benchmark": optional("dataset/benchmark"), "released": dg.AssetIn(key_of("evaluation/released_benchmark"))}


@dg.multi_asset(
    outs={
        "records": table_out(
            "evaluation/released_benchmark", "evaluation", "Benchmarks that others released, images resolved."
        ),
        "rejected": table_out("evaluation/released_rejected", "evaluation", "Released records with images not at hand."),
    },
    check_specs=[
        *contract_checks("evaluation/released_benchmark"),
        *contract_checks("evaluation/released_rejected", counted=True),
        dg.AssetCheckSpec("ids_name_their_rows", asset=key_of("evaluation/released_benchmark")),
    ],
    ins={"found": fan_in("raw/images"), "rendered": fan_in("rendered/images"), "questions": fan_in("raw/questions")},
    backfill_policy=ALL_IN_ONE_RUN,
    name="released_benchmark",
)
def released_benchmark(
    found: dict[str, pa.Table],
    rendered: dict[str, pa.Table],
    questions: dict[str, pa.Table],
    settings: dg.ResourceParam[Settings],
) -> Results:
    """Import every released benchmark that the settings name, against the VQA-RAD images."""
    source = Source.VQA_RAD
    images = name_images(
        tables.SOURCE_IMAGES.to_rows(found[source]) if source in found else [],
        tables.RENDERED_IMAGES.to_rows(rendered[source]) if source in rendered else [],
    )
    asked = tables.QUESTIONS.to_rows(questions[source]) if source in questions else []
    rows: list[ReleasedRecord] = []
    rejections: list[Rejection] = []
    pairs, matching, n_in = 0, 0, 0
    for name, path in settings.evaluation.released.items():
        file = read_mantis(path)
        outcome, positions = import_released(name, source, file, images), check_positions(file, asked)
        rows += outcome.rows
        rejections += outcome.rejections
        n_in += len(file.records)
        pairs, matching = pairs + positions.n_pairs, matching + positions.n_matching
    check = dg.AssetCheckResult(
        check_name="ids_name_their_rows",
        asset_key=key_of("evaluation/released_benchmark"),
        passed=pairs == matching,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"images": pairs, "at the row that the id names": matching},
    )
    yield publish("evaluation/released_benchmark", tables.RELEASED_BENCHMARK.to_arrow(rows), checks=[check])
    count = Count("record", n_in, len(rows), len(rejections))
    yield publish("evaluation/released_rejected", tables.REJECTIONS.to_arrow(rejections), [count])


def build_evaluation(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the evaluation assets; the models of the settings are their partitions."""
    models = list_models(settings.evaluation.models)
    partitions = dg.StaticPartitionsDefinition(list(models))

    @dg.asset(
        key=key_of("evaluation/predictions"),
        group_name="evaluation",
        code_version="1",
        kinds={"parquet"},
        check_specs=contract_checks("evaluation/predictions"),
        ins=BENCHMARKS,
        partitions_def=partitions,
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def predictions(context: dg.AssetExecutionContext, benchmark: pa.Table, released: pa.Table) -> Results:
        """One row per raw answer of a model to a benchmark record."""
        items = _read_benchmarks(benchmark, released)
        made = {
            model: tables.PREDICTIONS.to_arrow(
                Prediction(model, name, key, output)
                for name, asked in items.items()
                for key, output in predict(models[model], asked, settings.evaluation.seed).items()
            )
            for model in context.partition_keys
        }
        counts = counts_table({model: table.num_rows for model, table in made.items()}, "model")
        yield publish("evaluation/predictions", made, metadata={"answers": counts})

    @dg.multi_asset(
        outs={
            "scores": table_out("evaluation/scores", "evaluation", "One cell of the score table per benchmark and view."),
            "answers": table_out("evaluation/answers", "evaluation", "Each judged answer: what a score rests on."),
        },
        check_specs=[*contract_checks("evaluation/scores"), *contract_checks("evaluation/answers")],
        ins={**BENCHMARKS, "predicted": dg.AssetIn(key_of("evaluation/predictions"))},
        partitions_def=partitions,
        backfill_policy=ALL_IN_ONE_RUN,
        name="scores",
    )
    def scores(context: dg.AssetExecutionContext, benchmark: pa.Table, released: pa.Table, predicted: Any) -> Results:
        """Judge every answer and sum up."""
        items = _read_benchmarks(benchmark, released)
        by_model = predicted if isinstance(predicted, dict) else {context.partition_key: predicted}
        chosen = settings.evaluation
        cards = {
            model: score_model(
                model,
                items,
                _by_benchmark(table),
                preset=chosen.preset,
                bert_model=chosen.bert_model,
                seed=chosen.seed,
                draws=chosen.bootstrap_draws,
            )
            for model, table in by_model.items()
        }
        made = {model: tables.SCORES.to_arrow(card.scores) for model, card in cards.items()}
        values = {
            f"{model}: {score.benchmark}, {score.answer_type}, {score.view}": score.value or 0.0
            for model, card in cards.items()
            for score in card.scores
        }
        yield publish("evaluation/scores", made, metadata=values)
        yield publish("evaluation/answers", {m: JUDGED_ANSWERS.to_arrow(card.answers) for m, card in cards.items()})

    @dg.asset(
        key=key_of("evaluation/leaderboard"),
        group_name="evaluation",
        code_version="1",
        kinds={"parquet"},
        check_specs=contract_checks("evaluation/leaderboard"),
        ins={"scored": fan_in("evaluation/scores"), "benchmark": optional("dataset/benchmark")},
        backfill_policy=ALL_IN_ONE_RUN,
    )
    def leaderboard(scored: dict[str, pa.Table], benchmark: pa.Table) -> Results:
        """One row per cell of the score table; the table itself as Markdown, CSV and a picture."""
        ordered = [score for model in models if model in scored for score in tables.SCORES.to_rows(scored[model])]
        is_synthetic = any(benchmark.column("is_synthetic").to_pylist())
        metadata = _export_leaderboard(ordered, is_synthetic, settings)
        yield publish("evaluation/leaderboard", tables.LEADERBOARD.to_arrow(ordered), metadata=metadata)

    return [released_benchmark, predictions, scores, leaderboard]


def _read_benchmarks(benchmark: pa.Table, released: pa.Table) -> dict[str, Sequence[BenchmarkItem]]:
    by_name: defaultdict[str, list[ReleasedRecord]] = defaultdict(list)
    for row in tables.RELEASED_BENCHMARK.to_rows(released):
        by_name[row.benchmark].append(row)
    rebuilt = tables.BENCHMARK.to_rows(benchmark)
    found: dict[str, Sequence[BenchmarkItem]] = {name: items_from_released(rows) for name, rows in by_name.items()}
    return {**found, **({REBUILT: items_from_records(rebuilt)} if rebuilt else {})}


def _by_benchmark(predicted: pa.Table) -> dict[str, dict[str, str]]:
    outputs: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in tables.PREDICTIONS.to_rows(predicted):
        outputs[row.benchmark][row.record_key] = row.output
    return outputs


def _export_leaderboard(scores: Sequence[Score], is_synthetic: bool, settings: Settings) -> Metadata:
    markdown = render_markdown(scores, is_synthetic=is_synthetic)
    picture = draw_leaderboard(scores, is_synthetic=is_synthetic)
    files = {"md": markdown.encode(), "csv": render_csv(scores).encode(), "png": picture}
    paths: dict[str, Path] = {suffix: settings.export_path(f"leaderboard.{suffix}") for suffix in files}
    for suffix, content in files.items():
        write_bytes(str(paths[suffix]), content)
    embedded = base64.b64encode(picture).decode()
    return {
        "table": dg.MetadataValue.md(markdown),
        "picture": dg.MetadataValue.md(f"![score table](data:image/png;base64,{embedded})"),
        **{f"{suffix} file": dg.MetadataValue.path(str(path)) for suffix, path in paths.items()},
    }
