"""The score table for a terminal: aligned columns instead of Markdown, in blocks that fit its width.

Example:
    >>> render_text([])
    'No scores yet.'
    >>> print(align_rows([["model", "n"], ["tiny", "12"]]))
    model   n
    tiny    12
"""

from collections.abc import Sequence

from evaluation.leaderboard.table import (
    DASH,
    TOO_FEW,
    Column,
    Leaderboard,
    build_leaderboard,
    describe_cell,
    describe_size,
    has_too_few_clusters,
)
from evaluation.scores.judging import View
from evaluation.titles import title_benchmark
from pipelines.score_records import Score

_GAP = "   "
WIDTH = 150  # characters


def render_text(scores: Sequence[Score], *, view: View = View.AS_PUBLISHED, width: int = WIDTH) -> str:
    """Return the table with one line per model: values x 100 with 95 % intervals, a dash where a model has no score.

    Columns that do not fit the width go into further blocks below, each with the models' names; a column that does not fit
    beside the names at all stands alone and is wider.
    """
    board = build_leaderboard(scores, view)
    if not board.columns:
        return "No scores yet."
    names = ["model", "", "", *board.rows]
    blocks = _divide([_write_column(board, column) for column in board.columns], width - max(map(len, names)))
    tables = [align_rows(list(zip(names, *block, strict=True))) for block in blocks]
    if any(has_too_few_clusters(cell) for cell in board.cells.values()):
        tables.append(f"{TOO_FEW} too few clusters: Wilson interval of single items, or none.")
    return "\n\n".join(tables)


def align_rows(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of equally many cells as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _write_column(board: Leaderboard, column: Column) -> list[str]:
    head = [title_benchmark(column.benchmark), f"{column.answer_type}, {column.metric}", describe_size(board, column)]
    return [*head, *(describe_cell(board, name, column).replace(DASH, "-") for name in board.rows)]


def _divide(columns: Sequence[Sequence[str]], room: int) -> list[list[Sequence[str]]]:
    """Return the columns in their order, as many to a block as there is room for, at least one."""
    blocks: list[list[Sequence[str]]] = []
    left = 0
    for column in columns:
        needed = len(_GAP) + max(map(len, column))
        if not blocks or needed > left:
            blocks.append([])
            left = room
        blocks[-1].append(column)
        left -= needed
    return blocks
