"""`python -m evaluation score`: what answers made anywhere are worth, and what is left of that over the controls.

Example:
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> str(parser.parse_args(["score", "--benchmark", "b.json", "--predictions", "p.jsonl"]).missing)
    'refused'
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.answer_files.cards import read_card
from evaluation.answer_files.completeness import Completed, Missing, complete
from evaluation.answer_files.find import FoundAnswers, find_answers
from evaluation.answer_files.predictions import PredictionError
from evaluation.benchmark import BenchmarkError, BenchmarkItem, load_benchmark
from evaluation.commands.arguments import add_scoring, check_target, choose_scoring, write_json
from evaluation.commands.control_text import describe_controls
from evaluation.commands.errors import guard
from evaluation.commands.score_report import report_condition
from evaluation.commands.score_text import describe_report, report_as_json
from evaluation.measuring import measure_model
from evaluation.scores.scorecard import SCORED
from pipelines.score_records import Condition

_EXAMPLE = """example:
  python -m evaluation score --benchmark Med_MIM_benchmark_Held_out_RAD.json --predictions p.jsonl --json scores.json

A line of a predictions file is {"id": "...", "output": "..."}; files of `predict`, lmms-eval's samples and VLMEvalKit's
tables are read as they are. Undecided answers are wrong, and counted apart."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `score`."""
    score = subparsers.add_parser(
        "score",
        help="score answers made anywhere against a benchmark file",
        description="Score a file of answers: closed and open questions, with intervals, and what is left over the controls.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("--benchmark", type=Path, metavar="B.json", required=True, help="JSON file of Mantis form")
    score.add_argument("--predictions", type=Path, metavar="P.jsonl", required=True, help="the answers")
    score.add_argument("--model", metavar="NAME", help="in the table; the predictions file's name unless given")
    score.add_argument(
        "--condition",
        choices=[str(one) for one in SCORED],
        help="score the items shown in this way alone; else as they are, or blind where there is nothing else",
    )
    add_scoring(score)
    score.add_argument("--json", type=Path, metavar="OUT", help="write all of it as JSON")
    score.set_defaults(run=guard(run_score))


def run_score(args: argparse.Namespace) -> int:
    """Score a predictions file; print scores and controls, write everything behind them with --json."""
    check_target("--json", args.json)
    benchmark, model = args.benchmark.stem, args.model or args.predictions.stem
    items = load_benchmark(args.benchmark)
    found = find_answers(model, [args.predictions], {benchmark: items})
    tell_unknown(found, args.predictions)
    chosen = _complete(items, found, model, args)
    measured = measure_model(model, {benchmark: chosen.items}, chosen.predictions, {}, choose_scoring(args))
    counted_wrong = chosen.missing if args.missing is Missing.WRONG else ()
    card = read_card(args.predictions, model)
    report = report_condition(measured, chosen.condition, chosen.items, counted_wrong)
    if card is not None:
        print("; ".join([card.label, card.decoding, *card.remarks]))
    print(describe_report(report))
    if args.missing is Missing.LEFT_OUT and chosen.missing:
        print(f"without a prediction, left out:  {len(chosen.missing)}")
    if chosen.condition is Condition.SIGHTED:
        print(f"\n{describe_controls(measured)}")
    write_json(args.json, report_as_json(report, measured, chosen.condition, found.unknown, card))
    return 0


def tell_unknown(found: FoundAnswers, path: Path) -> None:
    """Warn of ids that no benchmark has."""
    if found.unknown:
        shown = ", ".join(found.unknown[:5])
        print(f"warning: {len(found.unknown)} id(s) in {path} are not in the benchmark: {shown}", file=sys.stderr)


def _complete(items: Sequence[BenchmarkItem], found: FoundAnswers, model: str, args: argparse.Namespace) -> Completed:
    wanted = None if args.condition is None else Condition(args.condition)
    chosen = [item for item in items if args.answer_type in (None, item.answer_type)]
    if not chosen:
        raise BenchmarkError(f"{args.benchmark}: has no {args.answer_type} items; leave out --answer-type")
    predictions = [row for row in found.predictions if wanted in (None, row.condition)]
    if wanted is not None and not predictions:
        there = ", ".join(dict.fromkeys(row.condition for row in found.predictions))
        raise PredictionError(f"{args.predictions}: has no {wanted} answers to {args.benchmark.stem}, only {there}")
    return complete(chosen, predictions, model, args.benchmark.stem, args.missing, wanted)
