"""How benchmarks are called where people read: by the paper's columns, in their order.

Example:
    >>> [title_benchmark(name) for name in ("held_in_coreference", "mim_rad", "mim_rad_mended", "my_own_questions")]
    ['Co-reference (ours)', 'MIM-RAD, released', 'MIM-RAD (mim_rad_mended)', 'my own questions']
"""

from collections.abc import Iterable

from evaluation.published import PAPER_COLUMNS, PaperColumn, find_column, find_our_column
from pipelines.vocabulary import AnswerType


def title_benchmark(name: str) -> str:
    """Return a benchmark's title: the paper's for ours, and for a released file with what tells it from ours and from others.

    Several files may stand for one column of the paper, so the name that the settings give one is kept where it says more.
    """
    ours, released = find_our_column(name), find_released_column(name)
    if ours is not None:
        return f"{ours.title} (ours)"  # its items are others than the paper's
    if released is None:
        return write_as_words(name)
    says_more = name != released.title.lower().replace("-", "_")
    return f"{released.title} ({name})" if says_more else f"{released.title}, released"


def write_as_words(code: str) -> str:
    """Return a code as words: "shuffled_images" is "shuffled images"."""
    return code.replace("_", " ")


def order_benchmarks(names: Iterable[str]) -> list[str]:
    """Return each name once: ours that stand for a column of the paper in its order, then the others as they come."""
    ours = [column.ours for column in PAPER_COLUMNS]
    return sorted(dict.fromkeys(names), key=lambda name: ours.index(name) if name in ours else len(ours))


def find_released_column(name: str) -> PaperColumn | None:
    """Return the paper's column that a benchmark is a released file of; None for ours and for other files."""
    return None if find_our_column(name) is not None else find_column(name)


def find_published_size(name: str, answer_type: AnswerType) -> int | None:
    """Return how many items of a type the paper says a released benchmark has; None where it says nothing of it."""
    column = find_released_column(name)
    if column is None:
        return None
    return column.n_closed if answer_type is AnswerType.CLOSED else column.n_open
