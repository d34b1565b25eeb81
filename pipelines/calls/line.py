"""The requests that wait to be sent: new ones in their order, failed ones again when they are due.

Example:
    >>> line = Line(["first", "second"])
    >>> line.put_back("failed", due=9.0)
    >>> line.take(now=1.0), line.take(now=9.0), line.next_due()
    ('first', 'failed', -inf)
"""

import heapq
import itertools
import math
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Line(Generic[Item]):
    """A queue whose put-back items come first once they are due, and not before."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._new = deque(items)
        self._again: list[tuple[float, int, Item]] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._new) + len(self._again)

    def put_back(self, item: Item, due: float) -> None:
        """Let an item wait until `due`."""
        heapq.heappush(self._again, (due, next(self._order), item))

    def next_due(self) -> float:
        """Return when the next item may be taken: minus infinity for at once, infinity where none waits."""
        if self._new:
            return -math.inf
        return self._again[0][0] if self._again else math.inf

    def take(self, now: float) -> Item:
        """Remove and return the next item; to be called when one may be taken."""
        if self._again and self._again[0][0] <= now:
            return heapq.heappop(self._again)[2]
        return self._new.popleft()
