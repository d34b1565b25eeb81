"""Why an image file cannot be used, as an exception that turns into a rejection.

Example:
    >>> raise ImageProblem(Reason.IMAGE_CONSTANT, "every pixel is (0, 0, 0)")
    Traceback (most recent call last):
    pipelines.rendering.problem.ImageProblem: image_constant: every pixel is (0, 0, 0)
"""

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.safe_path import name_file
from pipelines.vocabulary import Source


class ImageProblem(Exception):
    """One image that cannot be used: the reason and what was found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def as_rejection(self, source: Source, stage: Stage, path: str, unit: str) -> Rejection:
        """Return the rejection of the image at this path, counted as one of this unit."""
        return Rejection(source=source, stage=stage, item=name_file(path), reason=self.reason, detail=self.detail, unit=unit)
