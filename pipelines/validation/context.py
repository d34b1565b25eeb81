"""What a rule is given beside the record, and what it returns.

Example:
    >>> Failure(Reason.SCHEMA, "question is empty").reason.value
    'schema'
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record, RenderedImage


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one record cannot be used."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class Context:
    """The groups and images that records name, by key."""

    groups: Mapping[str, ImageGroup]
    images: Mapping[str, RenderedImage]

    @classmethod
    def of(cls, groups: Iterable[ImageGroup], images: Iterable[RenderedImage]) -> "Context":
        """Return the context of these rows."""
        return cls({group.group_id: group for group in groups}, {image.image_id: image for image in images})


Rule = Callable[[Record, Context], Failure | None]
"""A pure function: None where the record keeps the rule."""
