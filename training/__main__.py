"""Training without Dagster: `python -m training inspect|plan|prepare|run ...`.

Example:
    >>> build_parser().parse_args(["inspect", "--records", "train.json"]).records.name
    'train.json'
"""

import argparse
from collections.abc import Sequence

from training import command
from training.plan import command as plan_command
from training.run import command as run_command
from training.run.exits import end_process


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; the command's own help says what each means."""
    chosen = build_parser().parse_args(arguments)
    return chosen.run(chosen)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(prog="python -m training", description="From records to what a trainer is given.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for each in (command, plan_command, run_command):
        each.register(subparsers)
    return parser


if __name__ == "__main__":
    end_process(main())
