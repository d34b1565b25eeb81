"""Stages without Dagster: `python -m pipelines {audit,calls,cohort,contact-sheet,convert,doctor,review} ...`.

Example:
    >>> build_parser().parse_args(["cohort", "--out", "here"]).out.name
    'here'
"""

import argparse
import sys
from collections.abc import Sequence

from pipelines.audit import command as audit
from pipelines.calls import command as calls
from pipelines.cohort import command as cohort
from pipelines.contact_sheet import command as contact_sheet
from pipelines.doctor import command as doctor
from pipelines.formats import command as convert
from pipelines.review import command as review


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 done in part, 2 something that the user can mend."""
    chosen = build_parser().parse_args(arguments)
    return chosen.run(chosen)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all sub-commands."""
    parser = argparse.ArgumentParser(prog="python -m pipelines", description="One stage at a time, without Dagster.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for part in (audit, calls, cohort, contact_sheet, convert, doctor, review):
        part.register(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
