"""`python -m evaluation baselines`: what rules that see no image reach on a benchmark file.

Example:
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["baselines", "--benchmark", "b.json"]).benchmark.name
    'b.json'
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from evaluation.answer_files.predictions import write_predictions
from evaluation.baselines.rules import Baseline, BaselineError, BaselineRow, measure_closed_baselines, predict_baseline
from evaluation.benchmark import BenchmarkItem, load_benchmark
from evaluation.commands.arguments import add_seed, check_target, write_json
from evaluation.commands.errors import guard
from evaluation.commands.score_text import describe_baselines
from pipelines.vocabulary import AnswerType

_EXAMPLE = """example:
  python -m evaluation baselines --benchmark Med_MIM_benchmark_Held_out_RAD.json

A score that does not clearly pass the longest option and the text-only rule says nothing about images."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `baselines`."""
    baselines = subparsers.add_parser(
        "baselines",
        help="what rules without images reach on a benchmark file",
        description="Measure chance, the most frequent letter, the longest option and a text-only classifier.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    baselines.add_argument("--benchmark", type=Path, metavar="B.json", required=True, help="JSON file of Mantis form")
    baselines.add_argument("--predictions", type=Path, metavar="DIR", help="also write each baseline's predictions there")
    add_seed(baselines)
    baselines.add_argument("--json", type=Path, metavar="OUT", help="write the table as JSON")
    baselines.set_defaults(run=guard(run_baselines))


def run_baselines(args: argparse.Namespace) -> int:
    """Measure the baselines of a benchmark; print the table, write it with --json."""
    check_target("--json", args.json)
    if args.predictions and args.predictions.exists() and not args.predictions.is_dir():
        raise ValueError(f"--predictions {args.predictions}: is a file; expected a folder to write one file per baseline into")
    items = load_benchmark(args.benchmark)
    rows = measure_closed_baselines(items, args.seed)
    n_open = sum(item.answer_type is AnswerType.OPEN for item in items)
    print(describe_baselines(args.benchmark.stem, rows, n_open))
    if args.predictions:
        _write_predictions(args.predictions, items, args.seed)
    write_json(args.json, _baselines_as_json(items, rows))
    return 0


def _baselines_as_json(items: tuple[BenchmarkItem, ...], rows: Mapping[str, BaselineRow]) -> Mapping[str, object]:
    closed = sum(item.answer_type is AnswerType.CLOSED for item in items)
    return {"closed": closed} | {name: row.as_json() for name, row in rows.items()}


def _write_predictions(folder: Path, items: tuple[BenchmarkItem, ...], seed: int) -> None:
    for baseline in Baseline:
        try:
            outputs = predict_baseline(baseline, items, seed)
        except BaselineError as error:
            print(f"warning: {error}; its predictions are not written", file=sys.stderr)
            continue
        if outputs:
            write_predictions(folder / f"{baseline}.jsonl", items, outputs)
