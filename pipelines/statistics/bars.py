"""Horizontal bars with their counts written beside them: what the panels of the picture are made of.

A count of 1 beside one of 100,000 is a bar nobody sees, so every bar has its number; the axis itself stays linear, where
the length of a stacked bar means something.

Example:
    >>> label_count(1234, 4936)
    '1,234 (25 %)'
    >>> label_count(1, 100_000)
    '1 (<0.1 %)'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.statistics.wording import describe_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT, GRID, PAPER = "#22262c", "#667080", "#d5d9df", "#f5f6f8"
# Okabe and Ito's palette, told apart with any colour vision.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
_LABEL_ROOM = 1.62  # of the longest bar: what stands right of it is a count and a share
_FEWEST_ROWS = 8  # fewer would make bars as thick as bricks
FONT_SIZE = 9.0


@dataclass(frozen=True)
class Bar:
    """One row of a panel; a heading has no pieces."""

    title: str
    pieces: Mapping[str, int]  # by colour, left to right
    label: str = ""


def label_count(count: int, total: int) -> str:
    """Return a count and its share of a total."""
    return f"{count:,} ({describe_share(count, total)})"


def draw_bars(panel: "Axes", bars: Sequence[Bar]) -> None:
    """Draw bars from top to bottom with their labels; rows without pieces are headings in bold."""
    longest = max((sum(bar.pieces.values()) for bar in bars), default=0) or 1
    for row, bar in enumerate(bars):
        start = 0
        for colour, count in bar.pieces.items():
            panel.barh(row, count, left=start, height=0.68, color=colour, linewidth=0)
            start += count
        panel.text(start + 0.015 * longest, row, bar.label, va="center", fontsize=FONT_SIZE - 0.5, color=INK)
    panel.axvline(0, color=GRID, linewidth=1.0, zorder=0)  # where a bar would be that is too short to be seen
    panel.set_yticks(range(len(bars)), [bar.title for bar in bars], fontsize=FONT_SIZE)
    for bar, tick in zip(bars, panel.get_yticklabels(), strict=True):
        tick.set_fontweight("normal" if bar.pieces else "bold")
    panel.set_ylim(max(len(bars), _FEWEST_ROWS) - 0.4, -0.6)
    panel.set_xlim(0, _LABEL_ROOM * longest)
    panel.set_xticks([])
    clear_frame(panel)


def clear_frame(panel: "Axes") -> None:
    """Take away box and tick marks."""
    panel.tick_params(axis="both", length=0, labelcolor=INK)
    for side in ("top", "right", "bottom", "left"):
        panel.spines[side].set_visible(False)


def say_empty(panel: "Axes", text: str) -> None:
    """Write in a panel that there is nothing to draw."""
    panel.set_xticks([])
    panel.set_yticks([])
    clear_frame(panel)
    panel.set_facecolor(PAPER)
    panel.text(0.5, 0.5, text, transform=panel.transAxes, ha="center", va="center", fontsize=11, color=FAINT)


def draw_legend(panel: "Axes", colours: Mapping[str, str]) -> None:
    """Name the colours in one line under the panel; nothing where one colour says nothing."""
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=name) for name, colour in colours.items()]
    if len(handles) > 1:
        panel.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.4, 0.0),
            ncols=len(handles),
            frameon=False,
            fontsize=FONT_SIZE - 0.5,
            handlelength=1.0,
            handleheight=1.0,
            columnspacing=1.4,
        )
