r"""The data set as one picture, in the spirit of Med-MIM's Fig. 2 (arXiv 2505.19031), and each of its panels alone.

Example:
    >>> bytes(draw_statistics([])[:4])
    b'\x89PNG'
"""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pipelines.statistics.bars import FONT_SIZE, INK, RED
from pipelines.statistics.lookup import Lookup
from pipelines.statistics.panels import DRAW, Panel
from pipelines.statistics.statistic import Counted, Population, Statistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _HEIGHT, _DPI = 16.0, 10.4, 110  # inches; the smallest letters are 8 px high where it is shown 1200 px wide
_PANEL_WIDTH, _PANEL_HEIGHT = 6.4, 5.2


def draw_statistics(statistics: Iterable[Statistic]) -> bytes:
    """Return a PNG of all panels; it says so where anything is synthetic, and panels without numbers say that."""
    return _encode_png(build_figure(statistics))


def build_figure(statistics: Iterable[Statistic]) -> "Figure":
    """Return all panels as a matplotlib figure, for those who want another format."""
    numbers = Lookup(statistics)
    figure = _open_figure(_WIDTH, _HEIGHT, [*_warnings(numbers), (describe_size(numbers), INK)])
    for axes, draw in zip(figure.subplots(2, 3).flatten(), DRAW.values(), strict=True):
        _draw(draw, axes, numbers)
    return figure


def draw_panel(statistics: Iterable[Statistic], panel: Panel) -> bytes:
    """Return a PNG of one panel alone."""
    numbers = Lookup(statistics)
    figure = _open_figure(_PANEL_WIDTH, _PANEL_HEIGHT, _warnings(numbers))
    _draw(DRAW[panel], figure.subplots(), numbers)
    return _encode_png(figure)


def describe_size(numbers: Lookup) -> str:
    """Return one line: how many groups and records, of how many subjects and independent units."""
    parts = []
    for population in Population:
        size = numbers.size(population)
        subjects, units = (numbers.size(population, counted=counted) for counted in (Counted.SUBJECT, Counted.UNIT))
        name = "image groups" if population is Population.GROUPS else "approved records"
        parts.append(f"{size:,} {name} ({subjects:,} subjects, {units:,} independent units)" if size else f"no {name} yet")
    return "; ".join(parts)


def warn_synthetic(numbers: Lookup) -> str:
    """Return the warning that goes with synthetic numbers."""
    if numbers.is_mixed:
        return "PARTLY SYNTHETIC: made from real downloads and the synthetic cohort together"
    return "SYNTHETIC cohort: these numbers say nothing about patients"


def _warnings(numbers: Lookup) -> list[tuple[str, str]]:
    return [(warn_synthetic(numbers), RED)] if numbers.is_synthetic else []


def _open_figure(width: float, height: float, heads: Sequence[tuple[str, str]]) -> "Figure":
    """Return an empty figure with lines of text (and their colours) above the room for panels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    size = 12.5 if width > _PANEL_WIDTH else 10.0
    step = 1.7 * size / 72 / height  # of one line of text, as a share of the height
    room = ConstrainedLayoutEngine(rect=(0.004, 0, 0.992, 1 - step * (len(heads) + 0.4)), h_pad=0.12, w_pad=0.08)
    figure = Figure(figsize=(width, height), dpi=_DPI, layout=room)
    FigureCanvasAgg(figure)
    for row, (text, colour) in enumerate(heads):
        weight = "bold" if colour == RED else "normal"
        figure.text(0.01, 1 - step * (row + 0.4), text, fontsize=size, color=colour, fontweight=weight, va="top")
    return figure


def _draw(draw: Callable[["Axes", Lookup], None], axes: "Axes", numbers: Lookup) -> None:
    draw(axes, numbers)
    axes.set_title(axes.get_title("left"), loc="left", fontsize=FONT_SIZE + 2, color=INK)


def _encode_png(figure: "Figure") -> bytes:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", metadata={"Software": None})  # no version inside: equal input, equal bytes
    return sink.getvalue()
