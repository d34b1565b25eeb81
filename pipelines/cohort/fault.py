"""A fault that a cohort holds on purpose, and what must become of it: the contract between phantom and reader.

Example:
    >>> PlantedFault("truncated file", Stage.RENDER, "images/a.dcm", Reason.IMAGE_TRUNCATED).reason.value
    'image_truncated'
"""

from dataclasses import dataclass

from pipelines.reasons import Reason, Stage


@dataclass(frozen=True)
class PlantedFault:
    """One fault: exactly one rejection of this stage bears this item and this reason."""

    what: str  # in words, for the table of faults
    stage: Stage
    item: str  # Rejection.item: a path relative to the folder of images, or "<file name> row <n>"
    reason: Reason
