"""Hashes over lists of texts, which the table libraries have not: shared by the baselines of grouping.

Example:
    >>> HashBook(seed=7).mint("unit", ['["a",["b"]]'])
    ['unit-119b2cccb78d8af00d43']
    >>> from pipelines.keys import mint_id
    >>> mint_id("unit", "a", ("b",))
    'unit-119b2cccb78d8af00d43'
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.keys import KEY_HEX_DIGITS

Hash = TypeVar("Hash", int, str)


class HashBook:
    """Computes hashes, or looks them up, so that a baseline can also be timed as if its hashes had been there before."""

    def __init__(self, seed: int, keeps: bool = False) -> None:
        self.seconds = 0.0  # spent here so far
        self._start = f"{seed}|"
        self._drawn: dict[str, int] | None = {} if keeps else None
        self._minted: dict[str, str] | None = {} if keeps else None

    def draw(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        """Return the lower half of the md5 of `seed|text` of each text, as `shuffled` does in SQL."""
        started = time.perf_counter()
        if self._drawn is None:
            drawn = _halve(self._start, texts)
        else:
            drawn = np.array(_look_up(texts, self._drawn, lambda missing: _halve(self._start, missing).tolist()), np.uint64)
        self.seconds += time.perf_counter() - started
        return drawn

    def mint(self, kind: str, texts: Sequence[str]) -> list[str]:
        """Return the key of each canonical JSON text, as `pipelines.keys.mint_id` mints it."""
        started = time.perf_counter()
        minted = _look_up(texts, self._minted, lambda missing: _mint(kind, missing))
        self.seconds += time.perf_counter() - started
        return minted


def _halve(start: str, texts: Sequence[str]) -> NDArray[np.uint64]:
    halves = [hashlib.md5((start + text).encode(), usedforsecurity=False).digest()[8:] for text in texts]
    return np.frombuffer(b"".join(halves), dtype="<u8").astype(np.uint64)


def _mint(kind: str, texts: Sequence[str]) -> list[str]:
    return [f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:KEY_HEX_DIGITS]}" for text in texts]


def _look_up(texts: Sequence[str], kept: dict[str, Hash] | None, compute: Callable[[Sequence[str]], list[Hash]]) -> list[Hash]:
    if kept is None:
        return compute(texts)
    missing = [text for text in texts if text not in kept]
    kept.update(zip(missing, compute(missing), strict=True))
    return [kept[text] for text in texts]
