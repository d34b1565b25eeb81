"""Reports whether the splits of a source hold the same labels as often as chance would have it; nothing is forced.

Every code that takes few values is compared, for whatever source: which codes these are is read from the labels.

Example:
    >>> labels = pa.table({name: pa.array([], pa.string()) for name in ("subject_id", "target", "code", "value")})
    >>> compare_splits(labels, [])
    []
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from pipelines.records import SubjectSplit
from pipelines.spilling_database import open_database
from pipelines.vocabulary import LabelTarget, Split

MAX_VALUES: Final = 12
"""A code with more distinct values than this is a measurement or free text, not a closed domain."""
ODD_CHANCE: Final = 0.001
"""Adjusted p-value below which a difference is reported: of a thousand sources drawn by chance alone, one at most."""
_MEMORY_MB = 1000  # of the database; beyond it, intermediate results go to disk
_FEWEST_EXPECTED = 5  # in each cell, for the chi-square test to hold (Cochran 1954)
_COUNTS = """
WITH drawn AS (SELECT DISTINCT target, code, value, subject_id, split FROM labels JOIN splits USING (subject_id)),
closed AS (SELECT target, code FROM drawn GROUP BY target, code HAVING count(DISTINCT value) <= $max_values)
SELECT target, code, value, split, count(*) AS n_subjects FROM drawn JOIN closed USING (target, code)
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class LabelBalance:
    """How many subjects of each split have one value of one label, and how odd the difference is."""

    target: LabelTarget
    code: str
    value: str
    n_with_value: Mapping[Split, int]  # subjects with this value at least once, by split
    n_subjects: Mapping[Split, int]  # all subjects of the split
    p_value: float  # of no difference between the splits: chi-square, or Fisher's exact test where counts are small
    adjusted_p_value: float  # by Holm's method, over all rows of the source

    @property
    def is_balanced(self) -> bool:
        """True where chance explains the difference."""
        return self.adjusted_p_value >= ODD_CHANCE

    def share(self, split: Split) -> float:
        """Return the share of the split's subjects that have the value, from 0 to 1."""
        return self.n_with_value[split] / self.n_subjects[split]


def compare_splits(labels: pa.Table, splits: Iterable[SubjectSplit]) -> list[LabelBalance]:
    """Return one row per target, code and value of a closed domain, ordered so; none where fewer than two splits have subjects.

    A subject counts once per value that it has, however many images or studies say so; a subject without the value, or without
    the code, counts as one that does not have it.

    Args:
        labels: Columns subject_id, target, code and value, such as raw/labels of one source; millions of rows are no trouble.
        splits: splits/subjects of the same source.
    """
    subjects = list(splits)
    n_subjects = {split: sum(row.split is split for row in subjects) for split in Split}
    compared = [split for split in Split if n_subjects[split]]
    if len(compared) < 2:
        return []
    rows = [
        LabelBalance(
            target,
            code,
            value,
            n_with_value={split: counts[split] for split in compared},
            n_subjects={split: n_subjects[split] for split in compared},
            p_value=_test([counts[split] for split in compared], [n_subjects[split] for split in compared]),
            adjusted_p_value=1.0,
        )
        for (target, code, value), counts in _count_subjects(labels, subjects).items()
    ]
    return _adjust(rows)


def tabulate_balance(rows: Sequence[LabelBalance]) -> str:
    """Return the rows as a Markdown table, the oddest first: counts and shares only."""
    if not rows:
        return "Fewer than two splits hold subjects with labels of a closed domain: there is nothing to compare."
    compared = list(rows[0].n_subjects)
    header = [
        "label",
        "value",
        *(f"{split} (of {rows[0].n_subjects[split]})" for split in compared),
        "p",
        "p adjusted",
        "balanced",
    ]
    lines = [header, ["---"] * len(header)]
    for row in sorted(rows, key=lambda row: (row.p_value, row.target, row.code, row.value)):
        cells = (f"{row.n_with_value[split]} ({100 * row.share(split):.1f} %)" for split in compared)
        chances = f"{row.p_value:.3g}", f"{row.adjusted_p_value:.3g}"
        lines.append([f"{row.target} {row.code}", row.value, *cells, *chances, "yes" if row.is_balanced else "NO"])
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _count_subjects(
    labels: pa.Table, subjects: Sequence[SubjectSplit]
) -> dict[tuple[LabelTarget, str, str], defaultdict[Split, int]]:
    """Return the number of subjects by split, for each target, code and value of a closed domain."""
    drawn = pa.table(
        {
            "subject_id": pa.array([row.subject_id for row in subjects], pa.string()),
            "split": pa.array([row.split.value for row in subjects], pa.string()),
        }
    )
    counts: defaultdict[tuple[LabelTarget, str, str], defaultdict[Split, int]] = defaultdict(lambda: defaultdict(int))
    with open_database(_MEMORY_MB) as connection:
        connection.register("labels", labels.select(["subject_id", "target", "code", "value"]))
        connection.register("splits", drawn)
        found = connection.execute(_COUNTS, {"max_values": MAX_VALUES}).fetchall()
    for target, code, value, split, n_subjects in found:
        counts[LabelTarget(target), code, value][Split(split)] = n_subjects
    return dict(counts)


def _test(with_value: Sequence[int], n_subjects: Sequence[int]) -> float:
    """Return how likely a difference at least this large is by chance: subjects with and without the value, by split."""
    from scipy.stats import chi2_contingency, fisher_exact
    from scipy.stats.contingency import expected_freq

    without = [total - count for total, count in zip(n_subjects, with_value, strict=True)]
    if not any(with_value) or not any(without):
        return 1.0
    if float(expected_freq([with_value, without]).min()) >= _FEWEST_EXPECTED:
        result = chi2_contingency([with_value, without], correction=False)
        return float(result.pvalue)  # pyright: ignore[reportAttributeAccessIssue] # scipy's results have no stubs
    one_against_rest = [
        float(fisher_exact([[count, lack], [sum(with_value) - count, sum(without) - lack]]).pvalue)  # pyright: ignore[reportAttributeAccessIssue] # likewise
        for count, lack in zip(with_value, without, strict=True)
    ]
    n_tests = 1 if len(n_subjects) == 2 else len(n_subjects)  # of two splits both tests are the same
    return min(1.0, min(one_against_rest) * n_tests)


def _adjust(rows: Sequence[LabelBalance]) -> list[LabelBalance]:
    """Return the rows with p-values adjusted by Holm's step-down method."""
    adjusted = 0.0
    made: dict[int, LabelBalance] = {}
    for step, place in enumerate(sorted(range(len(rows)), key=lambda place: rows[place].p_value)):
        adjusted = min(1.0, max(adjusted, (len(rows) - step) * rows[place].p_value))
        made[place] = replace(rows[place], adjusted_p_value=adjusted)
    return [made[place] for place in range(len(rows))]
