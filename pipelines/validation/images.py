"""Rules about images: none repeated, none named that is not there, none shown without a question about it.

A question that is plainly about one of several images is kept, and flagged `single_image`: finding that image is its task.

Example:
    >>> SINGLE_IMAGE
    'single_image'
"""

from collections import Counter

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.ordinals import read_mentions

SINGLE_IMAGE = "single_image"


def check_repeated_image(record: Record, context: Context) -> Failure | None:
    """One image twice, by id or by pixels."""
    for name, keys in (
        ("image", list(record.image_ids)),
        ("pixels", [context.images[image_id].pixel_sha256 for image_id in record.image_ids]),
    ):
        repeated = next((key for key, count in Counter(keys).items() if count > 1), None)
        if repeated is not None:
            return Failure(Reason.REPEATED_IMAGE, f"{name} {repeated[:26]} stands twice")
    return None


def check_ordinals(record: Record, context: Context) -> Failure | None:
    """A position or a number of images that the record does not have: "the third image", "both images" of three."""
    n_images = len(record.image_ids)
    for text in (record.question, *record.options, record.answer):
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
    """A record that speaks of no image, or of some but not all of several: the others are shown for nothing."""
    covered = images_spoken_of(record)
    if len(covered) in (1, len(record.image_ids)):
        return None
    named = ", ".join(str(position + 1) for position in sorted(covered)) or "none"
    return Failure(Reason.IMAGE_NOT_ASKED_ABOUT, f"{len(record.image_ids)} images are shown, asked about: {named}")


def images_spoken_of(record: Record) -> frozenset[int]:
    """Return the 0-based positions that the question, or else the options, speak of."""
    n_images = len(record.image_ids)
    asked = read_mentions(record.question).covered(n_images)
    return asked or read_mentions(". ".join(record.options)).covered(n_images)


def flags_of(record: Record) -> tuple[str, ...]:
    """Return the record's flags with `single_image` where the question is about one image of several."""
    is_single = len(images_spoken_of(record)) == 1
    return tuple(sorted({*record.flags, *([SINGLE_IMAGE] if is_single else [])}))
