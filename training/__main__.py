"""Training without Dagster: `python -m training inspect ...`.

Example:
    >>> build_parser().parse_args(["inspect", "--records", "train.json"]).records.name
    'train.json'
"""

import argparse
import sys
from collections.abc import Sequence

from training import command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; the command's own help says what each means."""
    chosen = build_parser().parse_args(arguments)
    return chosen.run(chosen)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(prog="python -m training", description="From records to what a trainer is given.")
    command.register(parser.add_subparsers(required=True, metavar="COMMAND"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
