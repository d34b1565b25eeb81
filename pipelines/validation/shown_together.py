"""How many images a question speaks of by what they show: "both views", "the left and the right eye", "from the first visit to
the second". `ordinals` reads those that are called images.

Example:
    >>> count_together("Taking both views together"), count_together("the CC and the MLO view"), count_together("the left eye")
    (2, 2, 0)
    >>> sorted(read_visits("What is the status at the second visit, compared with the first?"))
    [0, 1]
"""

import re
from functools import lru_cache

from pipelines.generation.ordinals import ORDINALS

_SHOWN = (
    r"(?:views?|projections?|eyes|fund(?:i|us)|visits|exam(?:ination)?s|studies|time ?points|cxrs|x-?rays|sides|sequences|"
    r"acquisitions|contrasts)"
)
_COUNTED = re.compile(rf"\b(both|two|three) (?:of )?(?:the |these )?(?:[a-z-]+ ){{0,2}}{_SHOWN}\b")
_COUNTS = {"both": 2, "two": 2, "three": 3}
_AND = r"(?:and|with|to|vs\.?|versus|or|against|into|from|than|since)"
_CC, _MLO = r"(?:cc|cranio-?caudal)", r"(?:mlo|medio-?lateral oblique|oblique)"
_EYE = r"(?:eyes?|fund(?:us|i)|retinas?|sides?)"
_EARLIER = r"(?:prior|previous|earlier|initial|baseline|older)"
_LATER = r"(?:current|later|follow-?up|newer|recent|present)"
_GAP = r"(?:[ ,-]+[a-z]+){0,5}?,?"  # "the follow-up image show any change relative"
_PRE, _POST = r"pre-?(?:operative|surgical|op)?", r"post-?(?:operative|surgical|op)"


def _join(one: str, other: str) -> str:
    """Return the pattern of two things told together, in either order."""
    the = r"(?:the |its |that of the |then the |a )?"
    return rf"\b{one}{_GAP} {_AND} {the}{other}\b|\b{other}{_GAP} {_AND} {the}{one}\b"


_PAIRED = re.compile(
    "|".join(
        (
            _join(_CC, _MLO),
            _join(rf"left(?: {_EYE})?", rf"right(?: {_EYE})?"),
            _join(_EARLIER, rf"(?:{_LATER}|second|last|latest)"),
            _join("first", _LATER),
            _join(_PRE, _POST),
            r"\bbefore\b[^.?;]{0,25} (?:and|with|to) [^.?;]{0,15}\bafter\b",
            r"\bafter\b[^.?;]{0,30} (?:and|with|to|than) [^.?;]{0,15}\bbefore\b",
            r"\b(?:of|among|from|between|compare) (?:the|these|those) two(?= ?[?.,;:)]|$)",
        )
    )
)
_OF_THREE = re.compile(r"\b(?:of|among|from|between|compare) (?:the|these|those|all) three(?= ?[?.,;:)]|$)")
_VISIT = r"(?:visit|cxr|x-?ray|exam(?:ination)?|study|time ?point|view|projection|mri|ct|film|scan)"
_ANY = "|".join(ORDINALS)
_ORDINAL = re.compile(
    rf"\b({_ANY}) (?:[a-z-]+ )?{_VISIT}s?\b|\bthe ({_ANY})\b(?= ?[?.,;:)]|$| (?:{_AND}|after|before|is|was|shows|as) )|"
    rf"\b({_ANY}) {_AND} (?:the )?(?:{_ANY})\b"
)


@lru_cache(maxsize=1 << 14)  # wordings repeat by the thousand
def count_together(text: str) -> int:
    """Return the number of images, 2 or 3, that a text speaks of by what they show; 0 where it speaks of none so."""
    lowered = text.lower()
    if _OF_THREE.search(lowered):
        return 3
    found = {_COUNTS[count] for count in _COUNTED.findall(lowered)} | ({2} if _PAIRED.search(lowered) else set())
    return max(found, default=0)


@lru_cache(maxsize=1 << 14)
def read_visits(text: str) -> frozenset[int]:
    """Return the 0-based places of the visits, views or studies that a text names in their order."""
    return frozenset(ORDINALS.index(word) for found in _ORDINAL.findall(text.lower()) for word in found if word)
