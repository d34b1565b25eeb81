"""Location phrases: a question about "this image" made a question about "the first image" of several.

`locate` tries the shapes of English questions in turn (an image named in the text, a bare "this", the patient, a command) and
falls back to a phrase at the end, or at the beginning where the end would be clumsy. What has no certain place is None.

Example:
    >>> locate("Is this a PA film?", 0), locate("Where is the mass?", 1)
    ('Is the first image a PA film?', 'Where is the mass in the second image?')
    >>> locate("Are these images of one patient?", 0) is None
    True
"""

import re

from pipelines.generation.composed.location_shapes import GENERAL, GROUP_WORDS, POINTING, SHAPES, UNREADABLE
from pipelines.generation.ordinals import ordinal_image
from pipelines.grouping.vqa_rad.image_words import IMAGE_PHRASE, tidy

_LONG = 15  # words: beyond this a phrase at the end stands too far from what it places
_ENDS_IN_PREPOSITION = re.compile(r" (?:in|on|at|of|to|from|into|with|for|by|about)\?$", re.IGNORECASE)
_QUESTION_OPENING = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|what|where|which|who|how many|how (?:big|large|wide)|"
    r"how (?:is|are|was|were) |any|evidence|(?:in|on|at|to|from|by) (?:what|which)|location|size|name|notice|pathology)\b",
    re.IGNORECASE,
)
_LIMITED_TO_PREFIX = re.compile(
    r"(?:how (?:can|do|would)|why|the|there|there's|if|besides|what (?:indicates|tells))\b", re.IGNORECASE
)


def locate(question: str, position: int) -> str | None:
    """Return the question asked about one image of several, or None where no grammatical place for the phrase is known.

    Args:
        question: a question that was written for one image.
        position: 0-based place of that image in its group.
    """
    place = ordinal_image(position)
    text = tidy(question)
    if any(pattern.search(text) for pattern in (GENERAL, GROUP_WORDS, UNREADABLE)):
        return None
    located = _place(text, place)
    located = located[0].upper() + located[1:]
    return located if _is_well_placed(located, place) else None


def _place(text: str, place: str) -> str:
    for pattern, template in SHAPES:
        if match := pattern.fullmatch(text):
            return template.format(place=place, **{name: found or "" for name, found in match.groupdict().items()})
    named = list(IMAGE_PHRASE.finditer(text))
    if named:
        return _replace_named(text, named, place)
    return _add_phrase(_without_pointing(text), place)


def _replace_named(text: str, named: list[re.Match[str]], place: str) -> str:
    """Put the location phrase where the image is named first; a second naming of it is dropped with its preposition."""
    first, *others = named
    for other in reversed(others):
        before = re.sub(r"\s+(?:in|on|from|of|for|with)\s+$", "", text[: other.start()])
        text = before + text[other.end() :]
    text = text[: first.start()] + place + text[first.end() :]
    text = re.sub(rf"\b(?:at|on|within) (?={place})", "in ", text)
    return _without_pointing(text)


def _add_phrase(text: str, place: str) -> str:
    """Add "in the first image" before the final mark, or at the beginning where the end would be clumsy or ambiguous."""
    body, mark = text[:-1], text[-1]
    if mark == ".":
        return f"{body} in {place}."
    is_clumsy = (
        len(text.split()) > _LONG
        or _ENDS_IN_PREPOSITION.search(text)
        or _LIMITED_TO_PREFIX.match(text)
        or not _QUESTION_OPENING.match(text)
        or re.search(r"[?;:,()]", body)
    )
    return f"In {place}, {_lower_first(body)}{mark}" if is_clumsy else f"{body} in {place}{mark}"


def _without_pointing(text: str) -> str:
    """Drop "here" and "above", and turn "this mass" into "the mass": what they pointed at is named by the location phrase."""
    for pattern, replacement in POINTING:
        text = pattern.sub(replacement, text)
    return text


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    is_name = any(letter.isupper() for letter in first[1:]) or first in ("I", "L", "R")
    return text if is_name else text[0].lower() + text[1:]


def _is_well_placed(text: str, place: str) -> bool:
    bare = text.lower()
    others = bare.replace(place, " ")
    points_elsewhere = re.search(
        r"\b(?:this|these|those|above) (?:image|film|scan|picture)|\b(?:first|second|third) image", others
    )
    dangles = re.search(r"\b(?:this|these|those)\b", others)
    return bare.count(place) == 1 and not points_elsewhere and not dangles and "  " not in text and text[-1] in "?."
