"""Where an option's text stands in an output, and what around it makes it another one.

Example:
    >>> from evaluation.choice_rules.words import split_words
    >>> needles = {"A": ("hepatitis", "b"), "B": ("hepatitis", "c")}
    >>> text = "hepatitis b or c"
    >>> [(letter, covered)] = find_places(split_words(text), needles)
    >>> letter, is_ambiguous(text, split_words(text), covered, needles)
    ('A', True)
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.words import Word

Needles = Mapping[str, tuple[str, ...]]
"""The words of each option's text, by letter."""

_BREAK = re.compile(r"[.,;:!?\n]")
_JOINING = {"or", "and", "to", "vs"}
_MOST_PLACES = 300  # of a model that repeats itself without end, only the last ones are read
_NOT = {"no", "not", "non", "without"}
_JOINED = re.compile(r"\s*(?:,\s*)?(?:\bor\b|\band\b|/|\bto\b|\bvs\b\.?|-|–|&)\s*", re.IGNORECASE)
# before an option's text these change nothing; any other word may make it a narrower one, as "pericardial" does "effusion"
_NEUTRAL_WORDS = """the a an is are was be of with has have shows show showed showing and or but to by for in on at from as this
that these it both also only mild moderate severe small large left right bilateral new more less increased increasing decreased
some any possible probable likely suspected suggests suggest indicates indicating demonstrates represents called answer option
diagnosis finding presence evidence consistent likeliest image images now still there developed develops no not without"""
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
_COLLECTIVE = {"both", "neither", "none", "all"}
_AFTER_COLLECTIVE = re.compile(  # "both bones" speaks of bones, not of the options
    r"\s*(?:$|[.,;:!?)\"'\n])|\s+(?:of|are|is|was|were|show|shows|have|has|do|appear|the|these|images?|scans?|sides?|views?|options?|ones?)\b"
)
_IDIOMS = {
    "right": re.compile(
        r"(?:that'?s|that is|you'?re|you are|all|quite|alright|exactly)\s*\Z|\A\s*(?:answer|choice|option|one\b)"
    ),
    "left": re.compile(
        r"(?:nothing|anything|something|what'?s|what is|who is|options?|choices?|time)\s*\Z|\A\s*(?:to\b|out\b|over\b|behind\b)"
    ),
}


def find_places(words: list[Word], needles: Needles) -> list[tuple[str, range]]:
    """Return (letter, word positions) wherever an option's text stands outside of longer ones, longest texts first."""
    plain = [word for word, _, _ in words]
    positions: dict[str, list[int]] = {}
    for position, word in enumerate(plain):
        positions.setdefault(word, []).append(position)
    taken: dict[int, tuple[str, ...]] = {}  # word position -> the option words that cover it
    places: list[tuple[str, range]] = []
    for letter, needle in sorted(needles.items(), key=lambda entry: -len(entry[1])):
        for first in positions.get(needle[0], [])[-_MOST_PLACES:]:
            covered = range(first, first + len(needle))
            if tuple(plain[first : covered.stop]) != needle or any(taken.get(place, needle) != needle for place in covered):
                continue
            taken.update(dict.fromkeys(covered, needle))
            places.append((letter, covered))
    return places


def is_said(text: str, words: list[Word], covered: range, needles: Needles) -> bool:
    """Tell whether the words at a place mean the option: "No, effusion" is not "no effusion", "that's right" no side."""
    needle = tuple(word for word, _, _ in words[covered[0] : covered.stop])
    first, last = words[covered[0]], words[covered[-1]]
    if needle[0] in _NOT and len(needle) > 1 and _BREAK.search(text, first[2], words[covered[1]][1]):
        return False
    if len(needle) == 1 and (idiom := _IDIOMS.get(needle[0])):
        return not (
            idiom.search(text[max(0, first[1] - 30) : first[1]].lower()) or idiom.search(text[last[2] : last[2] + 30].lower())
        )
    if len(needle) == 1 and needle[0] in _COLLECTIVE and not _AFTER_COLLECTIVE.match(text, last[2]):
        return False
    return not _is_narrowed(text, words, covered, needle, needles)


def is_ambiguous(text: str, words: list[Word], covered: range, needles: Needles) -> bool:
    """Tell whether a place names a second option in short: "hepatitis B or C", "partial or complete response"."""
    needle = tuple(word for word, _, _ in words[covered[0] : covered.stop])
    if len(needle) < 2:
        return False
    texts = set(needles.values())
    after = next((word for word in words[covered.stop : covered.stop + 2] if word[0] not in _JOINING), None)
    if after and _JOINED.fullmatch(text, words[covered[-1]][2], after[1]):
        is_same_kind = len(after[0]) == len(needle[-1]) == 1 and after[0].isdigit() == needle[-1].isdigit()
        return is_same_kind or (*needle[:-1], after[0]) in texts
    joining = words[covered[0] - 1] if covered[0] >= 2 else None
    if joining and joining[0] in _JOINING:
        return (words[covered[0] - 2][0], *needle[1:]) in texts
    return False


def _is_narrowed(text: str, words: list[Word], covered: range, needle: tuple[str, ...], needles: Needles) -> bool:
    """Tell whether an adjective that no option has stands before a text that other options narrow by an adjective."""
    if not any(len(other) > len(needle) and other[-len(needle) :] == needle for other in needles.values()) or covered[0] == 0:
        return False
    before, _, end = words[covered[0] - 1]
    return before.isalpha() and before not in _NEUTRAL and not _BREAK.search(text, end, words[covered[0]][1])
