"""What a text says that single images are: "the first image is the left eye", "CC view first and MLO view second".

Images and things named in one sentence are paired in their order where there are as many of either; a sentence that sets images
against one another ("unlike the first") or asks between them is not paired.

Example:
    >>> from pipelines.validation.labels.views import find_views
    >>> text = "The first image is the CC view and the second image the MLO view."
    >>> [(place, *named) for place, named in pair_places(text, find_views(text), 2)]
    [(1, 'CC'), (2, 'MLO')]
"""

from collections.abc import Sequence

from pipelines.validation.labels.places import find_places
from pipelines.validation.labels.sentence import Sentence, read_sentence

_OTHERS = frozenset({"other", "others", "rest", "remaining"})
Named = tuple[int, frozenset[str]]
"""The place of a word, and what its name leaves open."""


def pair_places(text: str, things: Sequence[Named], n_images: int) -> list[tuple[int, frozenset[str]]]:
    """Return the 1-based place of an image and what a text says that it is, for each such claim."""
    mentions = find_places(text)
    if not mentions or not things:
        return []
    sentence = read_sentence(text)
    pairs: list[tuple[int, frozenset[str]]] = []
    for number in sorted({sentence.sentence[mention.start] for mention in mentions}):
        here = [mention for mention in mentions if sentence.sentence[mention.start] == number]
        named = [one for one in things if sentence.sentence[one[0]] == number and not _is_of_the_others(sentence, one[0])]
        is_plain = not any(mention.is_apart for mention in here) and not _asks_between(sentence, number)
        if len(here) == len(named) and is_plain:
            places = [mention.resolve(n_images) for mention in here]
            pairs += [
                (place, thing) for place, (_, thing) in zip(places, named, strict=True) if place is not None and place > 0
            ]
    return pairs


def find_false_place(pairs: Sequence[tuple[int, frozenset[str]]], shown: Sequence[str | None]) -> int | None:
    """Return the 1-based place of the first image that is not what is said of it; what nobody knows is not false."""
    for place, named in pairs:
        actual = shown[place - 1]
        if actual is not None and actual not in named:
            return place
    return None


def _is_of_the_others(sentence: Sentence, place: int) -> bool:
    """Return whether a thing is named in a clause about "the other image", which is none of those named."""
    clause = {word for word, number in zip(sentence.words, sentence.clause, strict=True) if number == sentence.clause[place]}
    return not _OTHERS.isdisjoint(clause)


def _asks_between(sentence: Sentence, number: int) -> bool:
    words = [word for word, one in zip(sentence.words, sentence.sentence, strict=True) if one == number]
    return words[-1:] == ["?"] and "or" in words
