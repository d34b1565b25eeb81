"""Why an item is not shown under a condition, and how a condition is applied to many items without losing the others.

Example:
    >>> def refuse(item):
    ...     raise CannotPoseError(LeftOut.OPEN)
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> item = BenchmarkItem("r1", 0, "r1", ("a.jpg",), "What is it?", {}, None, "A mass.", AnswerType.OPEN, "r1")
    >>> dict(pose_each([item], refuse).left_out)
    {'open': 1}
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.posed import PosedItem, Posing


class LeftOut(StrEnum):
    """Why an item cannot be shown under a condition without a change of what it asks."""

    # shuffled images
    NO_IMAGES = "no_images"
    NO_DONOR = "no_donor"  # no item with as many images, all of them others, of another independent unit
    # permuted options
    OPEN = "open"  # has no options
    ONE_OPTION = "one_option"
    OPTION_NAMES_OPTIONS = "option_names_options"  # "both A and B", "none of the above": moved, it means something else
    # swapped order
    FEWER_THAN_TWO_IMAGES = "fewer_than_two_images"
    MORE_IMAGES_THAN_WORDS = "more_images_than_words"  # beyond the seventh, no word names a place
    PLACE_BEYOND_IMAGES = "place_beyond_images"  # "the third image" of two has no mirror
    UNCLEAR_PLACE = "unclear_place"  # "first", "last", "the former" ... that may or may not speak of an image
    STATES_ORDER = "states_order"  # "in order of time", "left eye before right eye": false of the images in reverse
    IMPLIES_ORDER = "implies_order"  # change or halves of a pair, not tied to images that are named by their place
    ASKS_FORECAST = "asks_forecast"  # "the next visit" follows the last image shown
    NOT_REVERSIBLE = "not_reversible"  # swapped twice, it would not read as before


class CannotPoseError(ValueError):
    """An item that a condition cannot be applied to; `reason` says why."""

    def __init__(self, reason: LeftOut) -> None:
        super().__init__(f"item cannot be shown so: {reason}")
        self.reason = reason


def pose_each(items: Iterable[BenchmarkItem], pose: Callable[[BenchmarkItem], Sequence[PosedItem]]) -> Posing:
    """Return all that `pose` makes of each item, in the items' order; an item that it refuses is counted by its reason."""
    posed: list[PosedItem] = []
    left_out: Counter[str] = Counter()
    for item in items:
        try:
            posed += pose(item)
        except CannotPoseError as error:
            left_out[error.reason.value] += 1
    return Posing(tuple(posed), dict(sorted(left_out.items())))
