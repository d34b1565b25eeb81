"""All items of a benchmark under one condition: the one door to the modules beside it.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> item = BenchmarkItem("r1", 0, "r1", ("a.jpg",), "What is it?", {}, None, "A mass.", AnswerType.OPEN, "r1")
    >>> dict(pose_items([item], Condition.SWAPPED_ORDER, seed=1).left_out)
    {'fewer_than_two_images': 1}
"""

from collections.abc import Sequence

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.blind import pose_blind
from evaluation.conditions.left_out import pose_each
from evaluation.conditions.permuted_options import pose_permuted
from evaluation.conditions.posed import Posing, show_as_is
from evaluation.conditions.shuffled_images import pose_shuffled
from evaluation.conditions.swapped_order import pose_swapped
from pipelines.score_records import Condition

_EACH = {
    Condition.SIGHTED: lambda item: (show_as_is(item),),
    Condition.BLIND: pose_blind,
    Condition.PERMUTED_OPTIONS: pose_permuted,
    Condition.SWAPPED_ORDER: pose_swapped,
}


def pose_items(items: Sequence[BenchmarkItem], condition: Condition, seed: int) -> Posing:
    """Return all that is shown of one benchmark's items under a condition, in their order, and what is left out and why.

    Args:
        items: of one benchmark: shuffled images are taken from among them.
        condition: every one but `corrupted`, whose variants `pose_corrupted` is told.
        seed: decides which item's images another one gets; nothing else is drawn.

    Raises:
        ValueError: the condition is `corrupted`.
    """
    if condition is Condition.CORRUPTED:
        raise ValueError("condition 'corrupted' has variants: call pose_corrupted(items, ['blur:3', ...]) instead")
    if condition is Condition.SHUFFLED_IMAGES:
        return pose_shuffled(items, seed)
    return pose_each(items, _EACH[condition])
