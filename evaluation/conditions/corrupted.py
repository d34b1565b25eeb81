"""The corrupted condition: an item as published, once per corruption and level; the pictures are changed where they are read.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> item = BenchmarkItem("r1", 0, "r1", ("a.jpg",), "What is it?", {}, None, "A mass.", AnswerType.OPEN, "r1")
    >>> [posed.variant for posed in pose_corrupted([item], ["blur:1", "blur:3"]).posed]
    ['blur:1', 'blur:3']
"""

from collections.abc import Sequence

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.posed import PosedItem, Posing
from pipelines.score_records import Condition


def pose_corrupted(items: Sequence[BenchmarkItem], variants: Sequence[str]) -> Posing:
    """Return every item once per variant ("name:level"), all items of a variant together."""
    return Posing(
        tuple(
            PosedItem(item, Condition.CORRUPTED, variant, item, merge_meant(item.options))
            for variant in variants
            for item in items
        ),
        {},
    )
