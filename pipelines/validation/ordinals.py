"""Which images a text speaks of: "the first image", "image 3", "the middle one", "both images", "Which image ...?".

Example:
    >>> read_mentions("Is the mass in the second image larger than in image 1?").positions
    frozenset({0, 1})
"""

import re
from dataclasses import dataclass

from pipelines.generation.location import ORDINALS

_ORDINAL = re.compile(rf"\b({'|'.join(ORDINALS)}) (?:image|picture|scan|film|one)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\bimage (\d+)\b", re.IGNORECASE)
_MIDDLE = re.compile(r"\bmiddle (?:image|one)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(?:both|neither|either)(?: of)?(?: the)? images?\b", re.IGNORECASE)
_COUNT = re.compile(r"\b(two|three|four|five|six|seven) (?:[a-z]+ )?images\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:which|each|every) image\b|\b(?:which|all) of the (?:[a-z]+ )?images\b|\b(?:the|these|all) images\b", re.IGNORECASE
)
_COUNT_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}


@dataclass(frozen=True)
class Mentions:
    """0-based positions that are named, numbers of images that are claimed, and whether all images are meant."""

    positions: frozenset[int]
    counts: frozenset[int]
    names_middle: bool
    names_all: bool

    def covered(self, n_images: int) -> frozenset[int]:
        """Return the positions of n images that the text speaks of."""
        if self.names_all or self.counts:
            return frozenset(range(n_images))
        return self.positions | ({n_images // 2} if self.names_middle else frozenset())


def read_mentions(text: str) -> Mentions:
    """Return every mention of images in a text."""
    ordinals = {ORDINALS.index(found.lower()) for found in _ORDINAL.findall(text)}
    numbers = {int(found) - 1 for found in _NUMBER.findall(text)}
    counts = {_COUNT_WORDS[found.lower()] for found in _COUNT.findall(text)} | ({2} if _PAIR.search(text) else set())
    return Mentions(
        positions=frozenset(ordinals | numbers),
        counts=frozenset(counts),
        names_middle=_MIDDLE.search(text) is not None,
        names_all=_ALL.search(text) is not None,
    )
