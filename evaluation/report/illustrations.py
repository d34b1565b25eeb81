"""Every picture of the page with what it says to those who cannot see it.

Example:
    >>> illustrate(Findings(), [], []).bars is None
    True
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaluation.figures.drawing import PictureFormat, write_data_url
from evaluation.leaderboard.figure import draw_leaderboard
from evaluation.report.differences import MOST_DIFFERENCES
from evaluation.report.figures import draw_blind_against_sighted, draw_differences
from evaluation.report.findings import Findings
from evaluation.report.reading_figures import draw_letters, draw_rules, pick_read_answers
from evaluation.robustness.curves import RobustnessPoint
from evaluation.robustness.figure import draw_robustness
from evaluation.titles import order_benchmarks, title_benchmark
from pipelines.score_records import Comparison, Condition, ControlEffect


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG as a data URL, and its alternative text."""

    url: str
    alt: str


@dataclass(frozen=True)
class Pictures:
    """What there is something to draw of; None or empty otherwise."""

    bars: Picture | None = None
    blind: Picture | None = None
    differences: Picture | None = None
    rules: Picture | None = None
    letters: tuple[Picture, ...] = ()  # one per model
    curves: tuple[Picture, ...] = ()  # one per benchmark and answer type


def illustrate(findings: Findings, effects: Sequence[ControlEffect], differences: Sequence[Comparison]) -> Pictures:
    """Return the page's pictures; `effects` and `differences` are those picked for it."""
    if not findings.scores:
        return Pictures()
    read = pick_read_answers(findings.answers)
    bars = draw_leaderboard(findings.scores, is_synthetic=findings.is_synthetic, picture_format=PictureFormat.SVG)
    return Pictures(
        bars=Picture(
            write_data_url(bars, "image/svg+xml"),
            "A bar for each row of the table above, with its 95 % interval: a panel per column.",
        ),
        blind=_picture(
            draw_blind_against_sighted(effects),
            "For each model and column: the score, that without images and that with another item's. The table below has them.",
        ),
        differences=_picture(
            draw_differences(differences[:MOST_DIFFERENCES]),
            "Differences between rows with their 95 % intervals. The table below has them.",
        ),
        rules=_picture(draw_rules(read), "For each model: by which rule its closed answers were read."),
        letters=tuple(
            picture
            for name, answers in read.items()
            if (picture := _picture(draw_letters(answers, name), f"{name}: which letter was chosen where which was keyed."))
        ),
        curves=tuple(_draw_curves(findings.robustness, effects)),
    )


def _draw_curves(points: Sequence[RobustnessPoint], effects: Sequence[ControlEffect]) -> list[Picture]:
    cells = list(dict.fromkeys((point.benchmark, point.answer_type, point.metric) for point in points))
    order = order_benchmarks(cell[0] for cell in cells)
    curves = []
    for cell in sorted(cells, key=lambda cell: (order.index(cell[0]), cell[1])):
        title = title_benchmark(cell[0])
        named = [replace(one, benchmark=title) for one in points if (one.benchmark, one.answer_type, one.metric) == cell]
        blind = {
            effect.model: effect.control
            for effect in effects
            if (effect.benchmark, effect.answer_type, effect.metric) == cell and effect.condition is Condition.BLIND
        }
        drawn = draw_robustness(named, blind=blind, picture_format=PictureFormat.SVG)
        alt = f"{title}, {cell[1]}: scores from clean images to the fifth level of each corruption."
        curves.append(Picture(write_data_url(drawn, "image/svg+xml"), alt))
    return curves


def _picture(svg: str | None, alt: str) -> Picture | None:
    return None if svg is None else Picture(write_data_url(svg.encode(), "image/svg+xml"), alt)
