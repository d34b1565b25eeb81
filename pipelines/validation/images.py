"""Rules about images: none repeated, none named that is not there, none shown without a question about it.

A question that is plainly about one of several images is kept, and remarked as `single_image`: finding that image is its task.

Example:
    >>> SINGLE_IMAGE
    'single_image'
"""

import re
from collections import Counter

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.shown_together import count_together, read_visits
from pipelines.validation.text import texts_of
from pipelines.vocabulary import SubTask

SINGLE_IMAGE = "single_image"
_ABOUT_A_PLACE = frozenset({SubTask.VIEW_IDENTIFICATION, SubTask.SEQUENCE_IDENTIFICATION, SubTask.SUSPICIOUS_IMAGE})
_ONE_OF_THEM = re.compile(r"\b(?:image|picture|scan|slice|mammogram|view|projection|sequence|photograph|one)\b", re.IGNORECASE)
"""What a question for one image among all those shown calls it: "Name the image that was taken in CC position."."""
_ABOUT_ONE = frozenset({SubTask.LOCATED_QUESTION, SubTask.EYE_DIAGNOSIS})


def check_repeated_image(record: Record, context: Context) -> Failure | None:
    """One image twice, by id or by pixels."""
    for name, keys in (
        ("image", list(record.image_ids)),
        ("pixels", [context.images[image_id].pixel_sha256 for image_id in record.image_ids]),
    ):
        if len(set(keys)) < len(keys):
            repeated = next(key for key, count in Counter(keys).items() if count > 1)
            return Failure(Reason.REPEATED_IMAGE, f"{name} {repeated[:26]} stands twice")
    return None


def check_ordinals(record: Record, context: Context) -> Failure | None:
    """A position or a number of images that the record does not have: "the third image", "both images" of three."""
    n_images = len(record.image_ids)
    for text in texts_of(record):
        mentions = read_mentions(text)
        beyond = sorted(position + 1 for position in mentions.positions if not 0 <= position < n_images)
        if beyond:
            return Failure(Reason.ORDINAL_BEYOND_IMAGES, f"{text!r} names image {beyond[0]} of {n_images}")
        wrong = sorted(mentions.counts - {n_images})
        if wrong:
            return Failure(Reason.ORDINAL_BEYOND_IMAGES, f"{text!r} speaks of {wrong[0]} images; the record has {n_images}")
        if mentions.names_middle and n_images != 3:
            return Failure(Reason.ORDINAL_BEYOND_IMAGES, f"{text!r} names a middle image of {n_images}")
    return None


def check_images_asked_about(record: Record, context: Context) -> Failure | None:
    """A record that speaks of some of its images but not of all: the others are shown for nothing.

    Where one image is what is asked about, naming it alone is enough; where all of them decide, it is not.
    """
    covered = images_spoken_of(record)
    if not covered and record.subtask in _ABOUT_A_PLACE and _ONE_OF_THEM.search(record.question):
        return None
    if len(covered) == len(record.image_ids) or (len(covered) == 1 and record.subtask in _ABOUT_ONE):
        return None
    named = ", ".join(str(position + 1) for position in sorted(covered)) or "none"
    return Failure(Reason.IMAGE_NOT_ASKED_ABOUT, f"{len(record.image_ids)} images are shown, asked about: {named}")


def images_spoken_of(record: Record) -> frozenset[int]:
    """Return the 0-based positions that the question, or else the options, speak of."""
    n_images = len(record.image_ids)
    asked = read_mentions(record.question).covered(n_images)
    if len(asked) < n_images:
        asked |= {place for place in read_visits(record.question) if place < n_images}
        asked = frozenset(range(n_images)) if count_together(record.question) == n_images else asked
    return asked or read_mentions(". ".join(record.options)).covered(n_images)
