r"""The study as one picture of three panels, as Fig. 4 of the paper: abilities left out, composed records left out, less data.

Example:
    >>> bytes(draw_ablations(AblationStudy((), (), ()))[:4])
    b'\x89PNG'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.ablations.arms import Arm, Panel, title_ability, title_arm
from evaluation.ablations.rows import AblationEffect, AblationStudy, ArmScore, Verdict
from evaluation.figures.drawing import BLUE, GRID, INK, MUTED, ORANGE, PictureFormat, encode_figure
from evaluation.figures.text import write_plainly
from evaluation.leaderboard.table import SYNTHETIC
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability, AnswerType

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ARM_COLOURS = {Arm.FULL: BLUE, Arm.WITHOUT_COMPOSED: ORANGE}
_OTHER = "#9aa1ac"  # an arm whose left-out ability is another than the one asked
# told apart by eyes of every kind (Okabe and Ito 2008), and by their markers
_ABILITY_COLOURS = ("#3b6fb6", "#d55e00", "#009e73", "#8a6d00")
_ABILITY_MARKERS = "osD^"
_BLIND_DASH = (0, (4, 3))
_SHORT = {Ability.TEMPORAL: "temp.", Ability.REASONING: "reas.", Ability.COMPARISON: "comp.", Ability.COREFERENCE: "co-ref."}
_STEP = 0.17  # between the arms of one ability
_DODGE = 2.2  # per cent of the data, between abilities
_TITLES = {
    Panel.ABILITY: "one ability left out of training",
    Panel.COMPOSED: "composed records left out",
    Panel.SHARE: "part of the training data",
}
_BESIDE = 5.5  # points to the right of a mark: single runs


@dataclass(frozen=True)
class _Shown:
    """What is drawn: one answer type."""

    abilities: tuple[Ability, ...]
    arms: dict[tuple[Arm, Ability], ArmScore]
    blind: dict[Ability, float]  # of the runs on all data, 0-1
    runs: dict[tuple[Arm, Ability], list[float]]
    effects: dict[tuple[Arm, Ability], AblationEffect]

    def list_arms(self, *panels: Panel) -> list[Arm]:
        """Return the arms of panels that were run, that of all data first."""
        ran = {arm for arm, _ in self.arms}
        return [arm for arm in Arm if arm in ran and (arm is Arm.FULL or arm.panel in panels)]


def draw_ablations(
    study: AblationStudy,
    *,
    answer_type: AnswerType = AnswerType.CLOSED,
    is_synthetic: bool = False,
    picture_format: PictureFormat = PictureFormat.PNG,
) -> bytes:
    """Return the picture of one answer type; equal rows give equal bytes on one machine.

    A mark is the mean over seeds, filled where its difference to all data shows; its line is the 95 % interval over seeds and
    units, small dots are the single runs, and a dashed line is what the runs on all data reach without images.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = _pick(study, answer_type)
    with rc_context({"svg.hashsalt": "medmim", "svg.fonttype": "none"}):
        figure = Figure(figsize=(11, 7.4), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_write_title(study, answer_type, is_synthetic), fontsize=11, color=INK, x=0.01, ha="left")
        panels = figure.subplot_mosaic([["a", "a"], ["b", "c"]], height_ratios=[1.1, 1])
        for panel, draw in _DRAWN_BY.items():
            arms = shown.list_arms(panel)
            draw(panels[panel.value], shown, arms)
            told = "" if set(arms) - {Arm.FULL} else " (not run)"  # else what was left out would seem to have changed nothing
            panels[panel.value].set_title(f"({panel}) {_TITLES[panel]}{told}", fontsize=9, color=INK, loc="left")
        _draw_legend(figure)
        return encode_figure(figure, picture_format)


def _pick(study: AblationStudy, answer_type: AnswerType) -> _Shown:
    arms = [row for row in study.arms if row.answer_type is answer_type]
    sighted = [row for row in arms if row.condition is Condition.SIGHTED]
    runs: dict[tuple[Arm, Ability], list[float]] = {}
    for row in study.scores:
        if row.answer_type is answer_type and row.condition is Condition.SIGHTED:
            runs.setdefault((row.arm, row.ability), []).append(row.value)
    return _Shown(
        abilities=tuple(ability for ability in Ability if any(row.ability is ability for row in sighted)),
        arms={(row.arm, row.ability): row for row in sighted},
        blind={row.ability: row.value for row in arms if row.condition is Condition.BLIND and row.arm is Arm.FULL},
        runs=runs,
        effects={(one.arm, one.ability): one for one in study.effects if one.answer_type is answer_type},
    )


def _write_title(study: AblationStudy, answer_type: AnswerType, is_synthetic: bool) -> str:
    metric = next((row.metric for row in study.arms if row.answer_type is answer_type), "no runs")
    seeds = sorted({row.n_seeds for row in study.arms if row.answer_type is answer_type})
    told = "" if not seeds else f"; {seeds[0]} seeds" if len(seeds) == 1 else f"; {seeds[0]} to {seeds[-1]} seeds"
    title = f"Held-in set: {answer_type}, {metric} x 100 with 95 % intervals over seeds and units{told}"
    return write_plainly(f"{SYNTHETIC.capitalize()} (no patients). {title}" if is_synthetic else title)


