"""Which images a released text speaks of, beyond what our own records say: lists, numbers, other nouns, and what is none.

`read_mentions` reads the phrases that our own records use. Others write "the first and third images", "images 1 and 3", "the
3rd chest X-ray", "the image in the middle"; and "image 12 of the series" or "scan 3 months later" name no image of a record.

Example:
    >>> sorted(read_all_mentions("Compare the first and third images").positions)
    [0, 2]
    >>> read_all_mentions("image 12 of the series; a scan 3 months later; the middle one-third").positions
    frozenset()
"""

import re
from functools import lru_cache

from pipelines.generation.ordinals import ORDINALS
from pipelines.validation.ordinals import Mentions, read_mentions

_NUMERALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven")
_PLACES = {word: place for names in (ORDINALS, _NUMERALS) for place, word in enumerate(names)}
_NUMBERS = {word: place for place, word in enumerate(_WORDS)}

_ORDINAL = rf"(?:{'|'.join(_PLACES)})"
_NOUN = r"(?:images?|pictures?|scans?|films?|radiographs?|x-?rays?|mammograms?|photo(?:graph)?s?)"
_MODIFIER = (
    r"(?:(?:x-?ray|chest|fundus|retinal|brain|head|breast|abdominal|mammogra(?:m|phic)|medical|radiographic|ct|mri?|cxr|"
    r"ultrasound|axial|coronal|sagittal|frontal|given|provided|shown|displayed) )"
)
_UNIT = r"(?:\.\d+)?[ -]?(?:hours?|days?|weeks?|months?|years?|minutes?|min|hrs?|[mc]m|%)(?!\w)"
_NO_IMAGE_OF_RECORD = re.compile(
    rf"\bone[- ](?:third|half|quarter|fourth|fifth)s?\b|"
    rf"\b{_NOUN} (?:no\. ?|number |#)?\d+ (?:of|in|from|within) (?:the |a |this |its |that )?"
    rf"(?:\w+ )?(?:series|stack|sequence|study|volume|\d+)\b|"
    rf"\b(?:series|slice|sequence) \d+,? image \d+|\bimages? \d{{3,}}|\b{_NOUN} \d+(?: ?(?:-|–|to|or|and) ?\d+)?(?={_UNIT})|"
    rf"\b{_NOUN} \d+(?:-[a-z]|[ -]?fold\b)|"  # "3-dimensional", "2-week"
    rf"\ban? (?:{_ORDINAL}) {_MODIFIER}*{_NOUN}",
)
_MASKED = re.compile(r"\d|one[- ]|\ban? [a-z]+(?:st|nd|rd|th)\b")  # sooner said than the whole pattern
_LIST = rf"{_ORDINAL}(?:(?:, and |, or |, | and | or | & )(?:the )?{_ORDINAL})*"
_EACH = re.compile(_ORDINAL)
_DIGITS = re.compile(r"\d+")
_NAMED = re.compile(rf"\b({_LIST}) {_MODIFIER}*{_NOUN}\b")
# A number behind "image 2," or "images 1 and 2," counts something else: "In image 2, 3 nodules are seen".
_AND = r"(?:,? and | or | ?& ?)"
_END = r"(?=\s*(?:[.?!,;:)]|$)| (?:are|is|do|does|show|shows|have|has|differ|agree)\b)"
_NUMBERED = re.compile(
    r"\bimages? ?(?:no\. ?|number |#)?(?:"
    r"(?P<low>\d{1,2}) ?(?:-|–|to|through) ?(?P<high>\d{1,2})\b"
    rf"|(?P<listed>(?<=s )\d{{1,2}}(?:, ?\d{{1,2}})*{_AND}(?:image )?\d{{1,2}}|(?<=s )\d{{1,2}}(?:, ?\d{{1,2}})+|"
    rf"\d{{1,2}}{_AND}\d{{1,2}}{_END}|\d{{1,2}})\b)(?![.:]\d)"
    rf"|\bimage (?P<word>{'|'.join(_WORDS)})\b(?! of\b)",
)
_MIDDLE = re.compile(
    rf"\b(?:middle|cent(?:er|re|ral)) {_MODIFIER}*(?:{_NOUN}|one)\b|\b(?:{_NOUN}|one) in the (?:middle|cent(?:er|re))\b",
)
_BARE = re.compile(rf"\s*(?:the )?({_ORDINAL}|middle|cent(?:er|re))(?: one)?\.?\s*", re.IGNORECASE)
_SHOWS = r"(?:shows?|is|has|looks?|appears?|displays?|depicts?|contains?|demonstrates?|exhibits?|suggests?)"
_LONGEST_BARE = 24  # characters; a longer text is asked nothing
_ASKS_WHICH = re.compile(
    rf"\bwhich {_MODIFIER}*(?:{_NOUN}|one)\b|"
    rf"\bwhich of (?:the|these|those)(?: following)?(?: (?:{'|'.join(_WORDS)}|\d))? (?:{_MODIFIER}*{_NOUN}|ones?|{_SHOWS})\b",
    re.IGNORECASE,
)
_HINT = re.compile(r"image|\bone\b|picture|scan|film|radiograph|ray|mammogram|photo")
_BEYOND_TWO = re.compile(r"third|four|fif|six|seven|three|five|middle|cent(?:er|re|ral)|\b\d|[#es]\d")
_NOTHING = Mentions(frozenset(), frozenset(), names_middle=False, names_all=False)


@lru_cache(maxsize=1 << 15)  # options repeat by the thousand
def read_all_mentions(text: str) -> Mentions:
    """Return every mention of images in a text."""
    lowered = text.lower()  # patterns that heed case are twice as fast
    if _HINT.search(lowered) is None:
        return _NOTHING
    plain = _NO_IMAGE_OF_RECORD.sub(" ", lowered) if _MASKED.search(lowered) else lowered
    known = read_mentions(plain)
    named = {_PLACES[word] for listed in _NAMED.findall(plain) for word in _EACH.findall(listed)}
    may_name_middle = "middle" in plain or "cent" in plain
    return Mentions(
        positions=known.positions | named | _read_numbers(plain),
        counts=known.counts,
        names_middle=known.names_middle or (may_name_middle and _MIDDLE.search(plain) is not None),
        names_all=known.names_all,
    )


def may_go_beyond_two(text: str) -> bool:
    """Return whether a text might name more than a first and a second image; a tenth of the cost of reading its mentions."""
    return _BEYOND_TWO.search(text.lower()) is not None


def read_option_mentions(option: str, stem: str) -> Mentions:
    """Return the mentions of an option, where a bare "the third" answers the question which image it is."""
    bare = _BARE.fullmatch(option) if len(option) < _LONGEST_BARE else None
    if bare is None or _ASKS_WHICH.search(stem) is None:
        return read_all_mentions(option)
    place = _PLACES.get(bare[1].lower())
    positions = frozenset() if place is None else frozenset({place})
    return Mentions(positions, frozenset(), names_middle=place is None, names_all=False)


def _read_numbers(text: str) -> set[int]:
    found: set[int] = set()
    for match in _NUMBERED.finditer(text):
        if match["word"] is not None:
            found.add(_NUMBERS[match["word"]])
        elif match["low"] is not None:
            ends = sorted((int(match["low"]), int(match["high"])))
            found |= set(range(ends[0] - 1, ends[1]))
        else:
            found |= {int(number) - 1 for number in _DIGITS.findall(match["listed"])}
    return found
