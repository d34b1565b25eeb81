"""What the images of a group are, as far as a text may speak of it: view, side, sequence and assessment of each.

Example:
    >>> Scene(("CC", "MLO"), ("L", "L"), (None, None), None).n_images
    2
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.records import ImageGroup, RenderedImage
from pipelines.vocabulary import ImageRole

_SIDE_OF_ROLE = {ImageRole.LEFT_EYE: "L", ImageRole.RIGHT_EYE: "R"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One entry per image, in order; None where the source says nothing."""

    views: tuple[str | None, ...]
    sides: tuple[str | None, ...]  # of breast or eye: "L", "R"
    sequences: tuple[str | None, ...]
    asked: str | None

    @property
    def n_images(self) -> int:
        """How many images are shown."""
        return len(self.views)

    @property
    def breast(self) -> frozenset[str]:
        """The sides shown."""
        return frozenset(side for side in self.sides if side is not None)


def look_at(group: ImageGroup, images: Mapping[str, RenderedImage]) -> Scene:
    """Return what a group shows: by its facts where they tell, else as its images were read."""
    shown = [images.get(image_id) for image_id in group.image_ids]
    told = {
        (fact.code, fact.image_index): fact.value for fact in group.facts if fact.code in ("view", "laterality", "sequence")
    }
    roles = [_SIDE_OF_ROLE.get(role) for role in group.roles]
    return Scene(
        views=tuple(told.get(("view", place)) or (image and image.view) for place, image in enumerate(shown)),
        sides=tuple(
            roles[place] or told.get(("laterality", place)) or (image and image.laterality) for place, image in enumerate(shown)
        ),
        sequences=tuple(told.get(("sequence", place)) or (image and image.sequence) for place, image in enumerate(shown)),
        asked=group.asked,
    )
