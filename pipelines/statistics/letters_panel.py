"""How often each letter is the key, by number of options: a table of shares, tinted where a letter is over- or underused.

Example:
    >>> tint(0.25, 4), tint(1.0, 4) == OVERUSED, tint(0.0, 4) == UNDERUSED
    ((1.0, 1.0, 1.0), True, True)
"""

from typing import TYPE_CHECKING

from pipelines.statistics.bars import FAINT, FONT_SIZE, GRID, INK, clear_frame, say_empty
from pipelines.statistics.lookup import Lookup
from pipelines.statistics.statistic import NO_LETTER, Measure, Population
from pipelines.statistics.wording import describe_share, name_key

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Colour = tuple[float, float, float]
OVERUSED: Colour = (0.90, 0.62, 0.32)
UNDERUSED: Colour = (0.45, 0.65, 0.85)
_MOST_TEXTS = 9  # of one row; more would run into each other, and colours must do
_WHITE: Colour = (1.0, 1.0, 1.0)


def tint(share: float, n_options: int) -> Colour:
    """Return the colour of a share: white at 1 / n_options, full orange from twice that, full blue at 0."""
    excess = share * n_options - 1
    strength = min(abs(excess), 1.0)
    full = OVERUSED if excess > 0 else UNDERUSED
    red, green, blue = ((1 - strength) * white + strength * end for white, end in zip(_WHITE, full, strict=True))
    return (red, green, blue)


def count_options(within: str) -> int:
    """Return the number of options of a part of the letters: "4 options" is 4."""
    return int(within.split()[0])


def draw_letters(panel: "Axes", numbers: Lookup) -> None:
    """Closed records by keyed letter, a row per number of options."""
    found = numbers.within(Measure.LETTER, Population.RECORDS)
    panel.set_title("Answers per letter of closed records", loc="left")
    if not found:
        has_records = numbers.size(Population.RECORDS) > 0
        say_empty(panel, "no closed records yet" if has_records else "no records yet")
        return
    rows = sorted((count_options(within), within, counts) for within, counts in found.items())
    letters = sorted({letter for counts in found.values() for letter in counts if letter != NO_LETTER})
    columns = [*letters, *([NO_LETTER] if any(counts.get(NO_LETTER) for counts in found.values()) else [])]
    for row, (n_options, _, counts) in enumerate(rows):
        _draw_row(panel, row, counts, n_options, columns)
    panel.set_yticks(
        range(len(rows)), [f"{within}\n{sum(counts.values()):,}" for _, within, counts in rows], fontsize=FONT_SIZE
    )
    panel.set_xticks(range(len(columns)), [name_key(letter).replace(" ", "\n") for letter in columns], fontsize=FONT_SIZE)
    panel.xaxis.tick_top()
    panel.set_xlim(-0.5, len(columns) - 0.5)
    panel.set_ylim(max(len(rows), 4) - 0.5, -0.5)  # one or two rows would fill the panel
    clear_frame(panel)
    panel.set_xlabel("white: as often as by chance; orange: more; blue: less", fontsize=FONT_SIZE - 0.5, color=FAINT)
    panel.xaxis.set_label_position("bottom")


def _draw_row(panel: "Axes", row: int, counts: dict[str, int], n_options: int, columns: list[str]) -> None:
    from matplotlib.patches import Rectangle

    total = sum(counts.values())
    for place, letter in enumerate(columns):
        if letter not in counts:
            continue
        count = counts[letter]
        colour = OVERUSED if letter == NO_LETTER else tint(count / total, n_options)
        panel.add_patch(Rectangle((place - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor=GRID, clip_on=False))
        if len(columns) <= _MOST_TEXTS:
            panel.text(place, row, describe_share(count, total), ha="center", va="center", fontsize=FONT_SIZE, color=INK)
