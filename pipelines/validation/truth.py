"""What a statement claims of images: yes or no of one, and of each of two.

Every clause says something of the images that it names, and denies it or not; where clauses contradict one another, nothing is
read.

Example:
    >>> read_truth("Only the second image shows a mass"), read_truth("The heart is enlarged in neither image")
    ((False, True), (False, False))
    >>> read_truth("Present in the first image but not in the second"), read_truth("Absent from both images")
    ((True, False), (False, False))
    >>> read_polarity("Yes, a mass is seen."), read_polarity("A mass is not seen."), read_polarity("No, a mass is seen.")
    ('yes', 'no', None)
"""

import re
from functools import lru_cache

_DENIED = re.compile(
    r"\b(?:no|not|without|absent|absence|lacks?|lacking|free of|never|cannot|does not|is not|neither|none|nor)\b|n't\b"
)
_CLAUSES = re.compile(r"[;,.]\s*|\b(?:but|while|whereas|although|though|and (?=(?:the|only|not|is|does)\b))")
_FIRST = re.compile(r"\bfirst\b|\bimage (?:1|one)\b")
_SECOND = re.compile(r"\bsecond\b|\bimage (?:2|two)\b")
_BOTH = re.compile(r"\bboth\b|\beach of\b|\bfirst (?:image )?and (?:the |in the )?second\b")
_EITHER = re.compile(r"\beither\b")
_NEITHER = re.compile(r"\bneither\b|\bnone of\b")
_ONLY = re.compile(r"\b(?:only|alone|solely|exclusively)\b")
_ABSENT = re.compile(r"^(?:absent|not (?:present|seen|visible|there|shown))$")
_PRESENT = re.compile(r"^(?:present|seen|visible|there|shown)$")
_UNSURE = re.compile(r"\b(?:may|might|possibly|perhaps|probably|unclear|uncertain|cannot be (?:excluded|determined|ruled))\b")

Truth = tuple[bool, bool]


@lru_cache(maxsize=1 << 14)  # options repeat by the thousand
def read_truth(statement: str) -> Truth | None:
    """Return what a statement claims of the first and the second of two images, None where it claims nothing of both."""
    lowered = statement.lower()
    if _UNSURE.search(lowered) or "not both" in lowered or "not only" in lowered:
        return None
    whole = _read_both(lowered)
    if whole is not None:
        return whole
    if _ONLY.search(lowered):
        return _read_only(lowered)
    return _read_clauses(lowered)


def _read_both(text: str) -> Truth | None:
    """Read a statement about both images at once."""
    if _NEITHER.search(text):
        return (False, False) if not _ONLY.search(text) and not re.search(r"\b(?:no|not)\b", text) else None
    if _EITHER.search(text):
        return (False, False) if _DENIED.search(text) else None
    if _BOTH.search(text) and not _ONLY.search(text):
        return (False, False) if _DENIED.search(text) else (True, True)
    return None


def _read_only(text: str) -> Truth | None:
    part = next(part for part in _CLAUSES.split(text) if part and _ONLY.search(part))
    is_first, is_second = _FIRST.search(part) is not None, _SECOND.search(part) is not None
    return None if is_first == is_second or _DENIED.search(part) else (is_first, is_second)


def _read_clauses(text: str) -> Truth | None:
    """Read one claim of either image, each in a clause of its own."""
    said: dict[int, bool] = {}
    for clause in (part for part in _CLAUSES.split(text) if part):
        named = [place for place, pattern in enumerate((_FIRST, _SECOND)) if pattern.search(clause)]
        for place in named:
            holds = _DENIED.search(clause) is None
            if len(named) > 1 or said.get(place, holds) != holds:
                return None
            said[place] = holds
    return (said[0], said[1]) if len(said) == 2 else None


@lru_cache(maxsize=1 << 14)
def read_polarity(text: str) -> str | None:
    """Return "yes" or "no" as a text affirms or denies, None where it does both or cannot tell."""
    lowered = text.lower().strip().rstrip(".")
    if _UNSURE.search(lowered):
        return None
    word, _, rest = lowered.partition(",") if "," in lowered else lowered.partition(" ")
    if _ABSENT.match(lowered) or _PRESENT.match(lowered):
        return "no" if _ABSENT.match(lowered) else "yes"
    if word in ("yes", "no"):
        is_denied = _DENIED.search(rest) is not None
        if word == "no" and "," not in lowered and rest:
            return "no" if not re.search(r"\b(?:not|without|absent)\b", rest) else None
        return word if not rest.strip() or is_denied == (word == "no") else None
    n_denials = len(_DENIED.findall(lowered))
    return ("yes", "no")[n_denials] if n_denials < 2 else None
