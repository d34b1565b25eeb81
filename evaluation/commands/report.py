"""`python -m evaluation report`: every baseline and any files of answers on one page, from files alone.

Example:
    >>> import argparse
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> words = "report --benchmark b.json --predictions mine=p.jsonl --out page.html".split()
    >>> parser.parse_args(words).predictions
    [('mine', PosixPath('p.jsonl'))]
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evaluation.benchmark import BenchmarkError, BenchmarkItem, load_benchmark
from evaluation.commands.arguments import add_scoring, check_target, choose_scoring, read_named
from evaluation.commands.errors import guard
from evaluation.commands.file_findings import find_in_files
from evaluation.commands.image_check import open_image_folder
from evaluation.leaderboard.table import render_csv, render_markdown
from evaluation.leaderboard.text import render_text
from evaluation.models.spec import ModelSpecError, list_models
from evaluation.report.audience import choose_visible
from evaluation.report.findings import Findings
from evaluation.runs.images import ImageFolder
from pipelines.governance.policy import load_policy
from pipelines.governance.whose_files import FileOwners
from pipelines.score_records import ImageUse
from pipelines.settings import Settings, load_settings
from pipelines.storage import write_bytes

_EXAMPLE = """example:
  python -m evaluation report --benchmark Med_MIM_benchmark_Held_out_RAD.json --images "VQA_RAD Image Folder" \\
      --predictions qwen=qwen.jsonl --predictions llava=llava.jsonl --out page.html

Benchmarks are called by their files' names. Several files may be given for one model, one a benchmark:
  --predictions qwen=qwen_rad.jsonl --predictions qwen=qwen_odir.jsonl
The page holds small copies of the images and every question: keep it where the data may be."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `report`."""
    report = subparsers.add_parser(
        "report",
        help="scores, comparisons and controls of several models as one HTML page",
        description="Score all baselines and files of answers, compare them on the same items, and write one HTML page.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument(
        "--benchmark", type=Path, metavar="B.json", required=True, action="append", help="JSON file of Mantis form; repeatable"
    )
    report.add_argument(
        "--predictions",
        type=read_named,
        metavar="NAME=P.jsonl",
        action="append",
        default=[],
        help="a model's answers; repeatable; the name is the file's unless given",
    )
    report.add_argument("--images", type=Path, metavar="DIR", help="folder that the image names lead from, for the page")
    report.add_argument("--out", type=Path, metavar="PAGE.html", required=True, help="the page")
    report.add_argument("--markdown", type=Path, metavar="OUT.md", help="also the score table as Markdown")
    report.add_argument("--csv", type=Path, metavar="OUT.csv", help="also every score, one a row")
    add_scoring(report)
    report.set_defaults(run=guard(run_report))


def run_report(args: argparse.Namespace) -> int:
    """Measure baselines and files; write the page, print the table."""
    targets = {"--out": args.out, "--markdown": args.markdown, "--csv": args.csv}
    for option, path in targets.items():
        check_target(option, path)
    settings = choose_scoring(args, load_settings())
    benchmarks = _load_benchmarks(args.benchmark, args.answer_type)
    use = ImageUse.NONE if args.images is None else ImageUse.MANY
    images = open_image_folder(args.images, _gather(benchmarks), use, FileOwners.of_settings(settings), _say)
    findings = find_in_files(benchmarks, _group_files(args.predictions), settings, args.missing, _say)
    table = render_text(findings.scores)
    _write(findings, images, settings, targets)
    print(f"{table}\n\n{args.out}: {len(findings.models)} models, {len(findings.scores):,} scores")
    return 0


def _load_benchmarks(paths: Iterable[Path], answer_type: str | None) -> dict[str, tuple[BenchmarkItem, ...]]:
    found: dict[str, tuple[BenchmarkItem, ...]] = {}
    for path in paths:
        if path.stem in found:
            raise BenchmarkError(f"--benchmark {path}: another is called {path.stem!r} already; rename one, or give it once")
        items = tuple(item for item in load_benchmark(path) if answer_type in (None, item.answer_type))
        if not items:
            raise BenchmarkError(f"--benchmark {path}: has no {answer_type} items; leave out it or --answer-type")
        found[path.stem] = items
    return found


def _group_files(named: Sequence[tuple[str, Path]]) -> dict[str, list[Path]]:
    """Return the files of each model; ModelSpecError where a name is that of a baseline, or none that a page can hold."""
    files: dict[str, list[Path]] = {}
    for name, path in named:
        files.setdefault(name, []).append(path)
    for name, paths in files.items():
        try:
            list_models({name: f"file:{paths[0]}"})
        except ModelSpecError as error:
            raise ModelSpecError(
                f"--predictions {name}=...: {str(error).removeprefix(f'evaluation.models.{name}: ')}"
            ) from None
    return files


def _write(findings: Findings, images: ImageFolder, settings: Settings, targets: Mapping[str, Path | None]) -> None:
    from evaluation.report.page import render_page  # brings the page's figures along, which no other command needs

    may_show = choose_visible(settings.exports.audience, load_policy(settings.policy))
    made = {
        "--markdown": lambda: render_markdown(findings.scores),
        "--csv": lambda: render_csv(findings.scores),
        "--out": lambda: render_page(findings, images, settings, may_show=may_show),
    }
    for option, render in made.items():
        path = targets[option]
        if path is not None:
            write_bytes(str(path), render().encode("utf-8", "replace"))


def _gather(benchmarks: Mapping[str, Sequence[BenchmarkItem]]) -> list[BenchmarkItem]:
    return [item for items in benchmarks.values() for item in items]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
