"""What became of the groups of a source: written, passed, and why not, as a table of counts per sub-task and answer type.

Example:
    >>> print(tabulate_yield([], [], [], []))
    | sub-task | answer type | groups | written | passed | share | why not |
    |---|---|---:|---:|---:|---:|---|
    | all | | 0 | 0 | 0 | - | |
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record, Rejection

_HEAD = ("| sub-task | answer type | groups | written | passed | share | why not |", "|---|---|---:|---:|---:|---:|---|")
_NOT_WRITTEN = "not written"  # in the place of an answer type


@dataclass
class _Row:
    groups: set[str] = field(default_factory=set)
    n_written: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)

    def show(self, subtask: str, answer_type: str, n_passed: int) -> str:
        share = f"{n_passed / self.n_written:.1%}" if self.n_written else "-"
        ordered = sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))
        why = ", ".join(f"{reason} {count:,}" for reason, count in ordered)
        return f"| {subtask} | {answer_type} | {len(self.groups):,} | {self.n_written:,} | {n_passed:,} | {share} | {why} |"


def tabulate_yield(
    groups: Iterable[ImageGroup],
    records: Sequence[Record],
    rejections: Iterable[Rejection],
    not_generated: Iterable[Rejection],
) -> str:
    """Return a Markdown table of counts alone: a row for each sub-task and answer type, and one for all.

    Args:
        groups: that records were to be written of.
        records: what was written, every version: a row counts versions, so that written = passed + why not.
        rejections: of validation, by record_id.
        not_generated: of generation, by group_id; groups that gave one of two records have such a row as well.

    Raises:
        ValueError: a rejection names no record, or no group, that was given.
    """
    subtask_of = {group.group_id: group.subtask.value for group in groups}
    kind_of = {record.record_id: (record.subtask.value, record.answer_type.value) for record in records}
    rows: defaultdict[tuple[str, str], _Row] = defaultdict(_Row)
    for record in records:
        row = rows[kind_of[record.record_id]]
        row.n_written += 1
        row.groups.add(record.group_id)
    for rejection in rejections:
        _require(kind_of, rejection.item, "records")
        rows[kind_of[rejection.item]].reasons[rejection.reason] += 1
    for rejection in not_generated:
        _require(subtask_of, rejection.item, "groups")
        row = rows[subtask_of[rejection.item], _NOT_WRITTEN]
        row.groups.add(rejection.item)
        row.reasons[rejection.reason] += 1
    return "\n".join((*_HEAD, *_show(rows, set(subtask_of))))


def _require(known: Mapping[str, object], item: str, name: str) -> None:
    if item not in known:
        raise ValueError(f"yield: a rejection names {item}, which is none of the {len(known)} {name}; give all of one run")


def _show(rows: Mapping[tuple[str, str], _Row], groups: set[str]) -> Iterator[str]:
    n_passed_of_all = 0
    total = _Row(groups)
    for (subtask, answer_type), row in sorted(rows.items()):
        n_passed = row.n_written - sum(row.reasons.values()) if answer_type != _NOT_WRITTEN else 0
        n_passed_of_all += n_passed
        total.n_written += row.n_written
        total.reasons += row.reasons
        yield row.show(subtask, answer_type, n_passed)
    yield total.show("all", "", n_passed_of_all).replace("|  |", "| |")
