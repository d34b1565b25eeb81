"""The score table for a terminal: aligned columns instead of Markdown.

Example:
    >>> render_text([])
    'No scores yet.'
"""

from collections.abc import Sequence

from evaluation.judging import View
from evaluation.leaderboard import DASH, build_leaderboard, describe_cell
from pipelines.score_records import Score


def render_text(scores: Sequence[Score], *, view: View = View.AS_PUBLISHED) -> str:
    """Return the table with one line per model: values x 100 with 95 % intervals, a dash where a model has no score."""
    board = build_leaderboard(scores, view)
    if not board.columns:
        return "No scores yet."
    heads = [
        (column.benchmark, f"{column.answer_type}, {column.metric}", f"n {board.column_size(column)}")
        for column in board.columns
    ]
    rows = [[title, *line] for title, line in zip(("model", "", ""), zip(*heads, strict=True), strict=True)]
    for model in board.models:
        rows.append([model, *(describe_cell(board, model, column).replace(DASH, "-") for column in board.columns)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("   ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
