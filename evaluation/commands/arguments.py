"""What several commands of this package take, and what is looked at before any work begins.

Example:
    >>> count_from(1)("12")
    12
    >>> read_named("mine=runs/p.jsonl"), read_named("runs/p.jsonl")
    (('mine', PosixPath('runs/p.jsonl')), ('p', PosixPath('runs/p.jsonl')))
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evaluation.answer_files.completeness import Missing
from evaluation.intervals import DEFAULT_SEED, DRAWS
from evaluation.open_answers.presets import DEFAULT_PRESET, PRESETS
from pipelines.choices import Evaluation
from pipelines.settings import Settings
from pipelines.storage import write_bytes
from pipelines.vocabulary import AnswerType


def count_from(least: int) -> Callable[[str], int]:
    """Return an argparse type: a whole number of at least `least`."""

    def read(text: str) -> int:
        if not text.strip().isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number >= {least}, got {text!r}")
        return int(text)

    return read


def read_named(text: str) -> tuple[str, Path]:
    """Return name and path of NAME=PATH; without a name, that of the file without its ending."""
    name, equals, path = text.partition("=")
    if not equals or "/" in name:  # "runs/seed=1.jsonl" is a path
        return Path(text).stem, Path(text)
    if not name or not path:
        raise argparse.ArgumentTypeError(f"expected NAME=PATH, got {text!r}")
    return name, Path(path)


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add --seed."""
    parser.add_argument(
        "--seed", type=count_from(0), default=DEFAULT_SEED, help="of folds, exchanges and resamples (%(default)s)"
    )


def add_scoring(parser: argparse.ArgumentParser) -> None:
    """Add what decides how answers are scored."""
    add_seed(parser)
    parser.add_argument("--draws", type=count_from(1), default=DRAWS, help="bootstrap draws (%(default)s)")
    parser.add_argument("--preset", default=DEFAULT_PRESET, choices=list(PRESETS), help="of the open score (%(default)s)")
    parser.add_argument("--bert-model", metavar="MODEL", help="folder or cached name of a model that replaces the preset's")
    parser.add_argument("--answer-type", choices=[str(name) for name in AnswerType], help="score only these items")
    lacking = parser.add_mutually_exclusive_group()
    lacking.add_argument(
        "--allow-missing",
        dest="missing",
        action="store_const",
        const=Missing.WRONG,
        default=Missing.REFUSED,
        help="count items without an answer as wrong; without this, they are an error",
    )
    lacking.add_argument(
        "--answered-only",
        dest="missing",
        action="store_const",
        const=Missing.LEFT_OUT,
        help="score only what was answered, and say of how many: where images were not at hand",
    )


def choose_scoring(args: argparse.Namespace, base: Settings | None = None) -> Settings:
    """Return settings with how answers are scored taken from `add_scoring`'s arguments; no file is read."""
    settings = base or Settings.model_construct(evaluation=Evaluation())
    chosen = {"preset": args.preset, "bert_model": args.bert_model, "seed": args.seed, "bootstrap_draws": args.draws}
    return settings.model_copy(update={"evaluation": settings.evaluation.model_copy(update=chosen)})


def check_target(option: str, path: Path | None) -> None:
    """Raise ValueError before any work where its result could not be written."""
    if path is not None and path.is_dir():
        raise ValueError(f"{option} {path}: is a folder; give the path of a file in it")


def write_json(path: Path | None, value: Mapping[str, Any]) -> None:
    """Write a result, atomically, where a path was given; the same result gives the same bytes."""
    if path is not None:
        write_bytes(str(path), f"{json.dumps(value, indent=2)}\n".encode("ascii"))
