"""Orders and choices that depend on a seed and on the things themselves, never on the order in which they came.

Example:
    >>> in_hash_order(["b", "a", "c"], seed=1, key=str) == in_hash_order(["c", "b", "a"], seed=1, key=str)
    True
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from pipelines.keys import digest

Item = TypeVar("Item")
Choice = TypeVar("Choice", bound=Hashable)


def hash_number(seed: int, *parts: str | int) -> int:
    """Return a number in 0 .. 2^64 - 1 that is fixed by the seed and the parts."""
    return int(digest((seed, *parts))[:16], 16)


def hash_share(seed: int, *parts: str | int) -> float:
    """Return a number in [0, 1) that is fixed by the seed and the parts."""
    return hash_number(seed, *parts) / 2**64


def in_hash_order(items: Iterable[Item], seed: int, key: Callable[[Item], str]) -> list[Item]:
    """Return items in an order that looks shuffled; a new item does not change the order of the others."""
    return sorted(items, key=lambda item: (hash_number(seed, key(item)), key(item)))


class EvenChooser:
    """Chooses among equals so that each is chosen as often as the others within its stratum (counts differ by <= 1)."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._used: Counter[tuple[Hashable, Hashable]] = Counter()

    def choose(self, stratum: str, choices: Sequence[Choice], item: str) -> Choice:
        """Return the choice that the stratum has had least often; the item's hash decides among several."""

        def cost(choice: Choice) -> tuple[int, int]:
            return self._used[stratum, choice], hash_number(self._seed, stratum, item, str(choice))

        chosen = min(choices, key=cost)
        self._used[stratum, chosen] += 1
        return chosen
