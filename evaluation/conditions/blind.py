"""The blind condition: question and options as published, no images. What a model still gets right, it did not see.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> item = BenchmarkItem("r1", 0, "r1", ("a.jpg",), "What is it?", {}, None, "A mass.", AnswerType.OPEN, "r1")
    >>> pose_blind(item)[0].shown.images
    ()
"""

from dataclasses import replace

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.posed import PosedItem
from pipelines.score_records import Condition


def pose_blind(item: BenchmarkItem) -> tuple[PosedItem]:
    """Return an item without its images."""
    return (PosedItem(item, Condition.BLIND, "", replace(item, images=()), merge_meant(item.options)),)
