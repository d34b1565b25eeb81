"""The demo: a synthetic cohort through every asset to a score table, with no credentials, key or GPU.

Runs the same jobs as the UI, in this process and under the same DAGSTER_HOME, so that `make dev` shows these very runs.
Its reviewers are programs: their decisions are labelled synthetic and are honoured for synthetic records only.

Example:
    >>> "synthetic" in str(run_demo.__doc__)
    True
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import dagster as dg

from assets.abandoned_runs import end_abandoned_runs, tag_process
from assets.definitions import build_defs
from assets.home import prepare_home
from assets.io import JUDGED_ANSWERS
from assets.milestones import configure_terminal, say
from assets.sensors import describe_ledger
from evaluation.benchmark import gather_benchmarks
from evaluation.controls.subtasks import score_subtasks
from evaluation.leaderboard.controls import render_controls_text
from evaluation.leaderboard.subtasks import render_subtasks_text
from evaluation.leaderboard.text import render_text
from evaluation.models.spec import TINY, UNTRAINED
from evaluation.scores.judged_answers import expand_views
from pipelines import tables
from pipelines.cohort.writers import WRITERS, write_cohort
from pipelines.review.ledger import open_ledger
from pipelines.review.plan import ReviewPlan, sample_for_review
from pipelines.review.synthetic import decide_synthetically
from pipelines.settings import Settings
from pipelines.storage import read_table
from pipelines.vocabulary import Source

Row = TypeVar("Row")
_DEFAULT_SUBJECTS: Mapping[Source, int] = MappingProxyType({})


def run_demo(settings: Settings, subjects: Mapping[Source, int] = _DEFAULT_SUBJECTS) -> int:
    """Run every job on the synthetic cohort and print the score table; return 0 where all went well, else 1 or 2.

    Args:
        settings: whose storage root the cohort and everything made of it go to.
        subjects: how many to draw of a source; any other has its own number, the fewest that show what the source is for.
    """
    chosen = {name: root for name, root in settings.sources.model_dump().items() if root is not None}
    if chosen:
        print(
            f"make demo runs on the synthetic cohort, but roots of real downloads are set: {', '.join(chosen)}. Either unset "
            f"them for this command, or run yours: make dev, or dagster asset materialize -m assets.definitions "
            f"--select 'group:corpus' --partition {next(iter(chosen))}",
            file=sys.stderr,
        )
        return 2
    os.environ["DAGSTER_HOME"] = str(prepare_home(settings.storage_root))
    started = time.monotonic()
    write_cohort(settings.cohort_root(), {source: subjects.get(source) for source in WRITERS})
    say(started, f"synthetic cohort drawn in {settings.cohort_root()}")
    with dg.DagsterInstance.get() as instance:
        end_abandoned_runs(instance)
        is_green = _run_jobs(build_defs(settings), settings, instance, started)
    if is_green:
        _print_result(settings)
    return 0 if is_green else 1


def run_ablations(settings: Settings) -> int:
    """Train and compare every arm of the paper's ablations; return 0 where all went well, else 1 or 2."""
    if read_table(settings.storage_root, tables.INSTRUCTIONS.name) is None:
        print(f"there are no training records in {settings.storage_root} yet; make them: make proof", file=sys.stderr)
        return 2
    os.environ["DAGSTER_HOME"] = str(prepare_home(settings.storage_root))
    started = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        end_abandoned_runs(instance)
        is_green = _run(build_defs(settings), "ablate", instance, started)
    if is_green:
        print(settings.export_path("ablations.md").read_text(encoding="utf-8"))
        print(f"picture      {settings.export_path('ablations.png')}")
    return 0 if is_green else 1


