"""All groups of EMBED at its size: ours against the same logic in pandas and in polars, and how time and memory grow.

Groups, plan and images without a group are compared, every column of every row, before anything is measured. Table libraries
have no md5 and no sha256, so that the baselines take Python's; how they fare when that is not counted is measured as well.

Example:
    >>> sorted(build_benchmarks.__annotations__)
    ['return', 'scratch']
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.embed_tables import SUBJECTS, write_embed_tables
from benchmarks.grouping_in_pandas.groups import group_in_pandas
from benchmarks.grouping_in_polars.groups import group_in_polars
from benchmarks.grouping_peak import check_peak, group_in_child
from benchmarks.hashes import HashBook
from benchmarks.rounds import Arms, Figure
from pipelines.choices import Grouping
from pipelines.grouping.embed.rules import RULES
from pipelines.grouping.group import group_source
from pipelines.vocabulary import Source

GROWTH = 7  # 480,000 images become 3.4 million
PEAK_MB, PEAK_MB_3M4 = 2_000, 4_000
GroupedTables = dict[str, pa.Table]
GroupInLibrary = Callable[[Mapping[str, Path], Grouping, HashBook], GroupedTables]

# The columns that the rules of EMBED read, by relation.
_NEEDED = {
    "images": (
        "image_id, source_image_id, source_path, subject_id, study_id, view, laterality, sequence, image_type, duplicate_of"
    ),
    "labels": "study_id, target, target_ids, code, value, quality",
    "studies": "study_id, subject_id, visit, date, week, age_years, is_synthetic",
    "splits": "subject_id, split",
}


def build_benchmarks(scratch: Path) -> Mapping[str, Arms | Figure]:
    """Return the arms by benchmark name; everything is written under a scratch folder, when it is first needed."""
    write = cache(lambda times: write_embed_tables(_make(scratch / f"{times}_times"), subjects=times * SUBJECTS))
    in_pandas, in_polars = _Library("pandas", group_in_pandas, write), _Library("polars", group_in_polars, write)
    growth = _Growth(write)
    return {
        "grouping_480k_pandas": in_pandas.compare(),
        "grouping_480k_pandas_without_hashes": in_pandas.compare(counts_hashes=False),
        "grouping_480k_polars": in_polars.compare(),
        "grouping_480k_polars_without_hashes": in_polars.compare(counts_hashes=False),
        "grouping_3m4_growth": growth.compare(),
        "grouping_480k_peak_mb": Figure(lambda: check_peak(growth.group(1), PEAK_MB)),
        "grouping_3m4_peak_mb": Figure(lambda: check_peak(growth.peak_mb or growth.group(GROWTH), PEAK_MB_3M4)),
    }


class _Growth:
    """Grouping in processes of their own, so that each one's memory can be told."""

    def __init__(self, write: Callable[[int], dict[str, Path]]) -> None:
        self._write = write
        self.peak_mb: float | None = None  # of the largest tables, once they were grouped

    def compare(self) -> Arms:
        """Return the arms: the largest tables once, and as baseline the small ones as many times as they are fewer.

        Above 1 / 1.2 their ratio means that time grows no worse than linearly within 20 %.
        """
        return Arms(
            ours=self._group_largest,
            baseline=lambda: self.group(1, times=GROWTH),
            prepare=lambda: (self._write(1), self._write(GROWTH)),
            max_rounds=1,
        )

    def group(self, size: int, times: int = 1) -> float:
        """Return the peak memory in MB of grouping tables of so many times the size of EMBED."""
        return group_in_child(self._write(size)["images"].parent, times)

    def _group_largest(self) -> None:
        self.peak_mb = self.group(GROWTH)


class _Library:
    """One table library's way to group, on tables that are written when they are first needed."""

    def __init__(self, name: str, group: GroupInLibrary, write: Callable[[int], dict[str, Path]]) -> None:
        self._name, self._group, self._write = name, group, write
        self._hashes = HashBook(Grouping().seed)  # of the last run
        self._check = cache(self._compare_tables)

    def compare(self, counts_hashes: bool = True) -> Arms:
        """Return the arms; without hashes, the time of Python's hashlib is not counted, as if there were native ones."""
        return Arms(
            ours=lambda: group_ours(self._write(1)),
            baseline=self._run,
            floor=lambda: read_needed(self._write(1)),
            prepare=lambda: self._check(),
            uncounted=None if counts_hashes else lambda: self._hashes.seconds,
            max_rounds=3 if counts_hashes else 2,
        )

    def _run(self) -> GroupedTables:
        self._hashes = HashBook(Grouping().seed)
        return self._group(self._write(1), Grouping(), self._hashes)

    def _compare_tables(self) -> None:
        ours, theirs = group_ours(self._write(1)), self._run()
        different = [name for name, table in ours.items() if not theirs[name].equals(table)]
        if different:
            raise RuntimeError(f"{', '.join(different)} of {self._name} differ from ours; a faster way to others is no gain")


def group_ours(found: Mapping[str, Path], settings: Grouping | None = None) -> GroupedTables:
    """Return our groups of EMBED, the plan and the images without a group."""
    grouped = group_source(Source.EMBED, RULES, found, settings or Grouping())
    return {"groups": grouped.groups, "plan": grouped.plan, "ungrouped": grouped.ungrouped}


def read_needed(found: Mapping[str, Path]) -> None:
    """Read the columns that the rules need, and nothing else."""
    with duckdb.connect() as database:
        for relation, columns in _NEEDED.items():
            database.execute(f"CREATE TEMP TABLE {relation} AS SELECT {columns} FROM read_parquet($1)", [str(found[relation])])


def _make(folder: Path) -> Path:
    folder.mkdir()
    return folder
