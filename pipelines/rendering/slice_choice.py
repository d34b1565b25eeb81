"""Chooses the slices of a subject that show its tumour: the rule of ImageFlowNet, whose images Med-MIM uses, in square mm.

A slice is taken where the tumour's area at the visit where it is largest exceeds a limit; ImageFlowNet's is 1,200 pixels of the
1 mm atlas (Liu et al., arXiv 2406.14794, `min_tumor_size_pixel` of its preprocessing). One choice holds for all visits, so that
the same anatomy is compared.

Example:
    >>> before, after = TumourArea((9, 4, 9), (0.0, 50.0, 0.0, 1.0)), TumourArea((9, 4, 9), (0.0, 10.0, 20.0, 30.0))
    >>> choose_slices([before, after], min_area_mm2=10, step=1), choose_slices([before, after], min_area_mm2=10, step=2)
    ((1, 2, 3), (1, 3))
"""

from collections.abc import Sequence

from pipelines.reasons import Reason
from pipelines.rendering.nifti.render import TumourArea
from pipelines.rendering.problem import ImageProblem


def choose_slices(areas: Sequence[TumourArea], min_area_mm2: float, step: int) -> tuple[int, ...]:
    """Return the indices (ascending) of every `step`-th slice whose largest area over the visits exceeds the limit.

    Args:
        areas: One per visit, all measured along one plane; without any, no slice is chosen.
        min_area_mm2: The limit; a slice that only reaches it is not taken.
        step: 1 or more; 1 takes all.

    Raises:
        ImageProblem: masks of different shapes: on native grids every volume has its own and is to be chosen alone.
    """
    if step < 1:
        raise ValueError(f"step: expected 1 or more, got {step}; 1 takes every slice")
    shapes = sorted({area.shape for area in areas})
    if len(shapes) > 1:
        found = " and ".join(str(shape) for shape in shapes)
        detail = f"the masks of one choice are {found} voxels; they must share one grid: choose for each volume alone"
        raise ImageProblem(Reason.GRID_MISMATCH, detail)
    largest = [max(visits) for visits in zip(*(area.area_mm2 for area in areas), strict=True)]
    return tuple(index for index, area in enumerate(largest) if area > min_area_mm2)[::step]
