"""A record as the audit sees it, and a finding about it.

Example:
    >>> from pipelines.audit.record_shape import read_shape
    >>> record = build_record(read_shape({"id": "r1", "images": ["synpic1.jpg"], "conversation": []}, 0), Origin(0, 0))
    >>> record.subjects, record.unit
    (frozenset({'vqa_rad:synpic1'}), 'vqa_rad:synpic1')
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.audit.image_paths import ImageRef, locate_image
from pipelines.audit.kinds import Kind
from pipelines.audit.questions import Question, read_question
from pipelines.audit.record_shape import Exchange, ShapedRecord

_CLOSED_TAG = re.compile(r"multi[-_ ]?choice|mcq|_closed$", re.IGNORECASE)
_DATED = re.compile(r"_\d{8}(?:[_-]?\d{2,6})?$")
NO_TAG = "(no source tag)"
_SNIPPET = 80  # characters at most: an example shows the offending bit, not a clinical text


class Origin(NamedTuple):
    """Where a record stands: which of the audited files, and its 0-based place there."""

    file: int
    place: int


@dataclass(frozen=True)
class AuditedRecord:
    """One record, read as far as it could be."""

    origin: Origin
    id: str
    tag: str  # source tag without a date at its end
    images: tuple[ImageRef, ...]
    exchanges: tuple[Exchange, ...]
    questions: tuple[Question, ...]
    faults: tuple[tuple[Kind, str], ...]
    subjects: frozenset[str]
    unit: str  # the independent unit, "" where a record has no images
    ability: str | None = None  # where the file tells it

    @property
    def image_keys(self) -> tuple[str, ...]:
        """Keys of the images in order."""
        return tuple(image.key for image in self.images)

    @property
    def has_unknown_subject(self) -> bool:
        """Whether an image's path names no subject, and the file does not either."""
        return not self.subjects or any(image.subject is None for image in self.images)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found about one record."""

    kind: Kind
    origin: Origin
    variant: str  # in what way, of a small set of words
    detail: str  # the offending bit


def build_record(
    shaped: ShapedRecord, origin: Origin, subjects: Sequence[str] = (), unit: str = "", ability: str | None = None
) -> AuditedRecord:
    """Return the record of what a file said; `subjects`, `unit` and `ability` where the file itself tells them."""
    images = tuple(locate_image(path, shaped.tag) for path in shaped.images)
    if subjects and len(subjects) == len(images):
        images = tuple(ImageRef(image.key, image.source, who, image.visit) for image, who in zip(images, subjects, strict=True))
    is_closed = _CLOSED_TAG.search(shaped.tag) is not None
    return AuditedRecord(
        origin=origin,
        id=shaped.id,
        tag=_DATED.sub("", shaped.tag) or NO_TAG,
        images=images,
        exchanges=shaped.exchanges,
        questions=tuple(
            read_question(exchange.user, exchange.assistant, is_closed_tag=is_closed)
            for exchange in shaped.exchanges
            if exchange.user is not None
        ),
        faults=shaped.faults,
        subjects=frozenset(subjects) | {image.subject for image in images if image.subject is not None},
        unit=unit or name_unit(images),
        ability=ability,
    )


def name_unit(images: Sequence[ImageRef]) -> str:
    """Return the independent unit of images: their subjects' visits, whatever slice or sequence; images where no visit is told.

    >>> pair = ["Patient-001/slice_9/ct1_week_000.png", "Patient-001/slice_9/ct1_week_012.png"]
    >>> name_unit([locate_image(path) for path in pair])
    'lumiere:Patient-001/week-000 + lumiere:Patient-001/week-012'
    """
    return " + ".join(sorted({f"{image.subject}/{image.visit}" if image.visit else image.key for image in images}))


def shorten(text: str) -> str:
    """Return at most 80 characters of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SNIPPET else f"{line[: _SNIPPET - 1]}…"
