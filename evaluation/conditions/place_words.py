"""The words that may name an image by its place, and what follows or precedes them where they do not.

Which of them name an image is decided in `places`, by the reader that validation and audit use.

Example:
    >>> [match[0] for match in PLACE_WORD.finditer("the first film, a second-degree burn, the last image")]
    ['first', 'second', 'last']
    >>> names_other_thing("enlargement of the fourth ventricle", "fourth", 19, 25)
    True
"""

import re

from pipelines.generation.ordinals import ORDINALS

NUMERALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th")
NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven")
DIGITS = tuple("1234567")
_PAIRS = {"former": "latter", "left": "right", "last": "very first", "final": "initial"}
OPPOSITES = _PAIRS | {second: first for first, second in _PAIRS.items()}
"""Pairs, not a list of places: "last" must come back as "last", and "first" of two becomes "second"."""

_NOUN = r"(?:images?|pictures?|scans?|films?|radiographs?|x-?rays?|mammograms?|photo(?:graph)?s?|slices?|panels?)"
_SIDE_NOUN = r"(?:image|picture|panel|photograph)"
_ORDINAL = rf"(?:{'|'.join(ORDINALS + NUMERALS)})"

PLACE_WORD = re.compile(rf"(?<![\w-])(?:(?P<end>very first|last|initial|final)(?= {_NOUN}\b)|(?P<ordinal>{_ORDINAL}))(?!\w)")
LINK = re.compile(r"(?:, and |, or |, | and | or | nor | & |/)(?:(?:in |of |on )?the )?")
"""Between the words of one list: "in the first, the second and the third image"."""
COUNTED = re.compile(rf"\b(first|last) (?:two|three|four|five|six) (?:\w+ )?{_NOUN}\b")
NUMBER = re.compile(rf"(?<![\w.])[1-9](?![\w%]|[.:]\d)|(?<=\bimage )(?:{'|'.join(NUMBER_WORDS)})\b")
SIDE = re.compile(
    rf"\b(?P<before>left|right)(?=(?:most|-hand)? {_SIDE_NOUN}\b)|\b{_SIDE_NOUN} (?:on|to) the (?P<behind>left|right)\b"
)
HAS_SIDES = re.compile(r"eye|breast|lung|fundus|kidney|retina|mammo|hip|knee|hand|foot")
TURNED = re.compile(r"\bthe (former|latter)\b")

_STILL_ENDS = re.compile(r"(?<![\w-])last\b|\b(?:initial|final) (?:one|stud(?:y|ies)|exam\w*|visits?|views?)\b")
_STILL_NUMBERED = re.compile(
    rf"\b(?:{_NOUN}|views?|fig(?:ure|\.)?)[-_ ]?(?:no\. ?|number |#|\()?"
    r"(?P<number>\d{1,2}|(?<!image )(?:one|two|three)(?! (?:of|by)\b))\b"
    r"(?!(?:\.\d+)?[- ]?(?:hours?|days?|weeks?|months?|years?|minutes?|mins?|[mc]m|%|fold|times|d|dimensional)\b)"
)
_RANGE = re.compile(rf"\b{_NOUN} (?:no\. ?|number |#)?\d ?(?:-|–|to|through) ?\d\b")
_LETTERED = re.compile(r"\b(?:[Ii]mages?|[Pp]anels?|[Pp]ictures?|[Ss]cans?) (?:[A-H]|I{1,3}|IV)(?![\w-])")
_BY_OTHER_WORDS = re.compile(
    rf"\b(?:top|bottom|upper|lower|subsequent|next|previous|preceding|penultimate|opening|closing|leading) {_SIDE_NOUN}s?\b|"
    r"\bvery (?:last|second)\b|\bthe one (?:on|to) the (?:left|right)\b"
)

_VERB = (
    r"(?:is|are|was|were|shows?|showing|has|have|had|having|does|do|did|can|could|may|appears?|displays?|displaying|depicts?|"
    r"exhibits?|exhibiting|indicates?|demonstrates?|reveals?|presents?|suggests?|features?|contains?|highlights?|"
    r"illustrates?|remains?|lacks?|while|whereas|but|than|being)"
)
_ENDS_PHRASE = re.compile(rf"\s*(?:$|[.,;:?!)\"']|{_VERB}\b)")
_OPENS_LABEL = re.compile(r"(?:^|[.,;]\s*|\band )$")
_CLOSES_LABEL = re.compile(r" ?:|[.]?$")
_NUMBER_BESIDE = re.compile(r", image [1-9]\b")

_OTHER_THING = re.compile(
    r"[- ](?:degree|order|hand|line|rate)\b|"
    r" (?:(?!images?\b)\w+ )?(?:ribs?|ventricles?|toes?|digits?|fingers?|metatarsals?|metacarpals?|phalan\w+|vertebra\w*|"
    r"nerves?|portions?|parts?|segments?|molars?|trimesters?|lumbar|thoracic|cervical|sacral|intercostal|opinions?|readers?|"
    r"reading|looks?|half|thirds?|quarters?)\b"
)
_FRACTION = re.compile(r"(?:\bone|\btwo|\ba|lower|upper|middle|distal|proximal|inner|outer|medial|lateral)[- ]$")
_SOONER = re.compile(r"\b(?:needed|required|done|performed|obtained) $")
_ONE_MORE = re.compile(r"\ban? $")
_NO_NOUN = re.compile(rf" (?!{_NOUN}\b|one\b)[a-z]")


def names_otherwise(text: str) -> bool:
    """Return whether images are named in a way that has no mirror here: "images 1-3", "image B", "the top image"."""
    lowered = text.lower()
    return any(pattern.search(lowered) for pattern in (_RANGE, _BY_OTHER_WORDS)) or _LETTERED.search(text) is not None


def places_left(text: str) -> set[int]:
    """Return where "the last one", "film 2" and the like stand in a text in lower case: none may be passed over."""
    return {match.start() for match in _STILL_ENDS.finditer(text)} | {
        match.start("number") for match in _STILL_NUMBERED.finditer(text)
    }


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether words of place at [start, end) do without a noun: "the second does not", "First: drusen"."""
    before, behind = text[:start], text[end:]
    if _NUMBER_BESIDE.match(behind):  # "the one shown second, image 2"
        return True
    is_label = _OPENS_LABEL.search(before) is not None and _CLOSES_LABEL.match(behind) is not None
    return is_label or (before.endswith("the ") and _ENDS_PHRASE.match(behind) is not None)


def names_other_thing(text: str, word: str, start: int, end: int) -> bool:
    """Return whether a list of words of place at [start, end), the last of them `word`, counts something but images."""
    before, behind = text[:start], text[end:]
    if (word == "third" and _FRACTION.search(before)) or (word == "first" and _SOONER.search(before)):
        return True
    is_one_more = _ONE_MORE.search(before) is not None and _NO_NOUN.match(behind) is not None
    return is_one_more or _OTHER_THING.match(behind) is not None
