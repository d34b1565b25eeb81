r"""The score table as one picture: a panel per benchmark and answer type, bars with 95 % intervals, a line at chance.

Example:
    >>> bytes(draw_leaderboard([])[:4])
    b'\x89PNG'
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.baselines.rules import BASELINES, CHANCE
from evaluation.figures.drawing import ALARM, BLUE, GRID, INK, PictureFormat, encode_figure
from evaluation.figures.text import shorten, shorten_row, write_plainly
from evaluation.leaderboard.table import (
    SYNTHETIC,
    TOO_FEW,
    Cell,
    Column,
    Leaderboard,
    build_leaderboard,
    describe_size,
    has_too_few_clusters,
)
from evaluation.scores.judging import View
from evaluation.titles import title_benchmark
from pipelines.score_records import Condition, Score
from pipelines.vocabulary import AnswerType

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {"model": BLUE, "the same model, its images taken away or exchanged": "#b7cbe6", "rule": "#b4bac4"}
_PANELS_PER_ROW = 4  # two benchmarks, closed and open side by side
_LABEL_ROOM = 24  # per cent of the axis kept free for a label right of a whisker that ends at 100


def draw_leaderboard(
    scores: Sequence[Score],
    *,
    view: View = View.AS_PUBLISHED,
    is_synthetic: bool = False,
    picture_format: PictureFormat = PictureFormat.PNG,
) -> bytes:
    """Return a picture of the table of one view; the model named "chance" is drawn as a line.

    Raises:
        LeaderboardError: as `build_leaderboard`.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    board = build_leaderboard(scores, view)
    models = [name for name in board.rows if name != CHANCE]
    per_row = min(max(len(board.columns), 1), _PANELS_PER_ROW)
    n_rows = -(-max(len(board.columns), 1) // per_row)
    height = n_rows * (1.4 + 0.36 * max(len(models), 2)) + 0.7
    with rc_context({"svg.hashsalt": "medmim", "svg.fonttype": "none"}):  # text stays text: small, and found by a search
        figure = Figure(figsize=(1.9 + (2.85 if per_row > 2 else 3.7) * per_row, height), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_title(view, is_synthetic), fontsize=11, color=INK, x=0.01, ha="left")
        axes = figure.subplots(n_rows, per_row, squeeze=False, sharey=True).flatten()
        for place, panel in enumerate(axes):
            if place < len(board.columns):
                _draw_panel(panel, board, board.columns[place], models)
            else:
                panel.set_axis_off()
        _draw_legend(figure, board)
        return encode_figure(figure, picture_format)


def _title(view: View, is_synthetic: bool) -> str:
    title = f"Scores x 100 with 95 % intervals, closed answers {view.value.replace('_', ' ')}"
    return f"{SYNTHETIC.capitalize()} (no patients). {title}" if is_synthetic else title


def _draw_panel(panel: "Axes", board: Leaderboard, column: Column, models: Sequence[str]) -> None:
    for place, model in enumerate(models):
        cell = board.cells.get((model, column))
        if cell is None:
            panel.text(1, place, "—", va="center", fontsize=8, color=INK)
            continue
        value = 100 * cell.value
        panel.barh(place, value, height=0.62, color=_COLOURS[_kind_of(model, cell)])
        end = value
        if cell.low is not None and cell.high is not None:
            low, high = 100 * cell.low, 100 * cell.high
            panel.plot([low, high], [place, place], color=INK, linewidth=1.2, marker="|", markersize=5, solid_capstyle="butt")
            end = max(value, high)
        mark = TOO_FEW if has_too_few_clusters(cell) else ""
        panel.text(end + 1.5, place, f"{value:.1f}{mark}", va="center", fontsize=8, color=INK)
    _draw_chance(panel, board, column)
    _style_panel(panel, board, column, models)


def _kind_of(name: str, cell: Cell) -> str:
    model, control, rule = _COLOURS
    if name in BASELINES:
        return rule
    return model if cell.score.condition is Condition.SIGHTED else control


def _draw_legend(figure: "Figure", board: Leaderboard) -> None:
    from matplotlib.patches import Patch

    shown = {_kind_of(name, cell) for (name, _), cell in board.cells.items() if name != CHANCE}
    handles = [Patch(color=colour, label=kind) for kind, colour in _COLOURS.items() if kind in shown]
    if any(has_too_few_clusters(cell) for cell in board.cells.values()):
        handles.append(Patch(alpha=0, label=f"{TOO_FEW} too few units: interval of single items, or none"))
    if handles:
        figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False, fontsize=8, labelcolor=INK)


def _draw_chance(panel: "Axes", board: Leaderboard, column: Column) -> None:
    chance = board.cells.get((CHANCE, column))
    if chance is not None:
        panel.axvline(100 * chance.value, color=ALARM, linewidth=1.1, linestyle=(0, (4, 3)), zorder=3)
        panel.annotate(
            f"chance {100 * chance.value:.1f}",
            (100 * chance.value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            fontsize=7,
            color=ALARM,
        )


def _style_panel(panel: "Axes", board: Leaderboard, column: Column, models: Sequence[str]) -> None:
    kind = "closed, accuracy" if column.answer_type is AnswerType.CLOSED else f"open, {column.metric}"
    title = write_plainly(shorten(title_benchmark(column.benchmark), 36))
    panel.set_title(f"{title}\n{kind}\n{describe_size(board, column)}", fontsize=8.5, color=INK, loc="left")
    panel.set_yticks(range(len(models)), [write_plainly(shorten_row(model)) for model in models], fontsize=8.5, color=INK)
    panel.set_ylim(max(len(models), 1) - 0.4, -1.0)  # first model on top, room for the chance label above it
    panel.set_xlim(0, 100 + _LABEL_ROOM)
    panel.set_xticks(range(0, 101, 25))
    panel.tick_params(axis="both", length=0, labelsize=8, labelcolor=INK)
    panel.grid(axis="x", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right", "bottom", "left"):
        panel.spines[side].set_visible(False)
