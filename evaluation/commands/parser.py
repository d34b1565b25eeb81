"""The commands of this package, each in a module of its own.

Example:
    >>> build_parser().parse_args(["baselines", "--benchmark", "b.json"]).benchmark.name
    'b.json'
"""

import argparse

from evaluation.commands import baselines, predict, report, score

_ORDER = """in the order of use:
  python -m evaluation baselines --benchmark B.json
  python -m evaluation predict --benchmark B.json --images DIR --model transformers:NAME --out mine.jsonl
  python -m evaluation score --benchmark B.json --predictions mine.jsonl
  python -m evaluation report --benchmark B.json --images DIR --predictions mine=mine.jsonl --out page.html

Benchmark files have the form that Med-MIM released (docs/evaluation.md). Nothing here needs Dagster, and a settings file is
needed for models behind an endpoint only."""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every sub-command."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation",
        description="Run a model on a benchmark file, score its answers, and see what of the score is owed to the images.",
        epilog=_ORDER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for part in (baselines, predict, score, report):
        part.register(subparsers)
    return parser
