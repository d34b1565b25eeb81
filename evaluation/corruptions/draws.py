"""The chance in a corruption: generators that depend on the picture, the corruption, the level and the seed, never on order.

Example:
    >>> draws = Draws("digest of the picture", "crop", 1, seed=7)
    >>> draws.start_grain().random() == Draws("digest of the picture", "crop", 1, seed=7).start_grain().random()
    True
    >>> stronger = Draws("digest of the picture", "crop", 5, seed=7)
    >>> draws.start_pose().random() == stronger.start_pose().random()
    True
"""

from dataclasses import dataclass

import numpy as np

from pipelines.keys import digest


@dataclass(frozen=True, slots=True)
class Draws:
    """Where chance starts for one picture, corruption and level."""

    picture: str  # digest of its pixels
    corruption: str
    level: int
    seed: int

    def start_grain(self) -> np.random.Generator:
        """Return the generator of noise: its own for each level."""
        return self._start("grain", self.level)

    def start_pose(self) -> np.random.Generator:
        """Return the generator of directions, places and signs: the same at all levels.

        A picture that leans left at level 1 leans further left at level 5, so that a curve shows the grade alone, and
        what a crop keeps at a level is inside what it keeps at the level below.
        """
        return self._start("pose", None)

    def _start(self, purpose: str, level: int | None) -> np.random.Generator:
        return np.random.default_rng(int(digest([self.picture, self.corruption, purpose, level, self.seed]), 16))
