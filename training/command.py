"""`python -m training inspect --records FILE`: what a trainer would be given, and what it could not use.

Exit codes: 0 every record can be used; 1 some cannot (each is told); 2 the file cannot be read.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["inspect", "--records", "train.json"]).images is None
    True
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.formats.problem import FormatError, list_problems
from training.inspection import Inspection, inspect_records
from training.lengths import Measure, measure_lengths, name_bins


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `inspect`."""
    parser = subparsers.add_parser(
        "inspect",
        help="count records and measure prompts and answers before training",
        description="Count records and measure prompts and answers. Exit code 0: a trainer can use every record; 1: some "
        "cannot be used; 2: the file cannot be read.",
    )
    parser.add_argument(
        "--records",
        type=Path,
        required=True,
        metavar="FILE",
        help="Mantis JSON, or Parquet of dataset/instructions or benchmark",
    )
    parser.add_argument(
        "--images", type=Path, metavar="ROOT", help="folder that image paths are relative to; each image must be a file in it"
    )
    parser.set_defaults(run=_run)


def describe(inspection: Inspection) -> str:
    """Return the counts and the length tables as text, without any text of a record."""
    counts = [(*key, f"{n:,}") for key, n in inspection.count_examples()]
    parts = [
        f"{inspection.n_records:,} records: {len(inspection.examples):,} can be used, {len(inspection.problems):,} cannot",
        _lay_out(("sub-task or source", "answer type", "images", "records"), counts),
    ]
    summaries = measure_lengths(inspection.examples)
    for measure in Measure:
        heading = (measure.value, "n", "min", "median", "p95", "max", *name_bins(measure))
        rows = [(s.label, s.n, s.minimum, s.median, s.p95, s.maximum, *s.bins) for s in summaries if s.measure is measure]
        parts.append(_lay_out(heading, rows))
    return "\n\n".join(parts)


def _lay_out(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [heading, *([_as_printable(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _as_printable(cell: object) -> str:
    """Source tags come from files and may hold line breaks or half of a surrogate pair, which no terminal takes."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(cell))


def _run(args: argparse.Namespace) -> int:
    if args.images is not None and not args.images.is_dir():
        print(
            f"inspect: --images {args.images}: is no folder; give the folder that image paths are relative to", file=sys.stderr
        )
        return 2
    try:
        inspection = inspect_records(args.records, args.images)
    except FormatError as error:
        print(f"inspect: {error}", file=sys.stderr)
        return 2
    print(describe(inspection))
    if inspection.problems:
        message = f"{len(inspection.problems):,} records cannot be used:\n{list_problems(inspection.problems)}"
        print(f"inspect: {message}", file=sys.stderr)
    return 1 if inspection.problems else 0