def _run_jobs(definitions: dg.Definitions, settings: Settings, instance: dg.DagsterInstance, started: float) -> bool:
    models = _partition_keys(definitions, "evaluation/predictions")
    every_model = {"dagster/asset_partition_range_start": models[0], "dagster/asset_partition_range_end": models[-1]}
    built = [_run(definitions, "build_corpus", instance, started, partition=source.value) for source in WRITERS]
    if not all(built):
        return False
    say(started, f"review: {_review(settings)} synthetic decisions added to {settings.review_ledger()}")
    for event in describe_ledger(settings):
        instance.report_runless_asset_event(event)
    last = list(WRITERS)[-1]
    for source in WRITERS:  # the data set of all sources is written once, after the last gate
        gate = None if source is last else [dg.AssetKey(["qa", "approved"]), dg.AssetKey(["qa", "not_approved"])]
        if not _run(definitions, "assemble_dataset", instance, started, source.value, selection=gate):
            return False
    if not _run(definitions, "train", instance, started, TINY):
        return False
    return _run(definitions, "evaluate", instance, started, tags=every_model)


def _run(
    definitions: dg.Definitions,
    job: str,
    instance: dg.DagsterInstance,
    started: float,
    partition: str | None = None,
    tags: Mapping[str, str] | None = None,
    selection: Sequence[dg.AssetKey] | None = None,
) -> bool:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=partition,
        tags={**tag_process(), **(tags or {})},
        asset_selection=selection,
        run_config=configure_terminal(started),
        raise_on_error=False,
    )
    made = sum(1 for event in result.all_events if event.is_step_materialization)
    what = job if partition is None else f"{job} {partition}"
    say(started, f"{what}: {'green' if result.success else 'FAILED'}, {made} tables")
    for event in result.all_events:
        if event.is_step_failure:
            print(f"  {event.step_key}: {event.step_failure_data.error_display_string}", file=sys.stderr)
    return result.success


def _review(settings: Settings) -> int:
    stored = (read_table(settings.storage_root, "qa/validated", source.value) for source in WRITERS)
    records = [record for table in stored if table is not None for record in tables.VALIDATED.to_rows(table)]
    plan = ReviewPlan.from_settings(settings.review)
    with open_ledger(settings.review_ledger()) as ledger:
        pending = sample_for_review(records, ledger.read(), plan)
        return len(ledger.append(decide_synthetically(pending, plan, settings.review.seed)))


def _partition_keys(definitions: dg.Definitions, name: str) -> list[str]:
    graph = definitions.resolve_asset_graph()
    partitions = graph.get(dg.AssetKey(name.split("/"))).partitions_def
    return [] if partitions is None else list(partitions.get_partition_keys())


def _print_result(settings: Settings) -> None:
    print()
    scores = _read(settings, tables.LEADERBOARD)
    print("Made from the synthetic cohort: these numbers say nothing about patients.\n")
    print(render_text(scores))
    print(
        "\nValues x 100 with 95 % intervals by independent unit. The untrained model has random weights; tiny was trained "
        "on the cohort's own phantoms, and says nothing about patients.\n"
    )
    _print_looking(settings)
    shown = (UNTRAINED, TINY)
    effects = [row for model in shown for row in _read(settings, tables.CONTROLS, model)]
    cards = [row for model in shown for row in _read(settings, tables.MODELS, model)]
    print(render_controls_text(effects, scores, cards))
    print(f"\nreport       {settings.export_path('leaderboard.html')}, .md, .csv, .png")
    print(f"statistics   {settings.export_path('statistics.md')}, .png")
    print(f"data set     {settings.export_path('instructions.json')}, benchmark.json")
    print(f"tables       {settings.storage_root}/tables")
    print("UI           make dev, then http://127.0.0.1:3000/asset-groups")


def _print_looking(settings: Settings) -> None:
    """Print what the trained model owes to the pictures, sub-task by sub-task."""
    items = gather_benchmarks([], _read(settings, tables.BENCHMARK))
    judged = expand_views(_read(settings, JUDGED_ANSWERS, TINY))
    chosen = settings.evaluation
    print(render_subtasks_text(score_subtasks(judged, items, seed=chosen.seed, draws=chosen.bootstrap_draws)), "\n")


def _read(settings: Settings, table: tables.Table[Row], partition: str | None = None) -> list[Row]:
    stored = read_table(settings.storage_root, table.name, partition)
    return [] if stored is None else table.to_rows(stored)
