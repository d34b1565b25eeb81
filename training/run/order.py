"""Which samples each step sees, in which process: a function of lengths, seed and sizes alone, so that a run goes on in the
very same order.

Each epoch is shuffled anew and cut into steps; what is left of it stands at the head of the next one's first step, so that each
sample is seen once an epoch and none is dropped. Where samples of like length shall stand together, windows of 64 steps of an
epoch are sorted by length before they are cut into steps, and those steps are shuffled: little is padded, and long batches do
not come in a row. No state of any random generator is used or changed.

Example:
    >>> steps = draw_steps([5, 9, 5, 9], global_size=2, n_steps=4, seed=0, by_length=True)
    >>> [sorted([5, 9, 5, 9][i] for i in step) for step in steps][0]  # the longest batch of the first window stands first
    [9, 9]
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeVar

from training.recipe_parts import Curriculum

WINDOW_STEPS = 64
NO_CURRICULUM = Curriculum()
T = TypeVar("T")


def draw_steps(lengths: Sequence[int], global_size: int, n_steps: int, seed: int, by_length: bool) -> Iterator[list[int]]:
    """Yield the sample indices of each step, `global_size` each; within a step the longest first, where `by_length`.

    No sample stands twice in one step, unless there are fewer than `global_size` of them.
    """
    for step in islice(_cut_epochs(lengths, global_size, seed, by_length), n_steps):
        yield sorted(step, key=lambda index: -lengths[index]) if by_length else step


def draw_curriculum(
    lengths: Sequence[int],
    aligned: Sequence[bool],
    curriculum: Curriculum,
    global_size: int,
    n_steps: int,
    seed: int,
    by_length: bool,
) -> Iterator[list[int]]:
    """Yield steps as `draw_steps` does, each of alignment samples alone or of the others alone, as the curriculum says.

    Both kinds have their own row of epochs. Where one kind has no sample, all steps are of the other.
    """
    pools = [[index for index, found in enumerate(aligned) if found is kind] for kind in (False, True)]
    rows = [draw_steps([lengths[index] for index in pool], global_size, n_steps, seed, by_length) for pool in pools]
    n_first = curriculum.count_alignment_steps(n_steps)
    replayed = random.Random(f"replay {seed}")
    for step in range(n_steps):
        is_replayed = replayed.random() < curriculum.replay
        kind = step < n_first or is_replayed
        kind = kind if pools[kind] else not kind
        yield [pools[kind][index] for index in next(rows[kind])]


def _cut_epochs(lengths: Sequence[int], global_size: int, seed: int, by_length: bool) -> Iterator[list[int]]:
    left: list[int] = []
    for epoch in count():
        row = _shuffle(list(range(len(lengths))), f"epoch {seed} {epoch}")
        if left:
            used = frozenset(left)
            row.sort(key=used.__contains__)  # stable: those that are not in the step yet come first
            missing = global_size - len(left)
            left, row = left + row[:missing], row[missing:]
            if len(left) < global_size:
                continue
            yield left
        if left:  # what was moved to its end goes back among the others
            _shuffle(row, f"rest {seed} {epoch}")
        n_whole = len(row) // global_size * global_size
        row, left = row[:n_whole], row[n_whole:]
        for start in range(0, n_whole, WINDOW_STEPS * global_size):
            window = row[start : start + WINDOW_STEPS * global_size]
            if by_length:
                window.sort(key=lambda index: -lengths[index])  # stable: equal lengths stay shuffled
            yield from _mix(list(_cut(window, global_size)), f"steps {seed} {epoch} {start}")


def _mix(steps: list[list[int]], seed: str) -> list[list[int]]:
    """Shuffle steps, but leave the first one, the longest: a run that lacks memory fails at once, not in the night."""
    return [*steps[:1], *_shuffle(steps[1:], seed)]


def _cut(row: list[int], size: int) -> Iterator[list[int]]:
    return (row[start : start + size] for start in range(0, len(row), size))


def _shuffle(items: list[T], seed: str) -> list[T]:
    random.Random(seed).shuffle(items)
    return items


@dataclass(frozen=True)
class ProcessBatches:
    """What one process is given: `accumulation` batches of `per_device` samples a step; a batch sampler of a DataLoader."""

    lengths: Sequence[int]  # tokens of each sample
    per_device: int
    accumulation: int
    processes: int
    rank: int
    n_steps: int
    seed: int
    by_length: bool
    aligned: Sequence[bool] = ()  # whether each sample is an alignment sample; empty: none is
    curriculum: Curriculum = NO_CURRICULUM

    def __len__(self) -> int:
        """Number of batches of this process in the whole run."""
        return self.n_steps * self.accumulation

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the sample indices of each batch of this process; batches that processes compute at once are of like length."""
        size = self.per_device
        global_size = size * self.accumulation * self.processes
        aligned = self.aligned or [False] * len(self.lengths)
        order = (self.curriculum, global_size, self.n_steps, self.seed, self.by_length)
        for step in draw_curriculum(self.lengths, aligned, *order):
            for part in range(self.accumulation):
                start = (part * self.processes + self.rank) * size
                yield step[start : start + size]
