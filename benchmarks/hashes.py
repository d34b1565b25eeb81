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
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.keys import KEY_HEX_DIGITS


class HashBook:
    """Computes hashes and knows how long that took."""

    def __init__(self, seed: int) -> None:
        self.seconds = 0.0
        self._start = f"{seed}|"

    def draw(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        """Return the lower half of the md5 of `seed|text` of each text, as `shuffled` does in SQL."""
        started = time.perf_counter()
        halves = [hashlib.md5((self._start + text).encode(), usedforsecurity=False).digest()[8:] for text in texts]
        drawn = np.frombuffer(b"".join(halves), dtype="<u8").astype(np.uint64)
        self.seconds += time.perf_counter() - started
        return drawn

    def mint(self, kind: str, texts: Sequence[str]) -> list[str]:
        """Return the key of each canonical JSON text, as `pipelines.keys.mint_id` mints it."""
        started = time.perf_counter()
        minted = [f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:KEY_HEX_DIGITS]}" for text in texts]
        self.seconds += time.perf_counter() - started
        return minted
