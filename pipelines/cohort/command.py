"""`python -m pipelines cohort`: writes the synthetic cohort of every source, or of one.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["cohort", "--out", "somewhere", "--source", "odir"]).source
    'odir'
"""

import argparse
import sys
from pathlib import Path

from pipelines.cohort.marker import CohortError
from pipelines.cohort.writers import DEFAULT_SEED, WRITERS, write_cohort
from pipelines.vocabulary import Source


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `cohort`."""
    defaults = ", ".join(f"{source} {writer.default_subjects}" for source, writer in WRITERS.items())
    parser = subparsers.add_parser("cohort", help="write a synthetic cohort in the sources' genuine layouts")
    parser.add_argument("--out", type=Path, required=True, help="folder; each source gets a folder of its own in it")
    parser.add_argument("--subjects", type=int, help=f"subjects per source (default: {defaults})")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="equal seeds give equal bytes (default: %(default)s)")
    parser.add_argument("--source", choices=[str(source) for source in WRITERS], help="one source alone (default: all)")
    parser.add_argument("--tables-only", action="store_true", help="no image files: for tests of scale")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write what the arguments ask for; return 0, or 2 with one message where the user must mend something."""
    chosen = list(WRITERS) if arguments.source is None else [Source(arguments.source)]
    for source in chosen:
        try:
            written = write_cohort(arguments.out, {source: arguments.subjects}, arguments.seed, arguments.tables_only)
        except (CohortError, OSError) as error:
            print(error, file=sys.stderr)
            return 2
        print(f"{source}: {written[source]} synthetic subjects in {arguments.out / source.value}", flush=True)
    return 0
