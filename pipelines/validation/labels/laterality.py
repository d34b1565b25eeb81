"""The side of the breast or the eye that a text names; "left" and "right" alone are words like any other.

DICOM (0020,0060) has L and R; ophthalmologists write OS (oculus sinister) and OD (oculus dexter).

Example:
    >>> [mention.sides for mention in find_breasts("Nothing left behind in the right breast")]
    [frozenset({'R'})]
    >>> [sorted(mention.sides) for mention in find_eyes("Left and right fundus: what does the OS show?")]
    [['L', 'R'], ['L']]
"""

from dataclasses import dataclass
from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, read_sentence

LEFT = frozenset("L")
RIGHT = frozenset("R")
BOTH = LEFT | RIGHT
OTHER = frozenset("O")
"""The side that is not the one spoken of: "the fellow eye", "the contralateral breast"."""
_EYE = (
    "eye|eyes|fundus|fundi|retina|retinas|side|sides|photograph|photographs|photo|picture|image|images|one|macula|optic|disc|disk|"
    "eyeball|globe|lens"
)
_BREAST = (
    "breast|breasts|mammogram|mammograms|mammography|cc|mlo|ml|lm|xccl|xccm|craniocaudal|cranio|mediolateral|lateromedial|side|"
    "sided|view|views|axilla"
)


_EYES = Lexicon(
    {
        BOTH: [
            f"left (eye) and|or|then|versus|vs|from|with|to|against (then) (the|a) right {_EYE}",
            f"right (eye) and|or|then|versus|vs|from|with|to|against (then) (the|a) left {_EYE}",
            "both|two eyes|fundi|fundus|sides",
            "either eye|side",
            "ou",
            "each|every eye|side",
            "the eyes",
        ],
        LEFT: [f"left (sided) (fundus) {_EYE}", "os", "oculus sinister", "on the left"],
        RIGHT: [f"right (sided) (fundus) {_EYE}", "od", "oculus dexter", "on the right"],
        OTHER: ["other|fellow|opposite|contralateral|second|partner eye|fundus|side"],
    }
)
_BREASTS = Lexicon(
    {
        BOTH: [
            f"left and|or (the) right {_BREAST}",
            f"right and|or (the) left {_BREAST}",
            "both|two breasts",
            "either breast",
            "bilateral|bilaterally",
        ],
        LEFT: [f"left {_BREAST}", "lcc|lmlo", "l cc|mlo", "breast on the left"],
        RIGHT: [f"right {_BREAST}", "rcc|rmlo", "r cc|mlo", "breast on the right"],
        OTHER: ["other|opposite breast|side", "contralateral"],
    }
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A side named in a text: words[start:end]."""

    sides: frozenset[str]
    start: int
    end: int


@lru_cache(maxsize=CACHED_TEXTS)
def find_eyes(text: str) -> tuple[Mention, ...]:
    """Return the eyes that a text names, in its order."""
    return tuple(Mention(match.tag, match.start, match.end) for match in _EYES.find(read_sentence(text).words))


@lru_cache(maxsize=CACHED_TEXTS)
def find_breasts(text: str) -> tuple[Mention, ...]:
    """Return the breasts that a text names, in its order."""
    return tuple(Mention(match.tag, match.start, match.end) for match in _BREASTS.find(read_sentence(text).words))
