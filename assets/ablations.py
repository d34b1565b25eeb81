"""The paper's ablations (Fig. 4) rerun: every arm trained from several seeds, asked our held-in set, compared and drawn.

Thirty runs take a while even of the tiny model, so no other job makes this table: `make ablations`, or the job `ablate`.

Example:
    >>> ablations.key.to_user_string(), ABLATION_EFFECTS.key
    ('evaluation/ablations', ('arm', 'ability', 'family', 'answer_type'))
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import pyarrow as pa

from assets.evaluation import BENCHMARKS, open_images, read_benchmarks
from assets.failures import told_plainly
from assets.io import ABLATION_EFFECTS, key_of
from assets.launchers.launcher import TrainingLauncher
from assets.launchers.program import LaunchSize
from assets.publishing import Metadata, Results, contract_checks, publish
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
from training.run_folder import RunFolder


@dg.asset(
    key=key_of("evaluation/ablations"),
    group_name="ablations",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks("evaluation/ablations"),
    ins={**INSTRUCTIONS, **BENCHMARKS},
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
    runs: list[AblationRun] = []
    for folder, size in _prepare_runs(instructions, settings, context):
        launcher.launch(context, folder, size)  # a run that is finished is only reported again
        with told_plainly():
            answers = folder.path / "answers.jsonl"
            runs.append(ask_run(folder.model, items, images, settings, answers, context.log.info))
    with told_plainly():
        chosen = settings.evaluation
        study = measure_ablations(runs, seed=chosen.seed, draws=chosen.bootstrap_draws)
        is_synthetic = any(benchmark.column("is_synthetic").to_pylist())
        metadata = _export(study, settings, is_synthetic=is_synthetic)
    yield publish("evaluation/ablations", ABLATION_EFFECTS.to_arrow(study.effects), metadata={**metadata, "runs": len(runs)})


def _prepare_runs(
    instructions: pa.Table, settings: Settings, context: dg.AssetExecutionContext
) -> Iterator[tuple[RunFolder, LaunchSize]]:
    records, root = tables.INSTRUCTIONS.to_rows(instructions), Path(settings.storage_root)
    chosen = settings.training.ablations
    for ablation in _choose_arms(chosen.arms):
        run = name_run(chosen.recipe, ablation)
        for seed in range(1, chosen.seeds + 1):
            with told_plainly():
                recipe = read_recipe(run, settings).model_copy(update={"seed": seed})
                folder = prepare_run(recipe, records, root, root, run, context.log.info)
            hold_to_plan(folder)
            yield folder, LaunchSize.of(recipe, settings.training)


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
