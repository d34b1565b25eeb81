"""Which image of a group a text points at: "the second image", "Image 2", "the last one", "the middle image".

A place that a text sets apart ("not the first", "unlike image 1", "rather than the second") is none that it points at.

Example:
    >>> read_place("The second image, not the first one", 2), read_place("Both images", 2), read_place("The middle image", 2)
    (2, None, None)
"""

from dataclasses import dataclass
from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence

LAST = -1
MIDDLE = -2
SEVERAL = -3  # "both images", "neither"
_NEUTRAL = -4
_IMAGE = "image|picture|scan|film|photograph|mammogram|slice|radiograph|frame|panel|photo"
_SOME = "both|neither|either|all|each|every|none|two|three"
_NOT_PLACES = (
    "visit|examination|exam|study|look|opinion|line|degree|year|ventricle|seen|sight|glance|time|question|step|assessment"
)
_LEXICON = Lexicon(
    {
        1: ["first|1st", f"{_IMAGE} (number|no|nr) (.) 1|one|i", "number 1|one"],
        2: ["second|2nd", f"{_IMAGE} (number|no|nr) (.) 2|two|ii", "number 2|two"],
        3: ["third|3rd", f"{_IMAGE} (number|no|nr) (.) 3|three|iii", "number 3|three"],
        LAST: ["last|final"],
        MIDDLE: ["middle|central", f"one|{_IMAGE} in the middle"],
        SEVERAL: [
            f"{_SOME} (of) (the) (two|three|shown|these) (of) (the) {_IMAGE}s|{_IMAGE}",
            "both|neither|none (of) (them|these)",
            "images 1|2|one|two and|or|to 2|3|two|three",
        ],
        _NEUTRAL: [
            f"first|second|third|last|final|middle (follow) (up) {_NOT_PLACES}s|{_NOT_PLACES}",
            "at first|last",
            "first of all",
            "middle|third lobe|cerebral|fossa|ear|part|zone|lung|cranial",
            "of the two|three images",
            "central venous|nervous|retinal|serous|part|zone|canal",
            "last shown",
        ],
    }
)
_NOUNS = frozenset(_IMAGE.split("|")) | {
    "one",
    "view",
    "sequence",
    "projection",
    "position",
    "place",
    "of",
    "mri",
    "mr",
    "mammographic",
    "fundus",
    "film",
    "x",
}
_VERBS = frozenset(
    {"is", "shows", "was", "displays", "depicts", "has", "demonstrates", "appears", "looks", "corresponds", "contains", "as"}
)
_ENDS = frozenset(".,;:?!()") | {"and", "or", "not", "rather", "but"}
_APART = frozenset({"than", "unlike", "from", "with", "like", "versus", "vs", "beside", "besides", "against"})
_APART_REACH = 4
_OTHER = frozenset({"another", "different", "other"})  # "image 1 is another projection"


@dataclass(frozen=True, slots=True)
class Mention:
    """An image named in a text; `image` is 1-based, or LAST or MIDDLE; `start` is the place of the first word."""

    image: int
    start: int
    is_apart: bool  # set against the one that is meant

    def resolve(self, n_images: int) -> int | None:
        """Return the 1-based place among n images, None where there is no such image."""
        if self.image == LAST:
            return n_images
        if self.image == MIDDLE:
            return 2 if n_images == 3 else None
        return self.image if self.image <= n_images else None


def read_place(text: str, n_images: int) -> int | None:
    """Return the 1-based place of the one image that a text points at, None where it points at none or several."""
    mentions = find_places(text)
    if any(mention.image == SEVERAL for mention in mentions):
        return None
    places = {mention.resolve(n_images) for mention in mentions if not mention.is_apart}
    return places.pop() if len(places) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def find_places(text: str) -> tuple[Mention, ...]:
    """Return the mentions of images in a text, in its order."""
    sentence = read_sentence(text)
    found = []
    for match in _LEXICON.find(sentence.words):
        is_named = match.end - match.start > 1 or _is_of_an_image(sentence.words, match.start, match.end)
        if match.tag == SEVERAL or (match.tag != _NEUTRAL and is_named):
            found.append(Mention(match.tag, match.start, _is_set_apart(sentence, match.start, match.end)))
    return tuple(found)


def _is_of_an_image(words: tuple[str, ...], start: int, end: int) -> bool:
    """Return whether an ordinal stands for an image: before such a noun, or after "the" before a verb or a phrase's end."""
    following = words[end : end + 3]
    if not following or following[0] in _ENDS | _VERBS:
        return start == 0 or words[start - 1] == "the"
    nouns = [place for place, word in enumerate(following) if word in _NOUNS]
    return bool(nouns) and not _ENDS & set(following[: nouns[0]])


def _is_set_apart(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether an image is denied, before or after ("the first image does not"), or compared with."""
    behind = end + (end < len(sentence.words) and sentence.words[end] in _NOUNS)
    if sentence.is_denied(start, end) or sentence.is_denied_behind(behind):
        return True
    if not _OTHER.isdisjoint(sentence.words[behind + 1 : behind + 3]) and sentence.words[behind] in _VERBS:
        return True
    before = sentence.words[max(0, start - _APART_REACH) : start]
    return bool(_APART & set(before)) and not _ENDS & set(before[-2:])
