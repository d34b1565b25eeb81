"""Plots of differences: each model with and without its images, and against the other rows of the table.

Example:
    >>> draw_blind_against_sighted([]) is None, draw_differences([]) is None
    (True, True)
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evaluation.figures.drawing import ALARM, BLUE, GRID, INK, MUTED, ORANGE
from evaluation.figures.text import shorten
from evaluation.report.rows_figure import encode_svg, finish_rows, place_legend, start_rows
from evaluation.titles import title_benchmark
from pipelines.score_records import Comparison, Condition, ControlEffect

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

CLEAR_P = 0.05
_RING: Mapping[str, Any] = {"marker": "o", "markersize": 11, "markerfacecolor": "none", "markeredgewidth": 1.5}
_CELL = tuple[str, str, str]


def draw_blind_against_sighted(effects: Sequence[ControlEffect]) -> str | None:
    """Return a dumbbell per cell as SVG: the score, and those of the same model blind and with others' images; None without.

    Where the blind score equals the sighted one its ring goes round the point, so that neither hides the other.
    """
    by_cell: dict[_CELL, dict[Condition, ControlEffect]] = {}
    for effect in effects:
        by_cell.setdefault((effect.model, effect.benchmark, effect.answer_type), {})[effect.condition] = effect
    if not by_cell:
        return None
    figure, axes = start_rows(len(by_cell))
    for place, controls in enumerate(by_cell.values()):
        _draw_dumbbell(axes, place, controls)
    finish_rows(axes, [_name_cell(controls) for controls in by_cell.values()], "score x 100, without intervals")
    axes.set_xlim(-1, 101)
    place_legend(figure, _key_of_dumbbells(), 3)
    return encode_svg(figure)


def draw_differences(comparisons: Sequence[Comparison]) -> str | None:
    """Return a forest plot as SVG: each paired difference with its 95 % interval, filled where Holm leaves p below 0.05."""
    if not comparisons:
        return None
    figure, axes = start_rows(len(comparisons))
    axes.axvline(0, color=ALARM, linewidth=1, linestyle=(0, (4, 3)))
    for place, row in enumerate(comparisons):
        if row.low is not None and row.high is not None:
            axes.plot([100 * row.low, 100 * row.high], [place, place], color=INK, linewidth=1.3, solid_capstyle="butt")
        fill = BLUE if is_clear(row) else "white"
        axes.plot(100 * row.difference, place, "D", color=BLUE, markersize=6, markerfacecolor=fill, markeredgewidth=1.3)
    finish_rows(axes, [_name_comparison(row) for row in comparisons], "difference of scores x 100, the first less the second")
    place_legend(figure, _key_of_differences(), 3)
    return encode_svg(figure)


def is_clear(row: Comparison) -> bool:
    """Tell whether a difference outlives Holm's correction; the test by independent unit decides."""
    return row.sign_flip_p_holm is not None and row.sign_flip_p_holm < CLEAR_P


def _draw_dumbbell(axes: "Axes", place: int, controls: Mapping[Condition, ControlEffect]) -> None:
    # Sighted scores of two controls may differ: each is over the items answered both ways.
    sighted = 100 * next(iter(controls.values())).sighted
    points = {condition: 100 * effect.control for condition, effect in controls.items()}
    ends = [sighted, *points.values()]
    axes.plot([min(ends), max(ends)], [place, place], color=GRID, linewidth=3.5)
    if Condition.SHUFFLED_IMAGES in points:
        axes.plot(points[Condition.SHUFFLED_IMAGES], place, "D", color=ORANGE, markersize=7.5)
    axes.plot(sighted, place, "o", color=BLUE, markersize=6.5)
    if Condition.BLIND in points:
        axes.plot(points[Condition.BLIND], place, color=MUTED, **_RING)


def _name_cell(controls: Mapping[Condition, ControlEffect]) -> str:
    one = next(iter(controls.values()))
    return f"{shorten(one.model)} · {title_benchmark(one.benchmark)}, {one.answer_type} (n {one.n}, {one.n_clusters} units)"


def _name_comparison(row: Comparison) -> str:
    models = f"{shorten(row.model_a, 24)} − {shorten(row.model_b, 24)}"
    return f"{models} · {title_benchmark(row.benchmark)}, {row.answer_type} (n {row.n})"


def _key_of_dumbbells() -> "list[Line2D]":
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="", marker="o", color=BLUE, markersize=6.5, label="as it is"),
        Line2D([], [], linestyle="", color=MUTED, label="blind: no images", **_RING),
        Line2D([], [], linestyle="", marker="D", color=ORANGE, markersize=7.5, label="images of another item"),
    ]


def _key_of_differences() -> "list[Line2D]":
    from matplotlib.lines import Line2D

    marks: dict[str, Any] = {"linestyle": "", "marker": "D", "color": BLUE, "markersize": 6, "markeredgewidth": 1.3}
    return [
        Line2D([], [], label=f"sign-flip p < {CLEAR_P} after Holm", **marks),
        Line2D([], [], label="not shown to differ", markerfacecolor="white", **marks),
        Line2D([], [], color=INK, linewidth=1.3, label="95 % cluster bootstrap; none below ten units"),
    ]
