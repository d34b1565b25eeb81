r"""The score table as one picture: a panel per benchmark and answer type, bars with 95 % intervals, a line at chance.

Example:
    >>> bytes(draw_leaderboard([])[:4])
    b'\x89PNG'
"""

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.baselines import CHANCE, Baseline
from evaluation.judging import View
from evaluation.leaderboard import SYNTHETIC, Column, Leaderboard, build_leaderboard
from pipelines.score_records import Score
from pipelines.vocabulary import AnswerType

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MODEL_COLOUR, _BASELINE_COLOUR, _INK, _CHANCE_COLOUR = "#3b6fb6", "#b4bac4", "#2b2f36", "#c2413b"
_PANELS_PER_ROW = 3
_LONGEST_NAME = 28
_LABEL_ROOM = 24  # per cent of the axis kept free for a label right of a whisker that ends at 100


def draw_leaderboard(scores: Sequence[Score], *, view: View = View.AS_PUBLISHED, is_synthetic: bool = False) -> bytes:
    """Return a PNG of the table of one view; the model named "chance" is drawn as a line.

    Raises:
        LeaderboardError: as `build_leaderboard`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    board = build_leaderboard(scores, view)
    models = [model for model in board.models if model != CHANCE]
    per_row = min(max(len(board.columns), 1), _PANELS_PER_ROW)
    n_rows = -(-max(len(board.columns), 1) // per_row)
    height = n_rows * (1.25 + 0.36 * max(len(models), 2)) + 0.7
    figure = Figure(figsize=(1.9 + 3.7 * per_row, height), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(_title(view, is_synthetic), fontsize=11, color=_INK, x=0.01, ha="left")
    axes = figure.subplots(n_rows, per_row, squeeze=False, sharey=True).flatten()
    for place, panel in enumerate(axes):
        if place < len(board.columns):
            _draw_panel(panel, board, board.columns[place], models)
        else:
            panel.set_axis_off()
    return _encode_png(figure)


def _title(view: View, is_synthetic: bool) -> str:
    title = f"Scores x 100 with 95 % intervals, closed answers {view.value.replace('_', ' ')}"
    return f"{SYNTHETIC.capitalize()} (no patients). {title}" if is_synthetic else title


def _draw_panel(panel: "Axes", board: Leaderboard, column: Column, models: Sequence[str]) -> None:
    baselines = {str(name) for name in Baseline}
    for place, model in enumerate(models):
        cell = board.cells.get((model, column))
        if cell is None:
            panel.text(1, place, "—", va="center", fontsize=8, color=_INK)
            continue
        value = 100 * cell.value
        panel.barh(place, value, height=0.62, color=_BASELINE_COLOUR if model in baselines else _MODEL_COLOUR)
        end = value
        if cell.low is not None and cell.high is not None:
            low, high = 100 * cell.low, 100 * cell.high
            panel.plot([low, high], [place, place], color=_INK, linewidth=1.2, marker="|", markersize=5, solid_capstyle="butt")
            end = max(value, high)
        panel.text(end + 1.5, place, f"{value:.1f}", va="center", fontsize=8, color=_INK)
    _draw_chance(panel, board, column)
    _style_panel(panel, board, column, models)


def _draw_chance(panel: "Axes", board: Leaderboard, column: Column) -> None:
    chance = board.cells.get((CHANCE, column))
    if chance is not None:
        panel.axvline(100 * chance.value, color=_CHANCE_COLOUR, linewidth=1.1, linestyle=(0, (4, 3)), zorder=3)
        panel.annotate(
            f"chance {100 * chance.value:.1f}",
            (100 * chance.value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            fontsize=7,
            color=_CHANCE_COLOUR,
        )


def _style_panel(panel: "Axes", board: Leaderboard, column: Column, models: Sequence[str]) -> None:
    kind = "closed, accuracy" if column.answer_type is AnswerType.CLOSED else f"open, {column.metric}"
    size = f"n {board.column_size(column)}, {board.column_clusters(column)} units"
    panel.set_title(f"{_shorten(column.benchmark, 40)}\n{kind}; {size}", fontsize=8.5, color=_INK, loc="left")
    panel.set_yticks(range(len(models)), [_shorten(model, _LONGEST_NAME) for model in models], fontsize=8.5, color=_INK)
    panel.set_ylim(max(len(models), 1) - 0.4, -1.0)  # first model on top, room for the chance label above it
    panel.set_xlim(0, 100 + _LABEL_ROOM)
    panel.set_xticks(range(0, 101, 25))
    panel.tick_params(axis="both", length=0, labelsize=8, labelcolor=_INK)
    panel.grid(axis="x", color="#e3e6ea", linewidth=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right", "bottom", "left"):
        panel.spines[side].set_visible(False)


def _shorten(text: str, longest: int) -> str:
    plain = text.replace("$", r"\$").replace("\n", " ")  # a dollar sign would start mathematical text
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def _encode_png(figure: "Figure") -> bytes:
    sink = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(sink, format="png", metadata={"Software": None})  # no version inside: equal input, equal bytes
    return sink.getvalue()
