"""`python -m evaluation predict`: run a model over a benchmark file, its answers kept one by one.

Example:
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> words = "predict --benchmark b.json --images . --model baseline:longest --out p.jsonl --controls blind".split()
    >>> parser.parse_args(words).controls
    (<Condition.BLIND: 'blind'>,)
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.answer_files.cards import write_card
from evaluation.benchmark import BenchmarkItem, load_benchmark
from evaluation.commands.answers_target import refuse_other_answers, refuse_strange_file
from evaluation.commands.arguments import count_from
from evaluation.commands.errors import guard
from evaluation.commands.image_check import open_image_folder
from evaluation.commands.rule_answers import write_given_answers
from evaluation.models.opening import open_model
from evaluation.models.spec import ModelSpec, ModelSpecError, parse_spec
from evaluation.runs.answering import EVERY_CORRUPTION
from evaluation.runs.answers_file import open_answers
from evaluation.runs.run import RunPlan, plan_run, run_model
from evaluation.titles import write_as_words
from pipelines.governance.whose_files import FileOwners
from pipelines.score_records import CONTROLS, Condition, ModelCard, Prediction
from pipelines.settings import Settings, load_settings
from pipelines.vocabulary import Source

_EXAMPLE = """example:
  python -m evaluation predict --benchmark Med_MIM_benchmark_Held_out_RAD.json --images "VQA_RAD Image Folder" \\
      --model "transformers:Qwen/Qwen2.5-VL-3B-Instruct?dtype=bf16" --out qwen.jsonl

models:
  baseline:NAME           majority_letter, longest_option, text_only, shuffled_reference; a beginning will do
  file:PATH               answers made elsewhere, written anew in this form
  openai:ENDPOINT         an endpoint of the settings, or the model that one of them serves (docs/evaluation.md)
  transformers:NAME       a model of the hub, or a folder; ?dtype=bf16&batch=4 and others behind it
  checkpoint:RUN          the finished model of a training run, with the same options

A run that was stopped, or killed, goes on with the same command. Without --images only blind questions are asked."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `predict`."""
    predict = subparsers.add_parser(
        "predict",
        help="answer a benchmark file with a model",
        description="Show a model every question of a benchmark file, as it is and under the controls, and keep each answer.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    predict.add_argument("--benchmark", type=Path, metavar="B.json", required=True, help="JSON file of Mantis form")
    predict.add_argument("--images", type=Path, metavar="DIR", help="folder that the benchmark's image names lead from")
    predict.add_argument("--model", metavar="SPEC", required=True, help="KIND:ARGUMENT, see below")
    predict.add_argument(
        "--out", type=Path, metavar="P.jsonl", required=True, help="the answers; where it is there, the run goes on with it"
    )
    predict.add_argument(
        "--controls",
        type=_read_controls,
        metavar="LIST",
        help=f"some of {', '.join(CONTROLS)}, divided by commas, or none; all of them, or the settings' choice, unless given",
    )
    predict.add_argument(
        "--robustness", action="store_true", help=f"also with spoilt images: {len(EVERY_CORRUPTION)} times as many questions"
    )
    predict.add_argument(
        "--source",
        choices=[str(source) for source in Source],
        help="whose data it is where the file does not tell; the policy asks before anything goes to an endpoint",
    )
    predict.add_argument("--limit", type=count_from(1), metavar="N", help="ask only about the first N records")
    predict.set_defaults(run=guard(run_predict))


def run_predict(args: argparse.Namespace) -> int:
    """Ask a model what it has not answered yet, and say what was not shown.

    Raises:
        KeyboardInterrupt: with what becomes of the answers.
    """
    refuse_strange_file(args.out)
    spec = _read_model(args.out.stem, args.model)
    settings = load_settings()
    items = _label(load_benchmark(args.benchmark), args.source)
    try:
        if spec.is_asked:
            _ask(spec, items, settings, args)
        else:
            card, rows, remark = write_given_answers(
                spec, args.benchmark.stem, items, args.out, settings.evaluation.seed, args.limit
            )
            write_card(args.out, card)
            _describe(card, rows, args.out)
            _say(remark)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"what was answered is kept in {args.out}; the same command goes on from there") from None
    return 0


def _ask(spec: ModelSpec, items: Sequence[BenchmarkItem], settings: Settings, args: argparse.Namespace) -> None:
    name = args.benchmark.stem
    with open_model(spec, settings, _say) as model:
        images = open_image_folder(args.images, items, model.card.image_use, FileOwners.of_settings(settings), _say)
        plan = plan_run(
            model.card,
            {name: items},
            images,
            controls=settings.evaluation.controls if args.controls is None else args.controls,
            corruptions=EVERY_CORRUPTION if args.robustness else (),
            corrupted=[name],
            seed=settings.evaluation.seed,
        )
        with open_answers(args.out) as answers:
            refuse_other_answers(args.out, answers, model.card, items, plan)
            write_card(args.out, model.card)
            rows = run_model(model, _limit(plan, args.limit), answers, _say)
    _describe(model.card, rows, args.out)
    for (_, condition, reason), count in plan.left_out.items():
        print(f"  not shown, {condition.replace('_', ' ')}: {count:,} {reason.replace('_', ' ')}")


def _limit(plan: RunPlan, limit: int | None) -> RunPlan:
    """Return a plan over the first records; shuffled images still come from all, so that a longer run goes on with these."""
    if limit is None:
        return plan
    return replace(plan, asked=tuple(one for one in plan.asked if one.posed.item.position < limit))


def _read_model(name: str, text: str) -> ModelSpec:
    try:
        return parse_spec(name, text)
    except ModelSpecError as error:
        raise ModelSpecError(f"--model: {str(error).removeprefix(f'evaluation.models.{name}: ')}") from None


def _label(items: Sequence[BenchmarkItem], source: str | None) -> list[BenchmarkItem]:
    """Return the items with the source that was named where the file tells none."""
    if source is None:
        return list(items)
    return [item if item.sources is not None else replace(item, sources=(Source(source),)) for item in items]


def _describe(card: ModelCard, rows: Iterable[Prediction], out: Path) -> None:
    counts = Counter(write_as_words(row.condition) for row in rows)
    print(f"{out}: {', '.join(f'{count:,} {condition}' for condition, count in counts.items()) or 'no answers'}")
    told = dict.fromkeys([card.label, card.decoding, card.prompt_form, f"digest {card.digest[:12]}"])
    print(f"  {'; '.join(told)}")
    for remark in card.remarks:
        print(f"  {remark}")


def _read_controls(text: str) -> tuple[Condition, ...]:
    names = [] if text == "none" else list(dict.fromkeys(name.strip() for name in text.split(",")))
    strangers = [name for name in names if name not in CONTROLS]
    if strangers:
        raise argparse.ArgumentTypeError(f"got {strangers[0]!r}, expected some of {', '.join(CONTROLS)}, or none")
    return tuple(Condition(name) for name in names)


def _say(line: str) -> None:
    if line:
        print(line, file=sys.stderr, flush=True)
