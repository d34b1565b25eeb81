r"""Robustness as one picture: a panel per corruption, a line per model with its 95 % band, dashed where it sees no images.

Example:
    >>> from evaluation.corruptions.kinds import Corruption
    >>> from pipelines.vocabulary import AnswerType
    >>> cell = ("model", "rebuilt", AnswerType.CLOSED, "accuracy", "all")
    >>> kinds = (None, *[Corruption.BLUR] * 5)
    >>> points = [RobustnessPoint(*cell, kind, level, 0.9, 0.8, 1.0, 40, 20) for level, kind in enumerate(kinds)]
    >>> bytes(draw_robustness(points)[:4])
    b'\x89PNG'
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evaluation.corruptions.kinds import CLEAN_LEVEL, LEVELS, Corruption, label_corruption
from evaluation.figures.drawing import GRID, INK, PictureFormat, encode_figure
from evaluation.figures.text import shorten, write_plainly
from evaluation.robustness.curves import RobustnessPoint
from evaluation.robustness.values import ALL_MODALITIES, RobustnessError
from evaluation.titles import write_as_words
from pipelines.vocabulary import AnswerType

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# told apart by eyes of every kind (Okabe and Ito 2008), and by their markers
_COLOURS = ("#3b6fb6", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#2b2f36")
_MARKERS = "osD^vPX"
_PANELS_PER_ROW = 4


def draw_robustness(
    points: Sequence[RobustnessPoint],
    *,
    blind: Mapping[str, float] | None = None,
    modality: str = ALL_MODALITIES,
    picture_format: PictureFormat = PictureFormat.PNG,
) -> bytes:
    """Return the curves of all models on one benchmark and answer type; equal points give equal bytes on one machine.

    Args:
        points: of one benchmark, answer type and metric; those of another modality are left out.
        blind: score without images by model, 0-1, drawn as a dashed line.
        modality: as in `RobustnessPoint`.
        picture_format: PNG, or SVG for a page.

    Raises:
        RobustnessError: no points of that modality, or of several benchmarks, answer types or metrics.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [point for point in points if point.modality == modality]
    title = _write_title(shown, modality)
    kinds = [kind for kind in Corruption if any(point.corruption is kind for point in shown)]
    models = list(dict.fromkeys(point.model for point in shown))
    n_cells = len(kinds) + 1  # the legend has one of its own
    per_row = min(n_cells, _PANELS_PER_ROW)
    n_rows = -(-n_cells // per_row)
    with rc_context({"svg.hashsalt": "medmim"}):
        figure = Figure(figsize=(2.75 * per_row, 2.35 * n_rows + 0.5), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=11, color=INK, x=0.01, ha="left")
        axes = figure.subplots(n_rows, per_row, squeeze=False, sharey=True).flatten()
        for panel, kind in zip(axes, kinds, strict=False):
            _draw_panel(panel, kind, shown, models, blind or {})
        for panel in axes[len(kinds) :]:
            panel.set_axis_off()
        _draw_legend(axes[0], axes[len(kinds)])
        return encode_figure(figure, picture_format)


def _write_title(points: Sequence[RobustnessPoint], modality: str) -> str:
    found = list(dict.fromkeys((point.benchmark, point.answer_type, point.metric) for point in points))
    if len(found) != 1:
        listed = "; ".join(f"{benchmark} {answer_type} {metric}" for benchmark, answer_type, metric in found) or "none"
        raise RobustnessError(
            f"a robustness figure shows one benchmark, answer type and metric, "
            f"got {len(found)} among images of modality {modality}: {listed}; pass the points of one"
        )
    benchmark, answer_type, metric = found[0]
    kind = "closed, accuracy" if answer_type is AnswerType.CLOSED else f"open, {metric}"
    images = "" if modality == ALL_MODALITIES else f", images: {write_as_words(modality)}"
    n, n_clusters = max(point.n for point in points), max(point.n_clusters for point in points)
    bands = " with 95 % intervals" if any(point.low is not None for point in points) else ""
    return write_plainly(f"{benchmark}: {kind} x 100{bands}{images}; n {n}, {n_clusters} units")


def _draw_panel(
    panel: "Axes", kind: Corruption, points: Sequence[RobustnessPoint], models: Sequence[str], blind: Mapping[str, float]
) -> None:
    for place, model in enumerate(models):
        colour = _COLOURS[place % len(_COLOURS)]
        curve = sorted((p for p in points if p.model == model and p.corruption in (None, kind)), key=lambda p: p.level)
        levels = [point.level for point in curve]
        if all(point.low is not None for point in curve):
            low, high = (
                [100 * (bound or 0.0) for bound in bounds] for bounds in zip(*((p.low, p.high) for p in curve), strict=True)
            )
            panel.fill_between(levels, low, high, color=colour, alpha=0.13, linewidth=0)
        panel.plot(
            levels,
            [100 * point.value for point in curve],
            color=colour,
            linewidth=1.5,
            marker=_MARKERS[(place + place // len(_COLOURS)) % len(_MARKERS)],  # an eighth model has the first's colour alone
            markersize=3.8,
            label=write_plainly(shorten(model)),
        )
        if model in blind:
            panel.axhline(100 * blind[model], color=colour, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    _style_panel(panel, kind)


def _style_panel(panel: "Axes", kind: Corruption) -> None:
    panel.set_title(label_corruption(kind), fontsize=9, color=INK, loc="left")
    panel.set_xlim(CLEAN_LEVEL - 0.25, LEVELS[-1] + 0.25)
    panel.set_xticks([CLEAN_LEVEL, *LEVELS], ["clean", *map(str, LEVELS)])
    panel.set_ylim(0, 101)
    panel.set_yticks(range(0, 101, 25))
    panel.tick_params(axis="both", length=0, labelsize=8, labelcolor=INK)
    panel.grid(axis="y", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right", "bottom", "left"):
        panel.spines[side].set_visible(False)


def _draw_legend(drawn: "Axes", free: "Axes") -> None:
    from matplotlib.lines import Line2D

    handles, labels = drawn.get_legend_handles_labels()
    if any(line.get_linestyle() == "--" for line in drawn.get_lines()):
        handles.append(Line2D([], [], color=INK, linewidth=1.1, linestyle=(0, (4, 3))))
        labels.append("without images (blind)")
    free.legend(handles, labels, loc="upper left", frameon=False, fontsize=8, labelcolor=INK)