def _draw_by_ability(panel: "Axes", shown: _Shown, arms: Sequence[Arm]) -> None:
    """Draw a group of marks per ability, one per arm; the arm that left this very ability out stands out."""
    width = _STEP * (len(arms) - 1)
    for group, ability in enumerate(shown.abilities):
        if ability in shown.blind:
            ends = [group - width / 2 - 0.1, group + width / 2 + 0.1]
            panel.plot(ends, [100 * shown.blind[ability]] * 2, color=MUTED, linewidth=1.1, linestyle=_BLIND_DASH, zorder=1)
        for place, arm in enumerate(arms):
            colour = _ARM_COLOURS.get(arm, ORANGE if arm.left_out is ability else _OTHER)
            marker = "o" if arm is Arm.FULL else "D" if colour == ORANGE else "s"
            _draw_mark(panel, shown, (arm, ability), group - width / 2 + _STEP * place, colour, marker)
            if arm.left_out is not None:
                shade = INK if arm.left_out is ability else MUTED
                at = group - width / 2 + _STEP * place
                panel.text(at, -5.5, f"− {_SHORT[arm.left_out]}", ha="center", fontsize=6.5, color=shade)
    names = [f"{title_ability(ability)}\n{_tell_size(shown, ability)}" for ability in shown.abilities]
    panel.set_xticks(range(len(names)), names)
    panel.set_xlim(-0.6, max(len(names), 1) - 0.4)
    _style_panel(panel)


def _draw_shares(panel: "Axes", shown: _Shown, arms: Sequence[Arm]) -> None:
    """Draw a line per ability over the share of the data."""
    by_share = sorted(arms, key=lambda arm: arm.share)
    for place, ability in enumerate(shown.abilities):
        colour, marker = _ABILITY_COLOURS[place], _ABILITY_MARKERS[place]
        dodge = _DODGE * (place - (len(shown.abilities) - 1) / 2)
        if ability in shown.blind:
            panel.axhline(100 * shown.blind[ability], color=colour, linewidth=0.9, linestyle=_BLIND_DASH, alpha=0.7, zorder=1)
        ran = [arm for arm in by_share if (arm, ability) in shown.arms]
        places = [100 * arm.share + dodge for arm in ran]
        means = [100 * shown.arms[arm, ability].value for arm in ran]
        panel.plot(places, means, color=colour, linewidth=1.3, label=title_ability(ability), marker=marker, markersize=0.1)
        for arm, at in zip(ran, places, strict=True):
            _draw_mark(panel, shown, (arm, ability), at, colour, marker)
    panel.set_xticks(range(0, 101, 25), [f"{share} %" for share in range(0, 101, 25)])
    panel.set_xlim(-6, 106)
    _style_panel(panel)
    if shown.abilities:
        # Beside the title: within the panel intervals run through it.
        beside_title = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.1}
        packed = {"ncols": 4, "columnspacing": 0.6, "handlelength": 0.9, "handletextpad": 0.3}
        legend = panel.legend(fontsize=6.5, frameon=False, labelcolor=INK, **packed, **beside_title)
        for handle, marker in zip(legend.get_lines(), _ABILITY_MARKERS, strict=False):
            handle.set_marker(marker)
            handle.set_markersize(4.5)


_DRAWN_BY = {Panel.ABILITY: _draw_by_ability, Panel.COMPOSED: _draw_by_ability, Panel.SHARE: _draw_shares}


def _draw_mark(panel: "Axes", shown: _Shown, place: tuple[Arm, Ability], at: float, colour: str, marker: str) -> None:
    from matplotlib.transforms import offset_copy

    row, effect = shown.arms.get(place), shown.effects.get(place)
    if row is None:
        return
    if row.low is not None and row.high is not None:
        panel.plot([at, at], [100 * row.low, 100 * row.high], color=colour, linewidth=1.2, solid_capstyle="butt", zorder=2)
    runs = [100 * value for value in shown.runs[place]]
    beside = offset_copy(panel.transData, panel.get_figure(root=True), x=_BESIDE, y=0, units="points")
    panel.plot([at] * len(runs), runs, linestyle="", marker="o", markersize=2.6, color=colour, transform=beside, zorder=2)
    is_filled = effect is None or effect.verdict in (Verdict.COSTS, Verdict.HELPS)
    panel.plot(
        at,
        100 * row.value,
        marker=marker,
        markersize=6,
        markeredgewidth=1.3,
        color=colour,
        markerfacecolor=colour if is_filled else "white",
        zorder=3,
    )


def _tell_size(shown: _Shown, ability: Ability) -> str:
    row = shown.arms[Arm.FULL, ability]
    return f"n {row.n}, {row.n_clusters} units"


def _style_panel(panel: "Axes") -> None:
    panel.set_ylim(-7, 103)
    panel.set_yticks(range(0, 101, 25))
    panel.tick_params(axis="both", length=0, labelsize=8, labelcolor=INK)
    panel.grid(axis="y", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)
    for spine in panel.spines.values():
        spine.set_visible(False)


def _draw_legend(figure: "Figure") -> None:
    from matplotlib.lines import Line2D

    marks = {"linestyle": "", "markersize": 6, "markeredgewidth": 1.3}
    handles = [
        Line2D([], [], marker="o", color=BLUE, label=title_arm(Arm.FULL), **marks),
        Line2D([], [], marker="D", color=ORANGE, label="without this ability (a), without composed records (b)", **marks),
        Line2D([], [], marker="s", color=_OTHER, label="without another ability", **marks),
        Line2D([], [], marker="D", color=INK, markerfacecolor="white", label="hollow: no difference shows (Holm)", **marks),
        Line2D([], [], marker="o", color=MUTED, linestyle="", markersize=2.6, label="one run"),
        Line2D([], [], color=MUTED, linewidth=1.1, linestyle=_BLIND_DASH, label="all data, without images (blind)"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=8, labelcolor=INK)
