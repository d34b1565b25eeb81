"""`python -m benchmarks.grouping_peak FOLDER`: groups the tables of a folder in a fresh process and prints its peak memory.

Example:
    >>> 0 < read_peak_mb() < 1_000_000
    True
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

from pipelines.choices import Grouping
from pipelines.grouping.database import RELATIONS
from pipelines.grouping.embed.rules import RULES
from pipelines.grouping.group import group_source
from pipelines.vocabulary import Source

_STATUS = Path("/proc/self/status")


def group_in_child(folder: Path, times: int = 1) -> float:
    """Group the tables of a folder, one time after another, in a process of its own and return its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.grouping_peak", str(folder), "--times", str(times)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1])


def check_peak(peak_mb: float, limit_mb: int) -> float:
    """Return the peak; RuntimeError where it is beyond the limit."""
    if peak_mb > limit_mb:
        raise RuntimeError(f"grouping took {peak_mb:.0f} MB at its peak, more than the {limit_mb} MB that it may take")
    return peak_mb


def read_peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MB of 1,000,000 bytes."""
    if _STATUS.exists():  # rather than ru_maxrss, which begins with the memory of the process that started this one
        [line] = [line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> int:
    """Group, and print the peak."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grouping_peak", description="Peak memory of grouping, in MB.")
    parser.add_argument("folder", type=Path, help="holds one Parquet file per relation")
    parser.add_argument("--times", type=int, default=1)
    chosen = parser.parse_args()
    found: dict[str, Path] = {name: chosen.folder / f"{name}.parquet" for name in RELATIONS}
    for _ in range(chosen.times):
        group_source(Source.EMBED, RULES, found, Grouping())
    print(read_peak_mb())
    return 0


if __name__ == "__main__":
    sys.exit(main())
