"""`python -m training prepare` and `python -m training run`: a run's folder, and the one program that every launcher starts.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["run", "runs/tiny/3f2a", "--track", "wandb"]).track.value
    'wandb'
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from pipelines.mendable import guard_command
from pipelines.storage import StorageError
from training.run.stops import RunError
from training.run.tracking import Track

_EXIT_CODES = """exit codes:
  0   done: the model stands in FOLDER/model
  2   something that you can mend; the message says what
  3   the loss or the gradients are no finite numbers: FOLDER/failure.json names step and records
  75  told to stop (SIGTERM): the state is saved, the same command goes on from there
torchrun ends with 1 whatever its processes end with: FOLDER/failure.json and FOLDER/checkpoints tell these cases apart."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `prepare` and `run`."""
    _register_prepare(subparsers)
    run = subparsers.add_parser(
        "run",
        help="train in a prepared folder, or go on there",
        description="Train in a prepared folder; the same command goes on from its newest checkpoint. torchrun: one a GPU.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("folder", type=Path, metavar="FOLDER", help="as `prepare` printed it")
    run.add_argument(
        "--track", type=Track, choices=list(Track), help="plot the steps there too; TensorBoard files are always written"
    )
    run.set_defaults(run=_run)


def _register_prepare(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    prepare = subparsers.add_parser("prepare", help="choose and encode a run's records; print its folder")
    prepare.add_argument("--recipe", required=True, metavar="R", help="name of a built-in recipe, or a .toml file")
    prepare.add_argument("--records", type=Path, required=True, metavar="FILE", help="dataset/instructions, a Parquet table")
    prepare.add_argument("--images", type=Path, required=True, metavar="ROOT", help="folder that image paths are relative to")
    prepare.add_argument(
        "--out", type=Path, required=True, metavar="ROOT", help="storage root: the run is made below ROOT/runs"
    )
    prepare.add_argument(
        "--ablation", default="full", metavar="A", help="what is left out: full, without_temporal, data_25, ..."
    )
    prepare.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a value of the recipe, as data.share=0.5"
    )
    prepare.set_defaults(run=_prepare)


def _prepare(args: argparse.Namespace) -> int:
    from training.run.machine import set_environment

    set_environment(os.environ)
    from training.ablations import AblationError
    from training.models.problem import BaseModelError
    from training.plan.planning import PlanError
    from training.recipe import RecipeError

    mendable = (RecipeError, AblationError, RunError, BaseModelError, PlanError, StorageError)
    return guard_command("prepare", mendable, _prepare_folder)(args)


def _prepare_folder(args: argparse.Namespace) -> int:
    from training.ablations import Ablation, AblationError, apply_ablation, name_run
    from training.recipe import load_recipe
    from training.run.prepare import prepare_run

    try:
        ablation = Ablation(args.ablation)
    except ValueError:
        raise AblationError(f"--ablation {args.ablation!r}: expected one of {', '.join(Ablation)}") from None
    recipe = apply_ablation(load_recipe(args.recipe, dict(map(_parse_setting, args.set))), ablation)
    records = _read_records(args.records)
    folder = prepare_run(recipe, records, args.images, args.out, name_run(recipe.name, ablation), _say)
    print(folder.path)
    return 0


def _run(args: argparse.Namespace) -> int:
    from training.run.machine import set_environment

    told = set_environment(os.environ)  # before anything imports torch or a hub
    from training.run.program import run_folder

    return run_folder(args.folder, args.track, told)


def _read_records(path: Path) -> list[Any]:
    from pipelines.storage import parse_parquet
    from pipelines.tables import INSTRUCTIONS

    try:
        return INSTRUCTIONS.to_rows(parse_parquet(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}: cannot be read as dataset/instructions ({error}); give tables/dataset/instructions.parquet"
        ) from error


def _parse_setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise RunError(f"--set {text!r}: expected KEY=VALUE, as data.share=0.5")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value  # a word needs no quotes


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
