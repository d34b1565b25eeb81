"""`python -m benchmarks --json OUT`: every benchmark as a table and as JSON.

Example:
    >>> format_row("x", Measurement(2.0, 1.0, 2.0, None, 3))
    '| x | 2.000 | 1.000 | 2.00 | - | 3 |'
"""

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import corpus, dicom, generation_calls, grouping, nifti, paired_tests, scoring, training_input, validation
from benchmarks.rounds import Arms, Figure, Measurement, measure
from pipelines.storage import write_bytes


def main() -> int:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed, as ratios in one run.")
    parser.add_argument("--json", type=Path, default=Path(".medmim/bench.json"), help="where the figures go")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="some benchmarks alone (default: all)")
    chosen = parser.parse_args()
    print("| benchmark | baseline, s | ours, s | baseline / ours | ours / floor | rounds |\n|---|---:|---:|---:|---:|---:|")
    figures: dict[str, dict[str, float | int | None]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, arms in _build(Path(scratch), chosen.only):
            measured = measure(arms, chosen.rounds)
            figures[name] = dataclasses.asdict(measured)
            print(format_row(name, measured), flush=True)
    if unknown := sorted(set(chosen.only or ()) - set(figures)):
        print(f"no benchmark is called {', '.join(unknown)}; names are parted by blanks", file=sys.stderr)
        return 2
    write_bytes(str(chosen.json), json.dumps(figures, indent=2).encode())
    print(f"figures in {chosen.json}")
    return 0


def _build(scratch: Path, only: Sequence[str] | None) -> Iterator[tuple[str, Arms | Figure]]:
    for part in (corpus, dicom, nifti, grouping, generation_calls, validation, paired_tests, scoring, training_input):
        folder = scratch / part.__name__
        folder.mkdir()
        yield from ((name, arms) for name, arms in part.build_benchmarks(folder).items() if only is None or name in only)
        shutil.rmtree(folder)


def format_row(name: str, measured: Measurement) -> str:
    """Return one line of the table; what was not measured is a dash."""
    cells = [(measured.baseline_s, ".3f"), (measured.ours_s, ".3f"), (measured.ratio, ".2f"), (measured.floor_ratio, ".2f")]
    shown = ["-" if value is None else format(value, form) for value, form in cells]
    return f"| {name} | {' | '.join(shown)} | {measured.rounds} |"


if __name__ == "__main__":
    sys.exit(main())
