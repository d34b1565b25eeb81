"""Rule across records: one question about one image among the same images is asked once.

Example:
    >>> find_duplicates([])
    {}
"""

import re
from collections.abc import Sequence

from pipelines.generation.location import ORDINALS
from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Failure
from pipelines.validation.text import normalise

_ORDINAL = re.compile(rf"\b({'|'.join(ORDINALS)}) image\b", re.IGNORECASE)


def find_duplicates(records: Sequence[Record]) -> dict[str, Failure]:
    """Return the failure of each record that repeats an earlier one (by record_id), keyed by record_id.

    Two records are one when they show the same images, in whatever order, and ask the same of the same image with the same
    options, in whatever order.
    """
    first: dict[tuple[object, ...], str] = {}
    failures: dict[str, Failure] = {}
    for record in sorted(records, key=lambda one: (one.record_id, one.version)):
        original = first.setdefault(_identity(record), record.record_id)
        if original != record.record_id:
            failures[record.record_id] = Failure(Reason.DUPLICATE_RECORD, f"asks what {original} asks of the same images")
    return failures


def _identity(record: Record) -> tuple[object, ...]:
    options = sorted(normalise(_name_images(option, record.image_ids)) for option in record.options)
    return tuple(sorted(record.image_ids)), normalise(_name_images(record.question, record.image_ids)), tuple(options)


def _name_images(text: str, image_ids: Sequence[str]) -> str:
    """Put the image's key for its ordinal: "the first image" of two orders are two images."""

    def key(match: re.Match[str]) -> str:
        place = ORDINALS.index(match[1].lower())
        return image_ids[place] if place < len(image_ids) else match[0]

    return _ORDINAL.sub(key, text)
