"""The permuted condition: the option texts move on by 1 to k-1 places, the letters stay where they are printed.

A model that reads the images chooses the same text wherever it stands; one that prefers a letter follows the letter.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> options = {"A": "left", "B": "right", "D": "both"}
    >>> item = BenchmarkItem("r1", 0, "r1", ("a.jpg",), "Which side?", options, "B", "right", AnswerType.CLOSED, "r1")
    >>> [(posed.variant, dict(posed.shown.options), posed.shown.letter) for posed in pose_permuted(item)]
    [('1', {'A': 'both', 'B': 'left', 'D': 'right'}, 'D'), ('2', {'A': 'right', 'B': 'both', 'D': 'left'}, 'A')]
"""

from dataclasses import replace

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.left_out import CannotPoseError, LeftOut
from evaluation.conditions.meant import move_meant
from evaluation.conditions.option_references import names_letters, names_options
from evaluation.conditions.posed import PosedItem
from pipelines.score_records import Condition


def pose_permuted(item: BenchmarkItem) -> tuple[PosedItem, ...]:
    """Return an item with its option texts moved on by 1, 2 ... k-1 places; unmoved, it is the sighted one.

    Raises:
        CannotPoseError: fewer than two options, or a text that speaks of options by letter or place.
    """
    if len(item.options) < 2:
        raise CannotPoseError(LeftOut.ONE_OPTION if item.options else LeftOut.OPEN)
    if names_letters(item.question, item.options) or any(names_options(text, item.options) for text in item.options.values()):
        raise CannotPoseError(LeftOut.OPTION_NAMES_OPTIONS)
    return tuple(_move(item, shift) for shift in range(1, len(item.options)))


def _move(item: BenchmarkItem, shift: int) -> PosedItem:
    letters, texts = list(item.options), list(item.options.values())
    options = dict(zip(letters, texts[-shift:] + texts[:-shift], strict=True))
    letter = item.letter
    if letter is not None and letter in item.options:  # a key that is no option has no text that could move
        letter = letters[(letters.index(letter) + shift) % len(letters)]
    shown = replace(item, options=options, letter=letter)
    return PosedItem(item, Condition.PERMUTED_OPTIONS, str(shift), shown, move_meant(item.options, shift))
