"""Command line of the evaluation stage: `python -m evaluation --help`.

Example:
    >>> build_parser().prog
    'python -m evaluation'
"""

import argparse
import sys
from collections.abc import Sequence

from evaluation import commands


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every sub-command of this package."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description="Scores of predictions on a benchmark.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; returns the exit code, 2 for what the user can mend."""
    args = build_parser().parse_args(arguments)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
