"""`python -m pipelines convert IN --to FORMAT --out OUT`: one format of the data set into another.

IN is Mantis JSON, or a Parquet file of dataset/instructions or dataset/benchmark. Mantis to Mantis is the lossless round
trip; lmms_eval and vlmevalkit take benchmarks (docs/other_kits.md). Exit codes: 0 every record was written; 1 some could
not be (each is told, the others are written); 2 nothing was.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["convert", "in.json", "--to", "hf", "--out", "out.parquet"]).out
    PosixPath('out.parquet')
"""

import argparse
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pipelines.formats.dataset_file import is_parquet, read_dataset_rows
from pipelines.formats.hugging_face import write_hugging_face
from pipelines.formats.llava import write_llava
from pipelines.formats.lmms_eval.task_folder import write_task_folder
from pipelines.formats.mantis import MantisFile, mantis_from_records, read_mantis, write_mantis
from pipelines.formats.problem import FormatError, Problem, list_problems
from pipelines.formats.vlmevalkit import write_vlmevalkit
from pipelines.governance.exports import ExportError, check_tagged_export
from pipelines.governance.policy import load_policy
from pipelines.governance.policy_file import PolicyError
from pipelines.terms_of_use import Audience


class Target(StrEnum):
    """Formats that can be written."""

    MANTIS = "mantis"
    HUGGING_FACE = "hf"
    LLAVA = "llava"
    LMMS_EVAL = "lmms_eval"
    VLMEVALKIT = "vlmevalkit"


_KITS = (Target.LMMS_EVAL, Target.VLMEVALKIT)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `convert`."""
    parser = subparsers.add_parser(
        "convert",
        help="write a data set in another format",
        description="Write a data set in another format. Mantis to Mantis is the lossless round trip. Image paths are "
        "copied as they are, but for --images. Exit code 0: every record was written; 1: some could not be; 2: nothing "
        "was written.",
    )
    parser.add_argument("input", type=Path, metavar="IN", help="Mantis JSON, or Parquet of dataset/instructions or benchmark")
    parser.add_argument("--to", choices=[target.value for target in Target], required=True, help="format to write")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="file to write (lmms_eval: folder)")
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="lmms_eval and vlmevalkit: the folder that image paths are relative to; they become absolute, and are checked",
    )
    parser.add_argument(
        "--audience",
        choices=[audience.value for audience in Audience],
        default=Audience.GROUP.value,
        help="whom the file is for: `agreement` or `public` is refused where the terms of a source in it forbid that",
    )
    parser.add_argument("--policy", type=Path, default=Path("policy.toml"), help="the policy file (docs/policy.md)")
    parser.set_defaults(run=_run)


def convert(source: Path, target: Target, out: Path, images: Path | None = None) -> tuple[int, tuple[Problem, ...]]:
    """Write the records of one file in another format; return how many were written, and why others were not.

    Raises:
        FormatError: nothing was written (input unreadable, OUT is IN or not of the kind that is written, or Mantis to Mantis
            with a record that is not of the Mantis form: a lossless copy leaves nothing out; no record at all that fits
            the format; `images` with a format that copies paths).
    """
    if images is not None and target not in _KITS:
        raise FormatError(f"--images is for {' and '.join(_KITS)}; {target} keeps image paths as they are: leave it out")
    file = read_any(source)
    if target is not Target.LMMS_EVAL:
        _check_out(source, out)
    try:
        return _write(file, target, out, images, _read_units(source) if target is Target.LMMS_EVAL else {})
    except OSError as error:
        raise FormatError(f"{out}: cannot be written ({error.strerror or error}); choose another --out") from error


def _write(
    file: MantisFile, target: Target, out: Path, images: Path | None, units: Mapping[str, str]
) -> tuple[int, tuple[Problem, ...]]:
    match target:
        case Target.MANTIS:
            write_mantis(file, out)
            return len(file.records), ()
        case Target.HUGGING_FACE | Target.LLAVA:
            usable = (write_hugging_face if target is Target.HUGGING_FACE else write_llava)(file, out)
            return len(usable.records), usable.problems
        case Target.LMMS_EVAL:
            chosen = write_task_folder(file, out, images, units)
        case Target.VLMEVALKIT:
            chosen = write_vlmevalkit(file, out, images)
    return len(chosen.rows), chosen.problems


def read_any(path: Path) -> MantisFile:
    """Return the records of Mantis JSON or of a Parquet file of the data set; records of a wrong shape are in `problems`."""
    return mantis_from_records(read_dataset_rows(path)) if is_parquet(path) else read_mantis(path, strict=False)


def _read_units(path: Path) -> dict[str, str]:
    """Return the independent unit by record id; Mantis JSON tells none."""
    return {row.id: row.unit_id for row in read_dataset_rows(path)} if is_parquet(path) else {}


def _check_out(source: Path, out: Path) -> None:
    if out.is_dir():
        raise FormatError(f"{out}: is a folder; expected the file to write: add a file name to --out")
    if out.resolve() == source.resolve() or (out.exists() and out.samefile(source)):
        raise FormatError(f"{out}: is the input itself; it is not overwritten: choose another --out")


def _check_audience(source: Path, audience: Audience, policy: Path) -> None:
    """Raise ExportError where the file's records may not reach the audience; a JSON file tells sources by its tags alone."""
    if audience is Audience.GROUP:
        return
    synthetic = {row.id for row in read_dataset_rows(source) if row.is_synthetic} if is_parquet(source) else set()
    tags = (record.source or "" for record in read_any(source).records if record.id not in synthetic)
    check_tagged_export(tags, audience, load_policy(policy))


def _run(args: argparse.Namespace) -> int:
    try:
        _check_audience(args.input, Audience(args.audience), args.policy)
        n_written, problems = convert(args.input, Target(args.to), args.out, args.images)
    except (FormatError, PolicyError, ExportError) as error:
        print(f"convert: {error}", file=sys.stderr)
        return 2
    print(f"{args.out}: {n_written:,} records as {args.to}")
    if problems:
        print(f"convert: {len(problems):,} records could not be written:\n{list_problems(problems)}", file=sys.stderr)
    return 1 if problems else 0
