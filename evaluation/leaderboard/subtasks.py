"""The sub-tasks of each model as a table for a terminal or in Markdown, and in words where the images are surely used.

Example:
    >>> render_subtasks_text([]), render_subtasks([])
    ('', '')
"""

from collections.abc import Iterator, Sequence

from evaluation.comparisons.paired import PairedResult
from evaluation.controls.subtasks import Level, SubtaskScore
from evaluation.intervals import MIN_CLUSTERS
from evaluation.leaderboard.table import DASH, TOO_FEW, escape_markdown
from evaluation.leaderboard.text import align_rows
from evaluation.titles import title_benchmark, write_as_words
from pipelines.vocabulary import AnswerType

TITLE = "Sub-task by sub-task: with the images, without them, and with those of another item"
_HEADS = ("sub-task", "n", "units", "sighted", "blind", "shuffled", "over blind", "over shuffled", "shuffled over blind")
_NOTE = "Values x 100 with 95 % intervals by independent unit; differences on the items answered both ways."
_FEW_NOTE = f"{TOO_FEW} too few units (fewer than {MIN_CLUSTERS}): Wilson interval of single items, or none."


def render_subtasks_text(rows: Sequence[SubtaskScore]) -> str:
    """Return, for a terminal, an aligned table per model, and below it which sub-tasks need the images."""
    parts = [f"{TITLE}\n{_list_notes(rows)}"] if rows else []
    for model, own in _divide(rows):
        table = align_rows([_HEADS, *(_write_row(row) for row in own)]).replace(DASH, "-")
        parts.append(f"{model}\n{table}\n{describe_use(own)}")
    return "\n\n".join(parts)


def render_subtasks(rows: Sequence[SubtaskScore]) -> str:
    """Return the same as Markdown."""
    lines = [f"### {TITLE}", ""] if rows else []
    for model, own in _divide(rows):
        lines += [f"**{escape_markdown(model)}**", "", f"| {' | '.join(_HEADS)} |", f"|---{'|---:' * (len(_HEADS) - 1)}|"]
        lines += [f"| {' | '.join(escape_markdown(cell) for cell in _write_row(row))} |" for row in own]
        lines += ["", describe_use(own).replace("\n", "  \n"), ""]
    return "\n".join([*lines, _list_notes(rows), ""]) if rows else ""


def describe_use(rows: Sequence[SubtaskScore]) -> str:
    """Return which sub-tasks a model surely uses its images for, and which not: intervals that leave out 0 decide."""
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(_judge(row), []).append(_name(row))
    return "\n".join(f"  {verdict}: {'; '.join(names)}" for verdict, names in sorted(told.items()))


def _judge(row: SubtaskScore) -> str:
    pairs = [pair for pair in (row.over_blind, row.over_shuffled) if pair is not None]
    if not pairs:
        return "not asked without its images"
    if any(pair.low is None for pair in pairs):
        return "too few units to tell"
    if all(pair.low is not None and pair.low > 0 for pair in pairs):
        return "surely above what it reaches without its images"
    return "not surely above what it reaches without its images"


def _divide(rows: Sequence[SubtaskScore]) -> Iterator[tuple[str, list[SubtaskScore]]]:
    for model in dict.fromkeys(row.model for row in rows):
        yield model, [row for row in rows if row.model == model]


def _list_notes(rows: Sequence[SubtaskScore]) -> str:
    levels = [level for row in rows for level in (row.sighted, row.blind, row.shuffled) if level is not None]
    return f"{_NOTE} {_FEW_NOTE}" if any(not level.is_by_unit for level in levels) else _NOTE


def _write_row(row: SubtaskScore) -> tuple[str, ...]:
    n = row.sighted.n
    return (
        _name(row),
        str(n),
        str(row.sighted.n_clusters),
        _write_level(row.sighted, n),
        _write_level(row.blind, n),
        _write_level(row.shuffled, n),
        *(_write_difference(pair, n) for pair in (row.over_blind, row.over_shuffled, row.shuffled_over_blind)),
    )


def _name(row: SubtaskScore) -> str:
    kind = "" if row.answer_type is AnswerType.CLOSED else f", open ({row.metric})"
    return f"{write_as_words(row.subtask)}{kind} · {title_benchmark(row.benchmark)}"


def _write_level(level: Level | None, n: int) -> str:
    if level is None:
        return DASH
    interval = "" if level.low is None or level.high is None else f" [{100 * level.low:.1f}, {100 * level.high:.1f}]"
    return f"{100 * level.value:.1f}{interval}{'' if level.is_by_unit else TOO_FEW}{_tell_n(level.n, n)}"


def _write_difference(pair: PairedResult | None, n: int) -> str:
    if pair is None:
        return DASH
    interval = "" if pair.low is None or pair.high is None else f" [{_round(pair.low):+.1f}, {_round(pair.high):+.1f}]"
    return f"{_round(pair.difference):+.1f}{interval}{_tell_n(pair.n, n)}"


def _tell_n(own: int, n: int) -> str:
    return "" if own == n else f" (n {own})"


def _round(share: float) -> float:
    return round(100 * share, 1) + 0.0
