"""Why an image file cannot be used, as an exception that turns into a rejection.

Example:
    >>> raise ImageProblem(Reason.IMAGE_CONSTANT, "every pixel is (0, 0, 0)")
    Traceback (most recent call last):
    pipelines.rendering.problem.ImageProblem: image_constant: every pixel is (0, 0, 0)
"""

from pipelines.records import Rejection
from pipelines.vocabulary import Reason, Source, Stage


class ImageProblem(Exception):
    """One image that cannot be used: the reason and what was found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def as_rejection(self, source: Source, stage: Stage, path: str) -> Rejection:
        """Return the rejection of the image at this path."""
        return Rejection(source=source, stage=stage, item=path, reason=self.reason, detail=self.detail)
