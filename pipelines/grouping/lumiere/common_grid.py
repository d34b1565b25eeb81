"""Groups of LUMIERE lay one slice of several volumes side by side, which only a grid that they have in common allows.

Example:
    >>> require_common_grid(Grid.ATLAS)
"""

from pipelines.vocabulary import Grid


class GridError(ValueError):
    """Volumes on grids of their own, whose slices of one index show different anatomy."""


def require_common_grid(grid: Grid) -> None:
    """Raise GridError unless all visits and sequences of a subject lie on one grid."""
    if grid is not Grid.ATLAS:
        raise GridError(
            f"LUMIERE: reading.lumiere.grid = {grid}: each sequence of each visit has a grid of its own there, so that slices "
            "of one index show different anatomy and no group can be made; set reading.lumiere.grid = atlas, or materialize "
            "raw and rendered alone"
        )
