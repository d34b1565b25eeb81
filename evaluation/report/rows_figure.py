"""What the page's row plots share: a line per row with its name on the left, a legend above, SVG out.

Example:
    >>> figure, axes = start_rows(2)
    >>> finish_rows(axes, ["a", "b"], "score")
    >>> "score" in encode_svg(figure)
    True
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.figures.drawing import GRID, INK, MUTED, PictureFormat, encode_figure
from evaluation.figures.text import write_plainly

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _ROW_HEIGHT, _LEGEND_HEIGHT = 10.2, 0.3, 0.24  # inches


def start_rows(n_rows: int, n_legend_lines: int = 1) -> "tuple[Figure, Axes]":
    """Return an empty figure that is high enough for its rows."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    height = 0.7 + _LEGEND_HEIGHT * n_legend_lines + _ROW_HEIGHT * n_rows
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.subplots()


def finish_rows(axes: "Axes", names: Sequence[str], label: str) -> None:
    """Name the rows, the first on top, and say what the axis measures."""
    axes.set_yticks(range(len(names)), [write_plainly(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(label, fontsize=8.5, color=MUTED)
    axes.tick_params(axis="both", length=0, labelsize=8.5, labelcolor=INK)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    hide_frame(axes)


def place_legend(figure: "Figure", handles: "Sequence[Artist]", n_columns: int) -> None:
    """Put a legend above the rows, where it hides none."""
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=n_columns,
        frameon=False,
        fontsize=8.5,
        labelcolor=INK,
        handletextpad=0.5,
        columnspacing=1.4,
    )


def hide_frame(axes: "Axes") -> None:
    """Take the box around a plot away."""
    for spine in axes.spines.values():
        spine.set_visible(False)


def encode_svg(figure: "Figure") -> str:
    """Return a figure as SVG with its text as text; equal figures give equal bytes on one machine."""
    from matplotlib import rc_context

    with rc_context(
        {"svg.hashsalt": "medmim", "svg.fonttype": "none", "font.family": "sans-serif", "savefig.transparent": True}
    ):
        return encode_figure(figure, PictureFormat.SVG).decode()
