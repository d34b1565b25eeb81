"""The voxel grids of the synthetic LUMIERE, and volumes on them as the bytes of a `.nii.gz` file.

The atlas is a coarse cut of the MNI152 template's box, in its orientation (x from right to left) and with unequal axes, so
that mistakes of axis or side show. The native grids differ by sequence in orientation, spacing and size.

Example:
    >>> ATLAS.shape, ATLAS.points()[:, 0].tolist()
    ((64, 78, 64), [88.0, -125.0, -71.0])
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.cohort.phantoms.brain import Points
from pipelines.vocabulary import Sequence

_GZIP_LEVEL = 3


@dataclass(frozen=True)
class Lattice:
    """One grid: its shape, and for each voxel axis the step in RAS mm, beside the first voxel's place."""

    shape: tuple[int, int, int]
    steps: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    origin: tuple[float, float, float]

    @property
    def affine(self) -> NDArray[np.float64]:
        """Voxel to mm, of shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.array(self.steps).T
        matrix[:3, 3] = self.origin
        return matrix

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def points(self) -> Points:
        """Return the place of every voxel, in C order."""
        voxels = np.indices(self.shape, np.float32).reshape(3, -1)
        steps, origin = np.array(self.steps, np.float32), np.array(self.origin, np.float32)
        return (steps.T @ voxels + origin[:, None]).astype(np.float32)


ATLAS = Lattice((64, 78, 64), ((-2.8, 0, 0), (0, 2.8, 0), (0, 0, 2.8)), (88, -125, -71))
OTHER_ATLAS = Lattice((60, 72, 60), ((-3, 0, 0), (0, 3, 0), (0, 0, 3)), (88.5, -125, -71))  # the planted mismatch
NATIVE: Mapping[Sequence, Lattice] = MappingProxyType(
    {
        Sequence.CT1: Lattice((54, 44, 44), ((0, -4, 0), (0, 0, -4), (4, 0, 0)), (-86, 88, 92)),  # PIR
        Sequence.T1: Lattice((58, 68, 26), ((-3, 0, 0), (0, -3.2, 0), (0, 0.5, 7)), (86, 90, -78)),  # LPS, tilted
        Sequence.T2: Lattice((60, 70, 26), ((-2.9, 0, 0), (0, -3.1, 0), (0, 0.5, 7)), (86, 90, -78)),
        Sequence.FLAIR: Lattice((50, 58, 30), ((3.5, 0, 0), (0, 3.7, 0), (0, 0, 6)), (-86, -124, -76)),  # RAS
    }
)


def encode_volume(lattice: Lattice, inside: NDArray[np.bool_], values: NDArray[Any]) -> bytes:
    """Return a compressed NIfTI-1 file: `values` at the points inside the brain, exactly 0 elsewhere; no time stamp."""
    import nibabel
    from isal import igzip

    voxels = np.zeros(len(inside), values.dtype)
    voxels[inside] = values
    image = nibabel.Nifti1Image(voxels.reshape(lattice.shape), lattice.affine)
    image.header.set_xyzt_units("mm")
    return igzip.compress(image.to_bytes(), _GZIP_LEVEL, mtime=0)
