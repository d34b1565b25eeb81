"""`python -m evaluation score` and `python -m evaluation baselines`.

Example:
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["baselines", "--benchmark", "b.json"]).benchmark.name
    'b.json'
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.baselines import Baseline, BaselineError, BaselineRow, measure_closed_baselines, predict_baseline
from evaluation.benchmark import BenchmarkItem, load_benchmark
from evaluation.intervals import DEFAULT_SEED, DRAWS
from evaluation.predictions import match_predictions, read_predictions, write_predictions
from evaluation.presets import DEFAULT_PRESET, PRESETS
from evaluation.report import describe_baselines, describe_report, report_as_json
from evaluation.scoring import score_benchmark
from pipelines.storage import write_bytes
from pipelines.vocabulary import AnswerType


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-commands `score` and `baselines`."""
    score = subparsers.add_parser("score", help="score predictions made anywhere against a benchmark of Mantis form")
    _add_shared(score)
    score.add_argument("--predictions", type=Path, required=True, help='JSON Lines: {"id": ..., "output": ...}')
    score.add_argument("--model", help="name in the table; the predictions file's name unless given")
    score.add_argument("--preset", default=DEFAULT_PRESET, choices=list(PRESETS), help="open-score preset (%(default)s)")
    score.add_argument("--bert-model", help="folder or cached name of a model that replaces the preset's")
    score.add_argument("--answer-type", choices=[str(name) for name in AnswerType], help="score only these items")
    score.add_argument("--allow-missing", action="store_true", help="count items without a prediction as wrong")
    score.add_argument("--draws", type=_count_from(1), default=DRAWS, help="bootstrap draws (%(default)s)")
    score.set_defaults(run=_guard(run_score))
    baselines = subparsers.add_parser("baselines", help="what rules without images reach on a benchmark")
    _add_shared(baselines)
    baselines.add_argument("--predictions", type=Path, metavar="DIR", help="also write each baseline's predictions there")
    baselines.set_defaults(run=_guard(run_baselines))


def run_score(args: argparse.Namespace) -> int:
    """Score a predictions file; print the table, write everything behind it with --json."""
    _check_target(args.json)
    items = load_benchmark(args.benchmark)
    outputs, unknown = match_predictions(read_predictions(args.predictions), items)
    if unknown:
        shown = ", ".join(unknown[:5])
        print(f"warning: {len(unknown)} id(s) in {args.predictions} are not in the benchmark: {shown}", file=sys.stderr)
    chosen = [item for item in items if args.answer_type in (None, item.answer_type)]
    report = score_benchmark(
        chosen,
        outputs,
        model=args.model or args.predictions.stem,
        benchmark=args.benchmark.stem,
        preset=args.preset,
        bert_model=args.bert_model,
        seed=args.seed,
        draws=args.draws,
        allow_missing=args.allow_missing,
    )
    print(describe_report(report))
    _write_json(args.json, report_as_json(report, unknown))
    return 0


def run_baselines(args: argparse.Namespace) -> int:
    """Measure the baselines of a benchmark; print the table, write it with --json."""
    _check_target(args.json)
    if args.predictions and args.predictions.exists() and not args.predictions.is_dir():
        raise ValueError(f"--predictions {args.predictions}: is a file; expected a folder to write one file per baseline into")
    items = load_benchmark(args.benchmark)
    rows = measure_closed_baselines(items, args.seed)
    n_open = sum(item.answer_type is AnswerType.OPEN for item in items)
    print(describe_baselines(args.benchmark.stem, rows, n_open))
    if args.predictions:
        _write_predictions(args.predictions, items, args.seed)
    _write_json(args.json, _baselines_as_json(items, rows))
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


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--benchmark", type=Path, required=True, help="JSON file of Mantis form")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the result as JSON")
    parser.add_argument(
        "--seed", type=_count_from(0), default=DEFAULT_SEED, help="of folds, exchanges and resamples (%(default)s)"
    )


def _count_from(least: int) -> Callable[[str], int]:
    """Return an argparse type: a whole number of at least `least`."""

    def read(text: str) -> int:
        if not text.strip().isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number >= {least}, got {text!r}")
        return int(text)

    return read


def _check_target(path: Path | None) -> None:
    """Raise ValueError before any scoring where the result could not be written."""
    if path is not None and path.is_dir():
        raise ValueError(f"--json {path}: is a folder; give the path of a file in it")


def _write_json(path: Path | None, value: object) -> None:
    if path is not None:
        write_bytes(str(path), f"{json.dumps(value, indent=2)}\n".encode("ascii"))


def _guard(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Print what the user can mend as one message, exit code 2; this project's errors are ValueErrors or OSErrors."""

    def run(args: argparse.Namespace) -> int:
        try:
            return command(args)
        except OSError as error:
            place = error.filename2 or error.filename  # the target, where a finished file could not be moved to it
            told = f"{place}: {error.strerror}; choose another path" if place and error.strerror else str(error)
            print(f"error: {told}", file=sys.stderr)
            return 2
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2

    return run
