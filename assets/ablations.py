"""The paper's ablations (Fig. 4) rerun: every arm trained from several seeds, asked our held-in set, compared and drawn.

Thirty runs take a while even of the tiny model, so no other job makes this table: `make ablations`, or the job `ablate`.
Several may train at once; what this process does of each, encoding and asking, goes one at a time beside them.

Example:
    >>> build_ablations(Settings()).key.to_user_string(), ABLATION_EFFECTS.key
    ('evaluation/ablations', ('arm', 'ability', 'family', 'answer_type'))
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

import dagster as dg
import pyarrow as pa

from assets.evaluation import BENCHMARKS, open_images, read_benchmarks
from assets.failures import told_plainly
from assets.io import ABLATION_EFFECTS, key_of
from assets.launchers.choosing import choose_pool
from assets.launchers.launcher import TrainingLauncher
from assets.launchers.program import LaunchSize
from assets.milestones import MILESTONE
from assets.publishing import Metadata, Results, contract_checks, publish
from assets.side_by_side import work_side_by_side
from assets.training import INSTRUCTIONS, hold_to_plan, read_recipe
from evaluation.ablations.answers import AblationRun
from evaluation.ablations.asking import ask_run
from evaluation.ablations.figure import draw_ablations
from evaluation.ablations.rows import AblationStudy
from evaluation.ablations.study import measure_ablations
from evaluation.ablations.table import render_csv, render_markdown
from evaluation.ablations.text import describe_ablations
from evaluation.figures.drawing import write_data_url
from pipelines import tables
from pipelines.settings import Settings
from pipelines.storage import write_bytes
from training.ablations import Ablation, name_run, parse_run
from training.run.prepare import prepare_run


def build_ablations(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset of the study; it holds the place of training in its pool, for it trains on the same devices."""

    @dg.asset(
        key=key_of("evaluation/ablations"),
        group_name="ablations",
        code_version="1",
        kinds={"parquet"},
        check_specs=contract_checks("evaluation/ablations"),
        ins={**INSTRUCTIONS, **BENCHMARKS},
        pool=choose_pool(settings.training),
    )
    def ablations(
        context: dg.AssetExecutionContext,
        instructions: pa.Table,
        benchmark: pa.Table,
        released: pa.Table,
        settings: dg.ResourceParam[Settings],
        launcher: dg.ResourceParam[TrainingLauncher],
    ) -> Results:
        """One arm against the full run on one ability: an ability left out, no composed records, less data."""
        items = read_benchmarks(benchmark, released)
        images = open_images(settings, benchmark, released, {})
        records, root = tables.INSTRUCTIONS.to_rows(instructions), Path(settings.storage_root)
        chosen, own_work = settings.training.ablations, Lock()
        threads = (settings.training.threads_per_process or 1) if chosen.at_once > 1 else None

        def train_and_ask(run: str, seed: int) -> AblationRun:
            with own_work, told_plainly():
                recipe = read_recipe(run, settings).model_copy(update={"seed": seed})
                folder = prepare_run(recipe, records, root, root, run, context.log.info)
            hold_to_plan(folder)
            launcher.launch(context, folder, LaunchSize.of(recipe, settings.training))  # a finished run only reports again
            with own_work, told_plainly():
                answers = folder.path / "answers.jsonl"
                asked = ask_run(folder.model, items, images, settings, answers, context.log.info, threads=threads)
            context.log.info(f"{run}, seed {seed}: trained and asked", extra=MILESTONE)
            return asked

        pieces = [
            partial(train_and_ask, name_run(chosen.recipe, arm), seed)
            for arm in _choose_arms(chosen.arms)
            for seed in range(1, chosen.seeds + 1)
        ]
        runs = work_side_by_side(pieces, chosen.at_once)
        with told_plainly():
            study = measure_ablations(runs, seed=settings.evaluation.seed, draws=settings.evaluation.bootstrap_draws)
            is_synthetic = any(benchmark.column("is_synthetic").to_pylist())
            metadata = {**_export(study, settings, is_synthetic=is_synthetic), "runs": len(runs)}
        yield publish("evaluation/ablations", ABLATION_EFFECTS.to_arrow(study.effects), metadata=metadata)

    return ablations


def _choose_arms(names: Sequence[str]) -> list[Ablation]:
    """Return the arms of the settings, all where none is named; the full run, which they are compared with, is always there."""
    with told_plainly():
        arms = [parse_run(f"any-{name}")[1] if name != Ablation.FULL else Ablation.FULL for name in names]
    return list(dict.fromkeys([Ablation.FULL, *arms])) if names else list(Ablation)


def _export(study: AblationStudy, settings: Settings, *, is_synthetic: bool) -> Metadata:
    picture = draw_ablations(study, is_synthetic=is_synthetic)
    markdown = render_markdown(study, is_synthetic=is_synthetic)
    files = {
        "ablations.md": markdown.encode(),
        "ablations.csv": render_csv(study.effects).encode(),
        "ablation_runs.csv": render_csv(study.scores).encode(),
        "ablations.png": picture,
    }
    for name, content in files.items():
        write_bytes(str(settings.export_path(name)), content)
    return {
        "table": dg.MetadataValue.md(markdown),
        "picture": dg.MetadataValue.md(f"![ablations]({write_data_url(picture, 'image/png')})"),
        "what shows": describe_ablations(study, is_synthetic=is_synthetic),
        "report": dg.MetadataValue.path(str(settings.export_path("ablations.md"))),
    }
