r"""Names in pictures: in one line, not too long, and nothing that a plot or an SVG would take for something else.

Example:
    >>> shorten_row("a very long name of a model, blind", 12)
    'a very long…, blind'
    >>> print(write_plainly("costs $5"))
    costs \$5
"""

from evaluation.leaderboard.table import name_row
from pipelines.score_records import Condition

LONGEST_NAME = 28  # characters of a model's name


def shorten(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a name in one line, cut where it is too long for a plot."""
    plain = " ".join(name.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def shorten_row(name: str, longest: int = LONGEST_NAME) -> str:
    """Return the name of a table's row cut so that it still says under which control it stands."""
    for condition in Condition:
        control = name_row("", condition)
        if control and name.endswith(control):
            return shorten(name.removesuffix(control), longest) + control
    return shorten(name, longest)


def write_plainly(text: str) -> str:
    """Return a text whose dollar signs start no mathematical text, without characters that XML cannot hold."""
    legible = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return legible.replace("$", r"\$")
