"""What a rule is given beside the record, and what it returns.

Example:
    >>> Failure(Reason.SCHEMA, "question is empty").reason.value
    'schema'
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pipelines.governance.pseudonyms import sources_of
from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record, RenderedImage

Sources = Mapping[int | None, tuple[str, ...]]
"""The texts that a model was shown of each image, by its 0-based place; None is the visit that is not shown."""

Subject = tuple[frozenset[int], frozenset[str]]
"""What a question asks about: the 0-based places that it names, and its content terms where these are asked for."""


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
    _sources: dict[str, Sources] = field(default_factory=dict, repr=False, compare=False)
    _subjects: dict[tuple[str, bool], Subject] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, groups: Iterable[ImageGroup], images: Iterable[RenderedImage]) -> "Context":
        """Return the context of these rows."""
        return cls({group.group_id: group for group in groups}, {image.image_id: image for image in images})

    def sources_of(self, group_id: str) -> Sources:
        """Return the scrubbed texts of a group; scrubbing a report takes longer than all rules, so it is done once."""
        if group_id not in self._sources:
            self._sources[group_id] = sources_of(self.groups[group_id])
        return self._sources[group_id]

    def subject_of(self, question: str, is_free: bool, read: Callable[[str, bool], Subject]) -> Subject:
        """Return what a question asks about; reading it takes longer than comparing it, so it is done once."""
        key = (question, is_free)
        if key not in self._subjects:
            self._subjects[key] = read(question, is_free)
        return self._subjects[key]


Rule = Callable[[Record, Context], Failure | None]
"""A pure function: None where the record keeps the rule."""
