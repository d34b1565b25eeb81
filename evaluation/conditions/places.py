"""Where a text names images by place, and what would name the same image were the images in reverse order.

Which words name an image is read by the reader of validation and audit, not here: a word of place is exchanged for one that the
text does not use, and if the reader then reads that place, the word names an image. Beside it stand the short forms that lean
on a full one ("the first image shows a mass, the second does not"; "First: drusen, Second: cataract"). Words of place that name
something else ("the fourth ventricle", "a second opinion") stay; what is neither for certain is refused.

Example:
    >>> mirror_places("Is the mass in the third image, image 1 or the fourth ventricle?", 3)
    'Is the mass in the first image, image 3 or the fourth ventricle?'
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from evaluation.conditions.left_out import CannotPoseError, LeftOut
from evaluation.conditions.place_words import (
    COUNTED,
    DIGITS,
    HAS_SIDES,
    LINK,
    NUMBER,
    NUMBER_WORDS,
    NUMERALS,
    OPPOSITES,
    PLACE_WORD,
    SIDE,
    TURNED,
    names_other_thing,
    names_otherwise,
    places_left,
    stands_alone,
)
from pipelines.audit.mentions import read_all_mentions
from pipelines.generation.ordinals import ORDINALS

MAX_IMAGES = len(ORDINALS)


@dataclass(frozen=True, slots=True)
class Place:
    """A word at [start, end) that names one image, and the word for that image's place in the reverse order."""

    start: int
    end: int
    mirrored: str


def mirror_places(text: str, n_images: int, *, names_images: bool = False) -> str:
    """Return a text that says of images in reverse order what it said of them before.

    Args:
        text: a question, an option or an answer.
        n_images: how many images are shown, 1 to 7.
        names_images: whether a text beside this one names an image by its place, so that "the second" may do without "image".

    Raises:
        CannotPoseError: a word of place is unclear or names a place that has no image.
    """
    parts: list[str] = []
    end = 0
    for place in find_places(text, n_images, names_images=names_images):
        parts += [text[end : place.start], _as_written(place.mirrored, text[place.start : place.end])]
        end = place.end
    return "".join([*parts, text[end:]])


def mark_places(text: str, n_images: int, sign: str) -> str:
    """Return a text in lower case with a sign for each word that names an image; raises as `mirror_places`."""
    lowered = text.lower()
    for place in reversed(find_places(text, n_images)):
        lowered = lowered[: place.start] + sign + lowered[place.end :]
    return lowered


@lru_cache(maxsize=1 << 14)  # options repeat by the thousand
def find_places(text: str, n_images: int, *, names_images: bool = False) -> tuple[Place, ...]:
    """Return the words that name images, in order; raises as `mirror_places`."""
    lowered = text.lower()
    if len(lowered) != len(text) or names_otherwise(text):  # "İ" is longer in lower case: places would be off
        raise CannotPoseError(LeftOut.UNCLEAR_PLACE)
    mentions = read_all_mentions(text)
    if mentions.names_middle and n_images % 2 == 0:
        raise CannotPoseError(LeftOut.PLACE_BEYOND_IMAGES)
    finders = (
        _find_numbers(lowered, n_images),
        _find_words(lowered, n_images, names_images or bool(mentions.positions)),
        _find_counted(lowered),
        _find_sides(lowered),
        _find_turned(lowered, names_images),
    )
    found = {place.start: place for places in finders for place in places}
    if not places_left(lowered) <= found.keys():
        raise CannotPoseError(LeftOut.UNCLEAR_PLACE)
    return tuple(found[start] for start in sorted(found))


def _find_numbers(text: str, n_images: int) -> Iterator[Place]:
    """Find "image 2" and "images 1, two and 3"."""
    if "image" not in text:
        return
    for match in NUMBER.finditer(text):
        family = DIGITS if match[0].isdigit() else NUMBER_WORDS
        if match[0] in family and _names_image(text, match, family):
            yield _mirror(match, family, n_images)


def _find_words(text: str, n_images: int, names_images: bool) -> Iterator[Place]:
    """Find "the first image", "the 2nd and 3rd images", "the last film", and what may lean on such a mention."""
    for run in _runs_of(text):
        start, end, tail = run[0].start(), run[-1].end(), run[-1]
        if tail["end"]:
            yield from (Place(tail.start(), tail.end(), OPPOSITES[tail[0]]) for tail in run if tail["end"])
        elif COUNTED.match(text, start):
            continue
        elif _names_image(text, tail, _family_of(tail[0])) or (names_images and stands_alone(text, start, end)):
            yield from (_mirror(word, _family_of(word[0]), n_images) for word in run)
        elif not names_other_thing(text, tail[0], start, end):
            raise CannotPoseError(LeftOut.UNCLEAR_PLACE)


def _find_counted(text: str) -> Iterator[Place]:
    """Find "the first two images", which are the last two of the reverse."""
    for match in COUNTED.finditer(text):
        yield Place(match.start(1), match.end(1), "last" if match[1] == "first" else "first")


def _find_sides(text: str) -> Iterator[Place]:
    """Find "the left image", the first one, unless it may be that of a left eye, breast or lung."""
    for match in SIDE.finditer(text):
        if HAS_SIDES.search(text):
            raise CannotPoseError(LeftOut.UNCLEAR_PLACE)
        name = "before" if match["before"] else "behind"
        yield Place(match.start(name), match.end(name), OPPOSITES[match[name]])


def _find_turned(text: str, names_images: bool) -> Iterator[Place]:
    """Find "the former": of images that are named, the one named first, wherever it stands; else the first one."""
    for match in TURNED.finditer(text):
        if names_images or PLACE_WORD.search(text) or NUMBER.search(text):
            raise CannotPoseError(LeftOut.UNCLEAR_PLACE)
        yield Place(match.start(1), match.end(1), OPPOSITES[match[1]])


def _runs_of(text: str) -> list[list[re.Match[str]]]:
    """Return the words of place, those of one list ("the first and third images") together."""
    runs: list[list[re.Match[str]]] = []
    for match in PLACE_WORD.finditer(text):
        if runs and LINK.fullmatch(text, runs[-1][-1].end(), match.start()):
            runs[-1].append(match)
        else:
            runs.append([match])
    return runs


def _names_image(text: str, word: re.Match[str], family: tuple[str, ...]) -> bool:
    """Exchange a word for one of a place that the text does not name: if that place is then read, the word names an image."""
    free = set(range(MAX_IMAGES)) - read_all_mentions(text).positions - {family.index(word[0])}
    if not free:
        raise CannotPoseError(LeftOut.UNCLEAR_PLACE)
    probe = max(free)
    return probe in read_all_mentions(text[: word.start()] + family[probe] + text[word.end() :]).positions


def _family_of(word: str) -> tuple[str, ...]:
    return ORDINALS if word in ORDINALS else NUMERALS


def _mirror(word: re.Match[str], family: tuple[str, ...], n_images: int) -> Place:
    place = family.index(word[0])
    if place >= n_images:
        raise CannotPoseError(LeftOut.PLACE_BEYOND_IMAGES)
    return Place(word.start(), word.end(), family[n_images - 1 - place])


def _as_written(word: str, model: str) -> str:
    if model.isupper():
        return word.upper()
    return word[0].upper() + word[1:] if model[0].isupper() else word
