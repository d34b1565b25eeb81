"""Training: records as a trainer reads them, what a run will take, and the run itself. A run is a partition.

A run is a recipe, or a recipe under one of the paper's ablations: "med_mantis", "tiny-without_temporal".

Example:
    >>> training_examples.key.to_user_string()
    'training/examples'
    >>> list_runs(Settings())[:2]
    ['med_mantis', 'med_mantis-without_temporal']
"""

import base64
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.failures import told_plainly
from assets.io import TRAINED_RUNS, TRAINING_EXAMPLES, TRAINING_PLANS, key_of
from assets.launchers.choosing import choose_pool
from assets.launchers.launcher import TrainingLauncher
from assets.launchers.program import LaunchSize
from assets.publishing import Results, contract_checks, publish
from pipelines import tables
from pipelines.outcome import Count
from pipelines.settings import Settings
from training.ablations import Ablation, apply_ablation, name_run, parse_run
from training.messages import build_from_dataset
from training.plan.figures import plan_rows
from training.plan.preview import preview_run
from training.plan.rendering import render_plan
from training.recipe import Recipe, list_recipes, load_recipe
from training.run.loss_plot import draw_losses
from training.run.prepare import prepare_run
from training.run.result import read_result
from training.run.step_log import read_log
from training.run.trained_run import describe_run
from training.run_folder import RunFolder, point_to_model

INSTRUCTIONS = {"instructions": dg.AssetIn(key_of("dataset/instructions"))}
RUN_FITS = dg.AssetCheckSpec(
    "the_run_fits",
    asset=key_of("training/plan"),
    blocking=True,
    description="Weights, gradients, optimiser states and activations fit the memory of the recipe's GPUs and of their "
    "machine. training/checkpoint holds the same in its body, since a blocking check does not stop a run of its own.",
)


@dg.asset(
    key=key_of("training/examples"),
    group_name="dataset",
    code_version="1",
    kinds={"parquet"},
    check_specs=contract_checks("training/examples", is_counted=True),
    ins=INSTRUCTIONS,
)
def training_examples(instructions: pa.Table) -> Results:
    """One row per training record: interleaved prompt and answer."""
    with told_plainly():
        examples = [build_from_dataset(record) for record in tables.INSTRUCTIONS.to_rows(instructions)]
    longest = max((example.prompt_chars + example.answer_chars for example in examples), default=0)
    metadata = {"images": sum(example.n_images for example in examples), "longest, characters": longest}
    count = Count("record", instructions.num_rows, len(examples), 0)
    yield publish("training/examples", TRAINING_EXAMPLES.to_arrow(examples), [count], metadata)


def list_runs(settings: Settings) -> list[str]:
    """Return the name of every run: each recipe, then the same under each ablation."""
    names = [*list_recipes(), *(name for name in settings.training.recipes if name not in list_recipes())]
    return [name_run(name, ablation) for name in names for ablation in Ablation]


def read_recipe(run: str, settings: Settings) -> Recipe:
    """Return the recipe of a run, the ablation's values in it; the settings' own recipes come before the built-in ones."""
    name, ablation = parse_run(run)
    return apply_ablation(load_recipe(settings.training.recipes.get(name, name)), ablation)


def build_training(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the assets of one run; every recipe and each of its ablations is a partition."""
    runs = dg.StaticPartitionsDefinition(list_runs(settings))
    return [_build_plan(runs), _build_checkpoint(runs, settings)]


def _build_plan(runs: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        key=key_of("training/plan"),
        group_name="training",
        code_version="2",
        kinds={"parquet"},
        check_specs=[*contract_checks("training/plan"), RUN_FITS],
        ins=INSTRUCTIONS,
        partitions_def=runs,
    )
    def training_plan(
        context: dg.AssetExecutionContext, instructions: pa.Table, settings: dg.ResourceParam[Settings]
    ) -> Results:
        """Parameters, memory per GPU, tokens, steps, FLOPs, hours and disk of a run, before it is launched."""
        with told_plainly():
            recipe = read_recipe(context.partition_key, settings)
            plan = preview_run(recipe, tables.INSTRUCTIONS.to_rows(instructions))
            rows = plan_rows(plan, context.partition_key)
        fits = dg.AssetCheckResult(
            check_name=RUN_FITS.name,
            asset_key=RUN_FITS.asset_key,
            passed=plan.fits,
            metadata={"run": context.partition_key, "problems": "; ".join(plan.problems) or "none"},
        )
        metadata = {"plan": dg.MetadataValue.md(f"```\n{render_plan(plan)}\n```"), "hours": round(plan.work.hours, 3)}
        yield publish("training/plan", TRAINING_PLANS.to_arrow(rows), metadata=metadata, checks=[fits])

    return training_plan


def _build_checkpoint(runs: dg.PartitionsDefinition, settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=key_of("training/checkpoint"),
        group_name="training",
        code_version="2",
        kinds={"parquet", "pytorch"},
        check_specs=contract_checks("training/checkpoint"),
        ins=INSTRUCTIONS,
        deps=[key_of("training/plan")],
        partitions_def=runs,
        pool=choose_pool(settings.training),
    )
    def checkpoint(
        context: dg.AssetExecutionContext,
        instructions: pa.Table,
        settings: dg.ResourceParam[Settings],
        launcher: dg.ResourceParam[TrainingLauncher],
    ) -> Results:
        """One fine-tuned model: trained by the program that the launcher starts, gone on with where it was stopped."""
        run, storage_root = context.partition_key, Path(settings.storage_root)
        with told_plainly():
            recipe = read_recipe(run, settings)
            records = tables.INSTRUCTIONS.to_rows(instructions)
            folder = prepare_run(recipe, records, storage_root, storage_root, run, context.log.info)
        hold_to_plan(folder)
        reported = launcher.launch(context, folder, LaunchSize.of(recipe, settings.training))
        with told_plainly():
            result = read_result(folder)
            assert result is not None  # `launch` returns only where the program reported a finished model
            point_to_model(folder)  # also where it was finished before: another seed or recipe may have been the last
            row = describe_run(folder, result)
            n_aligned = recipe.curriculum.count_alignment_steps(result.n_steps)
        yield publish("training/checkpoint", TRAINED_RUNS.to_arrow([row]), metadata=_describe(folder, reported, n_aligned))

    return checkpoint


def hold_to_plan(folder: RunFolder) -> None:
    """Raise Failure unless the plan of a prepared run says that it fits: checks do not stop a run of its own."""
    plan = json.loads(folder.plan.read_text(encoding="utf-8"))
    if not plan["fits"]:
        raise dg.Failure(f"{plan['run']} does not fit and is not launched: {'; '.join(plan['problems'])}", allow_retries=False)


def _describe(folder: RunFolder, reported: Any, n_alignment_steps: int) -> dict[str, Any]:
    told = {
        name: value
        for result in reported
        if isinstance(result, dg.MaterializeResult)
        for name, value in (result.metadata or {}).items()
    }
    picture = base64.b64encode(draw_losses(read_log(folder), folder.path.parent.name, n_alignment_steps)).decode()
    return {**told, "loss": dg.MetadataValue.md(f"![loss over steps](data:image/png;base64,{picture})")}
