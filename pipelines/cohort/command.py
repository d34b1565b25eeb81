"""`python -m pipelines cohort`: writes the synthetic cohort of every source that has one.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["cohort", "--out", "somewhere"]).subjects
    60
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.cohort.marker import CohortError
from pipelines.cohort.vqa_rad import DEFAULT_SEED, DEFAULT_SUBJECTS, write_vqa_rad
from pipelines.vocabulary import Source

WRITERS: Mapping[Source, Callable[[Path, int, int], None]] = MappingProxyType({Source.VQA_RAD: write_vqa_rad})
"""By source, what writes its cohort into a folder: (root, subjects, seed)."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `cohort`."""
    parser = subparsers.add_parser("cohort", help="write a synthetic cohort in the sources' genuine layouts")
    parser.add_argument("--out", type=Path, required=True, help="folder; each source gets a folder of its own in it")
    parser.add_argument("--subjects", type=int, default=DEFAULT_SUBJECTS, help="subjects per source (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="equal seeds give equal bytes (default: %(default)s)")
    parser.add_argument("--source", choices=[str(source) for source in WRITERS], help="one source alone (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write what the arguments ask for; return 0, or 2 with one message where the user must mend something."""
    chosen = list(WRITERS) if arguments.source is None else [Source(arguments.source)]
    for source in chosen:
        root = arguments.out / source.value
        try:
            WRITERS[source](root, arguments.subjects, arguments.seed)
        except (CohortError, OSError) as error:
            print(error, file=sys.stderr)
            return 2
        print(f"{source}: {arguments.subjects} synthetic subjects in {root}")
    return 0
