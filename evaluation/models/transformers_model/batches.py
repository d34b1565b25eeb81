"""Puts prompts of equal shape together, so that nothing is ever padded and an answer owes nothing to its company.

Padding changes answers: positions, attention masks and the rounding of whatever is summed over a row differ with the longest
prompt of a batch (lmms-eval issue 236 tells of 69.6 -> 58.7 at batch 2). Only prompts whose tensors have equal shapes share
one here. What is left is the order in which a library sums up products, which may differ with the number of rows.

Example:
    >>> [[len(word) for word in batch] for batch in gather(["a", "bb", "c", "dd", "e"], len, lambda word: 1, 2, 100)]
    [[1, 1], [2, 2], [1]]
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from evaluation.models.model import ModelError

Item = TypeVar("Item")
Result = TypeVar("Result")

HELD_BYTES = 512 * 2**20  # of prepared prompts that wait for company


def gather(
    items: Iterable[Item],
    shape_of: Callable[[Item], Hashable],
    bytes_of: Callable[[Item], int],
    batch: int,
    held_bytes: int = HELD_BYTES,
) -> Iterator[list[Item]]:
    """Yield batches of items of one shape, as soon as one is full or too much waits; order within a batch is that of arrival.

    Args:
        items: prepared one after the other as they are taken, so that few are in memory.
        shape_of: what the items of a batch have in common.
        bytes_of: memory that an item takes.
        batch: most items at a time.
        held_bytes: beyond which the fullest batch goes although it is not full.
    """
    waiting: dict[Hashable, list[Item]] = {}
    held = 0
    for item in items:
        shape = shape_of(item)
        waiting.setdefault(shape, []).append(item)
        held += bytes_of(item)
        if len(waiting[shape]) < batch and held <= held_bytes:
            continue
        fullest = shape if len(waiting[shape]) == batch else max(waiting, key=lambda known: len(waiting[known]))
        ready = waiting.pop(fullest)
        held -= sum(map(bytes_of, ready))
        yield ready
    yield from waiting.values()


class Halving:
    """Runs batches, and halves what does not fit into the accelerator's memory, for that batch and all after it."""

    def __init__(self, batch: int) -> None:
        self.batch = batch  # most items at a time, as found so far

    def run(self, items: Sequence[Item], answer: Callable[[Sequence[Item]], list[Result]]) -> Iterator[Result]:
        """Yield the result of each item, in order.

        Raises:
            ModelError: a single item does not fit.
        """
        todo = list(items)
        while todo:
            part = todo[: self.batch]
            if (results := self._try(part, answer)) is None:
                self.batch = max(len(part) // 2, 1)
                continue
            yield from results
            todo = todo[len(part) :]

    def _try(self, part: Sequence[Item], answer: Callable[[Sequence[Item]], list[Result]]) -> list[Result] | None:
        import torch

        try:
            return answer(part)
        except torch.OutOfMemoryError as error:
            if len(part) == 1:
                raise ModelError(
                    "one prompt alone does not fit into the accelerator's memory; "
                    "take dtype=bf16, a smaller model or device=cpu"
                ) from error
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None
