"""`python -m training plan --recipe R`: memory, time and disk of a run before it is launched, and whether it fits.

Exit codes: 0 it fits; 1 it does not, each reason with what to change; 2 it cannot be planned.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["plan", "--recipe", "tiny", "--ablation", "data_25"]).ablation
    <Ablation.DATA_25: 'data_25'>
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pipelines.formats.dataset_file import is_parquet, read_dataset_rows
from pipelines.formats.problem import FormatError
from training.ablations import Ablation, AblationError, apply_ablation, choose_records, name_run
from training.architecture import ArchitectureError, count_image_tokens, read_architecture
from training.inspection import inspect_records
from training.messages import ExampleError, TrainingExample, build_from_dataset
from training.plan.figures import plan_json
from training.plan.planning import PlanError, plan_run
from training.plan.rendering import render_plan
from training.plan.sample_lengths import estimate_lengths
from training.recipe import Recipe, RecipeError, load_recipe
from training.tokens.encoded import EncodedDataError, read_encoded
from training.tokens.token_lengths import TokenLengths


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `plan`."""
    parser = subparsers.add_parser(
        "plan",
        help="tell memory, time and disk of a run before it is launched",
        description="Tell memory, time and disk of a run before it is launched; nothing is downloaded. Exit code 0: it fits; "
        "1: it does not, with what to change; 2: it cannot be planned.",
    )
    parser.add_argument("--recipe", required=True, metavar="R", help="built-in recipe, or a .toml file")
    parser.add_argument("--ablation", type=Ablation, choices=list(Ablation), default=Ablation.FULL, help="what is left out")
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--data", type=Path, metavar="FOLDER", help="encoded samples of a prepared run: exact lengths")
    data.add_argument(
        "--records",
        type=Path,
        metavar="FILE",
        help="Parquet of dataset/instructions, or Mantis JSON: lengths estimated by characters",
    )
    parser.add_argument("--gpus", type=int, metavar="N", help="in place of the recipe's hardware.gpus; 0 is the CPU")
    parser.add_argument("--gpu", metavar="NAME", help="in place of the recipe's hardware.gpu")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the plan there, too")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        recipe = apply_ablation(load_recipe(args.recipe, _override(args)), args.ablation)
        if args.gpu is not None and recipe.hardware.gpus == 0:
            raise RecipeError(f"--gpu {args.gpu}: recipe {recipe.name} runs on the CPU; say by --gpus how many, too")
        plan = plan_run(recipe, _read_lengths(args, recipe))
        if args.json is not None:
            tree = plan_json(plan, name_run(recipe.name, args.ablation))
            args.json.write_text(json.dumps(tree, indent=2) + "\n", encoding="utf-8")
    except (AblationError, ArchitectureError, EncodedDataError, FormatError, OSError, PlanError, RecipeError) as error:
        print(f"plan: {error}", file=sys.stderr)
        return 2
    print(render_plan(plan))
    return 0 if plan.fits else 1


def _override(args: argparse.Namespace) -> dict[str, Any]:
    given = {"hardware.gpus": args.gpus, "hardware.gpu": args.gpu}
    return {key: value for key, value in given.items() if value is not None}


def _read_lengths(args: argparse.Namespace, recipe: Recipe) -> TokenLengths | None:
    if args.data is not None:
        return read_encoded(args.data).lengths
    if args.records is None:
        return None
    examples, n_unusable = _read_examples(args.records, recipe, args.ablation)
    if n_unusable:
        print(f"plan: {n_unusable:,} records cannot be used; `python -m training inspect` tells them", file=sys.stderr)
    return estimate_lengths(examples, count_image_tokens(read_architecture(recipe.base.architecture)))


def _read_examples(path: Path, recipe: Recipe, ablation: Ablation) -> tuple[list[TrainingExample], int]:
    """Return the examples that the run trains on, and how many records can be made none."""
    if not is_parquet(path):
        if ablation is not Ablation.FULL:
            raise AblationError(
                f"{path}: Mantis JSON tells no ability and origin, which {ablation.value} chooses by; give Parquet"
            )
        found = inspect_records(path)
        return [e for e in found.examples if e.n_images <= recipe.data.max_images], len(found.problems)
    examples: list[TrainingExample] = []
    n_unusable = 0
    for row in choose_records(read_dataset_rows(path), recipe.data, recipe.seed).records:
        try:
            examples.append(build_from_dataset(row))
        except ExampleError:
            n_unusable += 1
    return examples, n_unusable
