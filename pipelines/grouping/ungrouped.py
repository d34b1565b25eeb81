"""Images of a source that no rule groups: told one by one, so that none of them disappears.

Example:
    >>> leave_ungrouped([], "no rule").rejections
    ()
"""

from collections.abc import Iterable

from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Rejection, RenderedImage


def leave_ungrouped(images: Iterable[RenderedImage], detail: str) -> Outcome[ImageGroup]:
    """Return no groups, and for each image a rejection that says why."""
    rejections = (Rejection(image.source, Stage.GROUP, image.image_id, Reason.NO_RULE, detail, "image") for image in images)
    return Outcome(rows=(), rejections=tuple(rejections))
