"""Which images a text speaks of: "the first image", "image 3", "the middle one", "both images", "Which image ...?".

"The former" and "the left image" are the first, "the latter" and "the right image" the last; "a 3-dimensional image", "the
left eye image" and "the other two images" name none of their own.

Example:
    >>> read_mentions("Is the mass in the second image larger than in image 1?").positions
    frozenset({0, 1})
    >>> read_mentions("Is the image 3-dimensional? Are the slices of the second image 3 mm thick?").positions
    frozenset({1})
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.generation.ordinals import ORDINALS
from pipelines.validation.hinted import Hinted

_NOUN = r"(?:image|picture|scan|film|radiograph|mammogram|photograph|photo|slice|panel)"
_KIND = r"(?:(?:chest|fundus|retinal|mri?|ct|shown|given|displayed|axial|brain|breast) )"
_PLACES = {word: place for place, word in enumerate(ORDINALS)}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_ANY = "|".join(_PLACES)
_COUNTS = "two|three|four|five|six|seven"
_ORDINAL = Hinted(re.compile(rf"\b({_ANY}) (?:{_KIND}{{0,2}}{_NOUN}|one)\b(?![- ](?:half|third|quarter)\b)"), ORDINALS)
_ONE_OF = re.compile(rf"\b({_ANY}) (?:one )?of (?:the |these |those )(?:(?:{_COUNTS}) )?{_KIND}{{0,2}}{_NOUN}s\b")
_LISTED = Hinted(
    re.compile(rf"\b(?:{_ANY})(?:, (?:the )?(?:{_ANY}))*,? (?:and|or) (?:the )?(?:{_ANY}) {_KIND}{{0,2}}{_NOUN}s?\b"),
    ORDINALS,
)
_EACH = re.compile(rf"\b(?:{_ANY})\b")
_UNIT = r"(?:\.\d+)?[ -]?(?:hours?|days?|weeks?|months?|years?|minutes?|[mc]m|%|times|fold)\b"
_DIGITS = re.compile(r"\d+")
_NUMBER = Hinted(re.compile(rf"\bimages? (?:no\. ?|number |#)?(\d+)\b(?![-–.:]\w|{_UNIT})"), ("image",))
_NUMBERS = Hinted(re.compile(rf"\bimages (\d+(?:, \d+)*,? (?:and|or) \d+)\b(?![-–.:]\w|{_UNIT})"), ("images ",))
_SPELT = Hinted(re.compile(rf"\bimage (one|{_COUNTS})\b(?! of\b)"), ("image ",))
_MIDDLE = Hinted(
    re.compile(rf"\b(?:middle|cent(?:er|re|ral)) (?:{_NOUN}|one)\b|\b{_NOUN} in the (?:middle|cent(?:er|re))\b"),
    ("middle", "cent"),
)
_SIDE_NOUN = r"(?:image|picture|panel|photograph)"  # "the left mammogram" is that of the left breast
_FIRST = Hinted(
    re.compile(
        rf"\bthe former\b(?! (?:case|study|smok))|\bleft(?:most|-hand)? {_SIDE_NOUN}\b|\b{_SIDE_NOUN} (?:on|to) the left\b"
    ),
    ("former", "left"),
)
_LAST = Hinted(
    re.compile(
        rf"\bthe latter\b(?! (?:case|study|half|part))|\bright(?:most|-hand)? {_SIDE_NOUN}\b|"
        rf"\b{_SIDE_NOUN} (?:on|to) the right\b|\b(?:last|final) (?:{_NOUN}|one)\b"
    ),
    ("latter", "right", "last", "final"),
)
_PAIR = Hinted(
    re.compile(
        rf"\b(?:both|neither|either)(?: one)?(?: of)?(?: the| these| those)? {_KIND}*{_NOUN}s?\b|\bpair of {_KIND}*{_NOUN}s\b"
    ),
    ("both", "either", "pair of"),
)
# "The other two images" of three are no claim that there are two.
_COUNT = Hinted(
    re.compile(
        rf"(?<!other )(?<!remaining )(?<!first )(?<!last )\b({_COUNTS}) (?!other |remaining )(?:[a-z-]+ ){{0,2}}{_NOUN}s\b"
    ),
    tuple(_COUNTS.split("|")),
)
_RUN = Hinted(re.compile(rf"\bfirst ({_COUNTS}) {_KIND}*{_NOUN}s\b"), ("first ",))
_ALL = re.compile(
    rf"\b(?:which|each|every|what) {_KIND}*{_NOUN}\b|\bwhich one\b|"
    rf"\b(?:which|all|any|none|one|each) of (?:the |these |those )(?:[a-z]+ )?{_NOUN}s\b|"
    rf"\b(?:the|these|those|all) {_KIND}*{_NOUN}s\b|\bthe (?:other|remaining) (?:two )?(?:{_NOUN}s?|one)\b|\bthe others\b"
)
_HINT = re.compile(rf"{_NOUN}|\bone\b|the (?:former|latter)\b")


@dataclass(frozen=True)
class Mentions:
    """0-based positions that are named, numbers of images that are claimed, and whether all images are meant."""

    positions: frozenset[int]
    counts: frozenset[int]
    names_middle: bool
    names_all: bool
    names_last: bool = False

    def covered(self, n_images: int) -> frozenset[int]:
        """Return the positions of n images that the text speaks of."""
        if self.names_all or self.counts:
            return frozenset(range(n_images))
        middle = {n_images // 2} if self.names_middle else set()
        return self.positions | middle | ({n_images - 1} if self.names_last else set())


_NOTHING = Mentions(frozenset(), frozenset(), names_middle=False, names_all=False)


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def read_mentions(text: str) -> Mentions:
    """Return every mention of images in a text."""
    lowered = text.lower()  # patterns that heed case are twice as fast
    if _HINT.search(lowered) is None:
        return _NOTHING
    counts = {_WORDS[found] for found in _COUNT.findall(lowered)} | ({2} if _PAIR.search(lowered) else set())
    return Mentions(
        positions=frozenset(_read_positions(lowered)),
        counts=frozenset(counts),
        names_middle=_MIDDLE.search(lowered) is not None,
        names_all=_ALL.search(lowered) is not None,
        names_last=_LAST.search(lowered) is not None,
    )


def _read_positions(text: str) -> set[int]:
    places = {_PLACES[found] for found in _ORDINAL.findall(text)}
    places |= {_PLACES[found] for found in _ONE_OF.findall(text)}
    places |= {_PLACES[found] for listed in _LISTED.findall(text) for found in _EACH.findall(listed)}
    places |= {_WORDS[found] - 1 for found in _SPELT.findall(text)}
    places |= {int(found) - 1 for found in _NUMBER.findall(text)}
    places |= {int(found) - 1 for listed in _NUMBERS.findall(text) for found in _DIGITS.findall(listed)}
    places |= {place for found in _RUN.findall(text) for place in range(_WORDS[found])}
    return places | ({0} if _FIRST.search(text) else set())
