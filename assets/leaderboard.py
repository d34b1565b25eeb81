"""All models together: paired comparisons, the score table, and the page about it.

Example:
    >>> leaderboard.key.to_user_string(), comparisons.key.to_user_string()
    ('evaluation/leaderboard', 'evaluation/comparisons')
"""

from collections.abc import Mapping
from typing import TypeVar

import dagster as dg
import pyarrow as pa

from assets.evaluation import BENCHMARKS, open_images, read_benchmarks
from assets.failures import told_plainly
from assets.io import JUDGED_ANSWERS, ROBUSTNESS, fan_in, key_of
from assets.partitions import ALL_IN_ONE_RUN
from assets.publishing import Metadata, Results, contract_checks, publish
from evaluation.baselines.rules import BASELINES
from evaluation.comparisons.models import compare_models
from evaluation.controls.subtasks import score_subtasks
from evaluation.figures.drawing import write_data_url
from evaluation.leaderboard.controls import render_controls
from evaluation.leaderboard.figure import draw_leaderboard
from evaluation.leaderboard.subtasks import render_subtasks
from evaluation.leaderboard.table import LeaderboardError, check_protocols, render_csv, render_markdown
from evaluation.models.spec import models_of
from evaluation.report.audience import choose_visible
from evaluation.report.findings import Findings
from evaluation.report.page import render_page
from evaluation.runs.images import ImageFolder
from evaluation.scores.judged_answers import expand_views
from pipelines import tables
from pipelines.governance.policy import load_policy
from pipelines.settings import Settings
from pipelines.storage import write_bytes

Row = TypeVar("Row")
ONE_PROTOCOL = dg.AssetCheckSpec(
    "scores_are_of_one_protocol",
    asset=key_of("evaluation/leaderboard"),
    blocking=True,
    description="All closed scores are made by one protocol, and all open ones: rules, preset, its model, library versions, "
    "draws, seed. Where they are not, no table, picture or page is written.",
)


@dg.asset(
    key=key_of("evaluation/comparisons"),
    group_name="evaluation",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks("evaluation/comparisons"),
    ins={"answers": fan_in("evaluation/answers")},
    backfill_policy=ALL_IN_ONE_RUN,
)
def comparisons(answers: dict[str, pa.Table], settings: dg.ResourceParam[Settings]) -> Results:
    """Two models on the same items: McNemar's exact test, cluster sign-flip test, Holm's correction over the columns."""
    chosen = settings.evaluation
    with told_plainly():
        judged = expand_views(_gather(JUDGED_ANSWERS, answers, settings))
        rows = compare_models(judged, seed=chosen.seed, draws=chosen.bootstrap_draws)
    yield publish("evaluation/comparisons", tables.COMPARISONS.to_arrow(rows))


@dg.asset(
    key=key_of("evaluation/leaderboard"),
    group_name="evaluation",
    code_version="2",
    kinds={"parquet"},
    check_specs=[*contract_checks("evaluation/leaderboard"), ONE_PROTOCOL],
    ins={
        **BENCHMARKS,
        "scored": fan_in("evaluation/scores"),
        "models": fan_in("evaluation/models"),
        "controls": fan_in("evaluation/controls"),
        "consistency": fan_in("evaluation/consistency"),
        "robustness": fan_in("evaluation/robustness"),
        "answers": fan_in("evaluation/answers"),
        "compared": dg.AssetIn(key_of("evaluation/comparisons")),
    },
    backfill_policy=ALL_IN_ONE_RUN,
)
def leaderboard(
    benchmark: pa.Table,
    released: pa.Table,
    scored: dict[str, pa.Table],
    models: dict[str, pa.Table],
    controls: dict[str, pa.Table],
    consistency: dict[str, pa.Table],
    robustness: dict[str, pa.Table],
    answers: dict[str, pa.Table],
    compared: pa.Table,
    settings: dg.ResourceParam[Settings],
) -> Results:
    """One row per cell of the score table; the table itself as Markdown, CSV, a picture and a page."""
    with told_plainly():
        findings = Findings(
            scores=_gather(tables.SCORES, scored, settings),
            cards=_gather(tables.MODELS, models, settings),
            effects=_gather(tables.CONTROLS, controls, settings),
            consistency=_gather(tables.CONSISTENCY, consistency, settings),
            comparisons=tables.COMPARISONS.to_rows(compared),
            robustness=_gather(ROBUSTNESS, robustness, settings),
            answers=_gather(JUDGED_ANSWERS, answers, settings),
            benchmarks=read_benchmarks(benchmark, released),
            is_synthetic=any(benchmark.column("is_synthetic").to_pylist()),
        )
        problem = _find_mixed_protocols(findings)
        metadata = {} if problem else _export(findings, open_images(settings, benchmark, released, {}), settings)
    check = dg.AssetCheckResult(
        check_name=ONE_PROTOCOL.name,
        asset_key=ONE_PROTOCOL.asset_key,
        passed=not problem,
        metadata={"problem": problem or "none"},
    )
    unscored = [model for model in models_of(settings) if model not in scored]
    metadata = {**metadata, "models": len(scored), "models without scores yet": ", ".join(unscored) or "none"}
    yield publish("evaluation/leaderboard", tables.LEADERBOARD.to_arrow(findings.scores), metadata=metadata, checks=[check])


def _gather(table: tables.Table[Row], parts: Mapping[str, pa.Table], settings: Settings) -> list[Row]:
    """Return the rows of every model of the settings, in their order; what is left of models taken out of them is not read."""
    return [row for model in models_of(settings) if model in parts for row in _read(table, model, parts[model])]


def _read(table: tables.Table[Row], model: str, part: pa.Table) -> list[Row]:
    try:
        return table.to_rows(part)
    except tables.TableError as error:
        raise tables.TableError(
            f"{table.name} of {model} cannot be used; make it anew: dagster asset materialize -m assets.definitions "
            f"--select {table.name} --partition {model} ({error})"
        ) from error


def _find_mixed_protocols(findings: Findings) -> str | None:
    try:
        check_protocols(findings.scores)
    except LeaderboardError as error:
        return str(error)
    return None


def _export(findings: Findings, images: ImageFolder, settings: Settings) -> Metadata:
    markdown = render_markdown(findings.scores, is_synthetic=findings.is_synthetic)
    markdown += "\n" + render_controls(findings.effects, findings.scores, findings.cards)
    asked = [answer for answer in expand_views(findings.answers) if answer.model not in BASELINES]
    chosen = settings.evaluation
    subtasks = score_subtasks(asked, findings.benchmarks, seed=chosen.seed, draws=chosen.bootstrap_draws)
    markdown += "\n" + render_subtasks(subtasks)
    picture = draw_leaderboard(findings.scores, is_synthetic=findings.is_synthetic)
    may_show = choose_visible(settings.exports.audience, load_policy(settings.policy))
    page = render_page(findings, images, settings, may_show=may_show)
    files = {"html": page.encode(), "md": markdown.encode(), "csv": render_csv(findings.scores).encode(), "png": picture}
    paths = {suffix: settings.export_path(f"leaderboard.{suffix}") for suffix in files}
    for suffix, content in files.items():
        write_bytes(str(paths[suffix]), content)
    return {
        "table": dg.MetadataValue.md(markdown),
        "picture": dg.MetadataValue.md(f"![score table]({write_data_url(picture, 'image/png')})"),
        **{f"{suffix} file": dg.MetadataValue.path(str(path)) for suffix, path in paths.items()},
    }
