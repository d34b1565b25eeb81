"""What a record says, told by its pictures: whatever the images' ids, files and order, equal pixels are one picture.

Example:
    >>> put_pictures("only the first", ("left.png", "right.png"))
    'only the left.png'
    >>> put_pictures("2", ("left.png", "right.png"))
    'right.png'
"""

import re
from collections.abc import Sequence

from pipelines.generation.ordinals import ORDINALS
from pipelines.grouping.vqa_rad.meaning import terms_of
from pipelines.records import Record
from pipelines.validation.context import Context, Subject
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.text import normalise
from pipelines.vocabulary import SubTask

OPEN_CLASS = "open"  # the class of an answer that has none: its words tell
_ORDINAL = re.compile(rf"\b({'|'.join(ORDINALS)})\b(?: (?:image|one)\b)?", re.IGNORECASE)


def pictures_of(record: Record, context: Context) -> tuple[str, ...]:
    """Return the digests of the pixels that a record shows, in its order."""
    return tuple(context.images[image_id].pixel_sha256 for image_id in record.image_ids)


def put_pictures(text: str, pictures: Sequence[str]) -> str:
    """Return the text with each picture in place of its ordinal, or of a number that is all the text."""
    if text.isdecimal() and 1 <= int(text) <= len(pictures):
        return pictures[int(text) - 1]

    def name(match: re.Match[str]) -> str:
        place = ORDINALS.index(match[1].lower())
        return pictures[place] if place < len(pictures) else match[0]

    return _ORDINAL.sub(name, text)


def say_answer(record: Record, pictures: Sequence[str]) -> str:
    """Return what the answer says: its class, or else its words."""
    said = normalise(record.answer) if record.answer_class == OPEN_CLASS else record.answer_class
    return put_pictures(said, pictures)


def say_subject(record: Record, pictures: Sequence[str], context: Context) -> tuple[object, ...]:
    """Return what is asked, apart from wording: the sub-task, what it asks about, and of which pictures.

    A located question without a meaning of its own is told by its content words: its source may ask about anything.
    """
    if record.subtask is not SubTask.LOCATED_QUESTION:
        return record.subtask, record.asked, None, frozenset[str]()
    places, terms = context.subject_of(record.question, record.asked is None, _read_subject)
    named = frozenset(pictures[place] for place in places if 0 <= place < len(pictures))
    return record.subtask, record.asked, named, terms


def _read_subject(question: str, is_free: bool) -> Subject:
    terms = frozenset(terms_of(_ORDINAL.sub(" ", question))) if is_free else frozenset[str]()
    return read_mentions(question).positions, terms
