"""The swapped condition: images in reverse order, and with them every word that names one: the right answer stays right.

A model that knows which image is which answers the same of the same image; one that prefers a place follows the place.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> options = {"A": "The first image", "B": "The second image"}
    >>> images = ("a.jpg", "b.jpg")
    >>> item = BenchmarkItem("r1", 0, "r1", images, "Which is a CT?", options, "A", options["A"], AnswerType.CLOSED, "r1")
    >>> shown = pose_swapped(item)[0].shown
    >>> shown.images, dict(shown.options), shown.letter, shown.answer
    (('b.jpg', 'a.jpg'), {'A': 'The second image', 'B': 'The first image'}, 'A', 'The second image')
"""

from dataclasses import replace

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.left_out import CannotPoseError, LeftOut
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.order_claims import find_order_claim
from evaluation.conditions.places import MAX_IMAGES, mirror_places
from evaluation.conditions.posed import PosedItem
from pipelines.audit.mentions import read_option_mentions
from pipelines.score_records import Condition


def pose_swapped(item: BenchmarkItem) -> tuple[PosedItem]:
    """Return an item with its images in reverse order and all its texts speaking of them so.

    Raises:
        CannotPoseError: fewer than two images, more than seven, or a meaning that reversal might not keep.
    """
    if len(item.images) < 2:
        raise CannotPoseError(LeftOut.FEWER_THAN_TWO_IMAGES)
    if len(item.images) > MAX_IMAGES:
        raise CannotPoseError(LeftOut.MORE_IMAGES_THAN_WORDS)
    shown = _swap(item)
    if _swap(shown) != item:
        raise CannotPoseError(LeftOut.NOT_REVERSIBLE)
    return (PosedItem(item, Condition.SWAPPED_ORDER, "", shown, merge_meant(item.options)),)


def _swap(item: BenchmarkItem) -> BenchmarkItem:
    n_images = len(item.images)
    texts = (item.question, *item.options.values(), item.answer)
    claim = find_order_claim(texts[0], texts[1:], n_images)
    if claim is not None:
        raise CannotPoseError(claim)
    # "Which image ...?" may be answered by "The second" alone
    names_images = any(read_option_mentions(text, item.question).positions for text in (*texts, "first"))

    def mirror(text: str) -> str:
        return mirror_places(text, n_images, names_images=names_images)

    return replace(
        item,
        images=item.images[::-1],
        question=mirror_places(item.question, n_images),
        options={letter: mirror(text) for letter, text in item.options.items()},
        answer=mirror(item.answer),
    )
