"""Plots of how answers were read: which rules fired, and which letters were chosen where which were keyed.

Example:
    >>> draw_rules({}) is None, draw_letters([], "nobody") is None
    (True, True)
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.choice import ChoiceRule
from evaluation.figures.drawing import ALARM, INK, MUTED
from evaluation.figures.text import shorten_row, write_plainly
from evaluation.leaderboard.table import name_row
from evaluation.report.rows_figure import encode_svg, finish_rows, hide_frame, place_legend, start_rows
from evaluation.scores.scorecard import JudgedAnswer
from evaluation.titles import write_as_words
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

UNDECIDED = "–"
_PER_LINE = 6  # rules in one line of the legend
_DARK = 55  # per cent from which on a field's number is white
# From strict wordings (dark) to loose ones (light); undecided answers are hatched besides.
_PALETTE = (
    *("#1d3a63", "#3b6fb6", "#6d97d0", "#a5c1e4", "#1f5c56", "#2f8f85", "#7dbdb4"),
    *("#5f4f94", "#9a8ac8", "#c9bfe3", "#8a6d00", "#d1b24a", "#6b7280"),
)


def pick_read_answers(answers: Iterable[JudgedAnswer]) -> dict[str, list[JudgedAnswer]]:
    """Return the closed answers to items as they are by the name of the table's row.

    Of a model that has none, since it takes text alone, the blind ones.
    """
    by_model: dict[str, dict[Condition, list[JudgedAnswer]]] = {}
    for answer in answers:
        if answer.answer_type is AnswerType.CLOSED and answer.condition in (Condition.SIGHTED, Condition.BLIND):
            by_model.setdefault(answer.model, {}).setdefault(answer.condition, []).append(answer)
    picked: dict[str, list[JudgedAnswer]] = {}
    for model, ways in by_model.items():
        condition = Condition.SIGHTED if Condition.SIGHTED in ways else Condition.BLIND
        picked[name_row(model, condition)] = ways[condition]
    return picked


def draw_rules(answers: Mapping[str, Sequence[JudgedAnswer]]) -> str | None:
    """Return a stacked bar per row as SVG: by which rule its answers were read; undecided ones red and hatched."""
    counts = {name: Counter(answer.rule for answer in some if answer.rule is not None) for name, some in answers.items()}
    counts = {name: count for name, count in counts.items() if count}
    rules = [str(rule) for rule in ChoiceRule if any(count[rule] for count in counts.values())]
    if not rules:
        return None
    from matplotlib.patches import Patch

    styles = {rule: _style_of(rule) for rule in rules}
    figure, axes = start_rows(len(counts), -(-len(rules) // _PER_LINE))
    for place, count in enumerate(counts.values()):
        left = 0.0
        for rule, style in styles.items():
            width = 100 * count[rule] / count.total()
            axes.barh(place, width, left=left, height=0.66, linewidth=0, **style)
            left += width
    names = [f"{shorten_row(name)} (n {count.total()})" for name, count in counts.items()]
    finish_rows(axes, names, "share of closed answers, per cent")
    axes.set_xlim(0, 100)
    place_legend(figure, [Patch(label=write_as_words(rule), linewidth=0, **style) for rule, style in styles.items()], _PER_LINE)
    return encode_svg(figure)


def count_letters(answers: Iterable[JudgedAnswer]) -> Mapping[tuple[str, str], int]:
    """Return how often which place was chosen where which was keyed: letters by place, "–" for undecided answers."""
    closed = (answer for answer in answers if answer.answer_type is AnswerType.CLOSED and answer.keyed_place is not None)
    return Counter(
        (chr(65 + (one.keyed_place or 0)), UNDECIDED if one.place is None else chr(65 + one.place)) for one in closed
    )


def draw_letters(answers: Sequence[JudgedAnswer], name: str) -> str | None:
    """Return a matrix as SVG: rows are keyed letters, columns chosen ones, per cent of a row; None without closed answers."""
    counts = count_letters(answers)
    if not counts:
        return None
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    keyed = sorted({row for row, _ in counts})
    chosen = sorted({column for _, column in counts} | set(keyed), key=lambda letter: (letter == UNDECIDED, letter))
    sizes = {row: sum(counts.get((row, column), 0) for column in chosen) for row in keyed}
    shares = [[100 * counts.get((row, column), 0) / sizes[row] for column in chosen] for row in keyed]
    figure = Figure(figsize=(1.15 + 0.46 * len(chosen), 1.05 + 0.4 * len(keyed)), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, aspect="auto")
    for place, row in enumerate(shares):
        for spot, share in enumerate(row):
            colour = "white" if share > _DARK else INK
            axes.text(spot, place, f"{share:.0f}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(chosen)), chosen)
    axes.set_yticks(range(len(keyed)), [f"{row} (n {sizes[row]})" for row in keyed])
    axes.set_xlabel("chosen", fontsize=8, color=MUTED)
    axes.set_ylabel("keyed", fontsize=8, color=MUTED)
    axes.set_title(write_plainly(shorten_row(name, 24)), fontsize=8.5, color=INK, loc="left")
    axes.tick_params(length=0, labelsize=8.5, labelcolor=INK)
    hide_frame(axes)
    return encode_svg(figure)


def _style_of(rule: str) -> dict[str, Any]:
    if rule == ChoiceRule.UNDECIDED:
        return {"facecolor": ALARM, "edgecolor": "white", "hatch": "////"}
    return {"facecolor": _PALETTE[list(ChoiceRule).index(ChoiceRule(rule)) % len(_PALETTE)]}
