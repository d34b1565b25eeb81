"""The shuffled condition: each item gets the images of another one; what is still right was not read from its own images.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> items = [BenchmarkItem(k, 0, k, (f"{k}.jpg",), "What?", {}, None, "A mass.", AnswerType.OPEN, k) for k in "abc"]
    >>> posing = pose_shuffled(items, seed=1)
    >>> sorted(posed.shown.images[0] for posed in posing.posed), dict(posing.left_out)
    (['a.jpg', 'b.jpg', 'c.jpg'], {})
"""

from collections.abc import Sequence
from dataclasses import replace

from evaluation.benchmark import BenchmarkItem, merge_sources
from evaluation.conditions.donors import find_donors
from evaluation.conditions.left_out import CannotPoseError, LeftOut, pose_each
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.posed import PosedItem, Posing
from pipelines.score_records import Condition


def pose_shuffled(items: Sequence[BenchmarkItem], seed: int) -> Posing:
    """Return each item with the images of another of the same benchmark; which one, the seed and the keys alone decide."""
    donors = find_donors(items, seed)

    def pose(item: BenchmarkItem) -> tuple[PosedItem]:
        donor = donors.get(item.key)
        if donor is None:
            raise CannotPoseError(LeftOut.NO_DONOR if item.images else LeftOut.NO_IMAGES)
        shown = replace(item, images=donor.images, sources=merge_sources(item.sources, donor.sources))
        return (PosedItem(item, Condition.SHUFFLED_IMAGES, "", shown, merge_meant(item.options)),)

    return pose_each(items, pose)
