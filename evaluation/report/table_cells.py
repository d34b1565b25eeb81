"""The cells of the page's score table: a value, its interval, what is left after the blind run, and all of it in words.

Example:
    >>> format_percent(0.7099)
    '71.0'
"""

from dataclasses import dataclass

from evaluation.controls.headline import describe_effect
from evaluation.leaderboard.table import TOO_FEW, Cell, Column, Leaderboard, count_unread, has_too_few_clusters
from pipelines.score_records import Condition, ControlEffect

_ABOVE, _NOT_ABOVE = "▲", "△"


@dataclass(frozen=True, slots=True)
class TableCell:
    """One printed cell; `value` is empty where there is no score."""

    value: str
    mark: str = ""  # too few clusters
    interval: str = ""
    gain: str = ""  # over the same model's blind score
    gain_interval: str = ""
    remark: str = ""  # "n 50; undecided 4 of 50"
    kind: str = ""  # "best", "above", "not-above"
    told: str = ""  # all of it in words, for a pointer that rests on the cell


def print_cell(board: Leaderboard, name: str, column: Column, effect: ControlEffect | None, best: str) -> TableCell:
    """Return one cell of the table, empty where there is no score; `best` is the value, as it is printed, that is bold."""
    cell = board.cells.get((name, column))
    if cell is None:
        return TableCell("")
    value = format_percent(cell.value)
    kinds = ["best"] if value == best and cell.score.condition is Condition.SIGHTED else []
    if effect is not None and effect.low is not None:
        kinds.append("above" if effect.low > 0 else "not-above")
    size = f"n {cell.score.n}" if cell.score.n != board.column_size(column) else ""
    return TableCell(
        value=value,
        mark=TOO_FEW if has_too_few_clusters(cell) else "",
        interval=_print_interval(cell.low, cell.high),
        gain="" if effect is None else _print_gain(effect),
        gain_interval="" if effect is None else _print_interval(effect.low, effect.high),
        remark="; ".join(part for part in (size, count_unread(cell.score)) if part),
        kind=" ".join(kinds),
        told=_tell(cell, effect),
    )


def _print_interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{format_percent(low)}, {format_percent(high)}]"


def _print_gain(effect: ControlEffect) -> str:
    """Return what sight adds to the blind score: `△ +18.4`; no sign without an interval."""
    sign = "" if effect.low is None else f"{_ABOVE if effect.low > 0 else _NOT_ABOVE} "
    gain = round(100 * effect.difference, 1) + 0.0
    return f"{sign}{gain:+.1f}"


def _tell(cell: Cell, effect: ControlEffect | None) -> str:
    score = cell.score
    kind = "none"
    if cell.low is not None:
        kind = "cluster bootstrap by independent unit" if cell.is_by_unit else "Wilson's, of single items"
    units = f"{score.n_clusters} units{': too few clusters' if has_too_few_clusters(cell) else ''}"
    parts = [f"{score.metric} {100 * score.value:.2f}" if score.value is not None else "", f"95 % interval: {kind}"]
    parts += [f"n {score.n}", units, count_unread(score), "" if effect is None else describe_effect(effect)]
    return "; ".join(part for part in parts if part)


def format_percent(share: float) -> str:
    """Return a share x 100 to one decimal; what rounds to nothing has no sign."""
    return f"{round(100 * share, 1) + 0.0:.1f}"
