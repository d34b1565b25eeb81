"""Command line of the evaluation stage: `python -m evaluation --help`.

Example:
    >>> main(["score"])
    Traceback (most recent call last):
    SystemExit: 2
"""

import sys
from collections.abc import Sequence

from evaluation.commands.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; returns the exit code: 0 done, 2 what the user can mend, 130 stopped by the user."""
    args = build_parser().parse_args(arguments)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
