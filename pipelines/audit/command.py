"""`python -m pipelines audit --benchmark B.json [--train T.json ...] [--json OUT]`: defects and leakage of a release.

Exit codes: 0 the audit ran, whatever it found; 2 a file cannot be read, told in one message.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["audit", "--benchmark", "a.json", "b.json", "--train", "t.json"]).benchmark
    [PosixPath('a.json'), PosixPath('b.json')]
"""

import argparse
import json
import os
import sys
from pathlib import Path

from pipelines.audit.audit import audit_files
from pipelines.audit.report import as_json
from pipelines.audit.table import render_text
from pipelines.formats.problem import FormatError
from pipelines.storage import StorageError, write_bytes


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `audit`."""
    parser = subparsers.add_parser(
        "audit",
        help="defects and leakage of released files",
        description="Find defects in question-answer files and what train and benchmark share. Reads JSON lists of Mantis or "
        "LLaVA records, and Parquet of dataset/instructions or dataset/benchmark. Exit code 0: the audit ran, whatever it "
        "found; 2: a file could not be read.",
    )
    parser.add_argument(
        "--benchmark", type=Path, nargs="+", action="extend", required=True, metavar="B", help="benchmark files"
    )
    parser.add_argument("--train", type=Path, nargs="+", action="extend", default=[], metavar="T", help="training files")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the whole report as JSON; its folder is made")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit the files, print the report and write its JSON; return the exit code."""
    inputs = [path.resolve() for path in (*arguments.benchmark, *arguments.train)]
    try:
        if arguments.json is not None and (arguments.json.is_dir() or arguments.json.resolve() in inputs):
            raise FormatError(f"{arguments.json}: is a folder or an input; choose another file for --json")
        report = audit_files(arguments.benchmark, arguments.train)
        if arguments.json is not None:
            text = json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n"
            write_bytes(str(arguments.json), text.encode("utf-8", "backslashreplace"))
    except (FormatError, StorageError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    text = render_text(report)
    _print(text if arguments.json is None else f"{text}\n\nWhole report: {arguments.json}")
    return 0


def _print(text: str) -> None:
    """Print what a file said, whatever the terminal can show, and without complaint where its reader has seen enough."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:  # `| head`: without this the interpreter complains once more while it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
