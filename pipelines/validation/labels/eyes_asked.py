"""Which eye a question asks about, where it also says which photograph is of which eye.

Mentions that only place the photographs are left out: both eyes in a row ("left eye, then right eye"), and an eye beside an
ordinal or a word of order ("the left eye first", "the second image is the right one"). If none is left, those of the sentences
that ask count, and where no eye is named at all, the image that is pointed at ("What does the second image show?").

Example:
    >>> sorted(name_asked_eyes("The left eye is first, the right eye second. What is wrong with the right eye?"))
    ['R']
"""

from functools import lru_cache

from pipelines.validation.labels.asking import is_asking
from pipelines.validation.labels.laterality import BOTH, OTHER, Mention, find_eyes
from pipelines.validation.labels.places import read_place
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence

_ORDER_WORDS = (
    "first|second|then|before|after|beginning|begins|starting|starts|preceding|precedes|followed|follows|order|being|comes|"
    "1|2|1st|2nd"
)
_ORDER = frozenset(_ORDER_WORDS.split("|"))
_JOINS = frozenset({",", "and", "then", "the", "a", "or", "before", "with", "from", "(", ")", "/"})
_QUESTION_WORDS = frozenset({"which", "what", "how", "does", "do", "is", "are", "can", "name", "state"})
_STOPS = frozenset(",;.?!:")
_BEHIND = 4  # words behind an eye that may place it: "the left eye in the first image"
_AHEAD = 6  # words ahead of it: "the first image is a photograph of the left eye"
_OF_PLACE = {1: "L", 2: "R"}


@lru_cache(maxsize=CACHED_TEXTS)
def name_asked_eyes(question: str) -> frozenset[str]:
    """Return the eyes, "L" and "R", that a question asks about; the left eye's photograph is the first one."""
    mentions = [mention for mention in find_eyes(question) if mention.sides != OTHER]
    sentence = read_sentence(question)
    asking = [one for nth, one in enumerate(mentions) if not _is_placing(sentence, mentions, nth)]
    asking = asking or _find_asked_beside_both(sentence, mentions)
    asking = asking or [one for one in mentions if is_asking(sentence, one.start)] or mentions
    named = frozenset().union(*(mention.sides for mention in asking))
    if named:
        return named
    place = read_place(question, n_images=2)
    return frozenset(_OF_PLACE[place]) if place is not None else frozenset()


def _find_asked_beside_both(sentence: Sentence, mentions: list[Mention]) -> list[Mention]:
    """Return the one eye named where both are what it is seen among: "Of both photographs, the second is the right eye"."""
    single = [one for one in mentions if one.sides != BOTH]
    both = [one for one in mentions if one.sides == BOTH]
    asking = {sentence.clause[place] for place, word in enumerate(sentence.words) if word in _QUESTION_WORDS}
    is_aside = bool(both) and not asking & {sentence.clause[one.start] for one in both}
    return single if is_aside and len({one.sides for one in single}) == 1 else []


def _is_placing(sentence: Sentence, mentions: list[Mention], nth: int) -> bool:
    mention = mentions[nth]
    if mention.sides == BOTH:
        return True
    for other in mentions[max(0, nth - 1) : nth + 2]:
        first, then = sorted((mention, other), key=lambda one: one.start)
        between = sentence.words[first.end : then.start]
        if other.sides != mention.sides and len(between) <= 4 and set(between) <= _JOINS and between:
            return True
    return sentence.is_negated[mention.start] or _is_ordered(sentence, mention)


def _is_ordered(sentence: Sentence, mention: Mention) -> bool:
    """Return whether a word of order stands near, in the same part of the sentence; brackets part nothing."""
    words = sentence.words
    for place in range(mention.end, min(mention.end + _BEHIND, len(words))):
        if words[place] in _STOPS:
            break
        if words[place] in _ORDER:
            return True
    for place in range(mention.start - 1, max(mention.start - 1 - _AHEAD, -1), -1):
        if words[place] in _STOPS:
            break
        if words[place] in _ORDER:
            return True
    return False
