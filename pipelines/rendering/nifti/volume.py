"""Opens the first volume of a NIfTI file as a view on its bytes: nothing is copied, and nothing becomes a float before it must.

Axes and directions are nibabel's closest canonical ones (`as_closest_canonical`): indices run to the patient's right, to the
front and to the head (RAS+). An oblique volume keeps its grid; it is not resampled.

Example:
    >>> import nibabel
    >>> stored = nibabel.Nifti1Image(np.arange(24, dtype=np.int16).reshape(4, 3, 2), np.diag([-1, 1, 1, 1]))
    >>> volume = read_volume(stored.to_bytes())
    >>> volume.shape, int(volume.voxels[0, 0, 0])
    ((4, 3, 2), 18)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.rendering.nifti.bytes import read_exactly
from pipelines.rendering.nifti.header import VolumeHeader, read_header

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Volume:
    """One volume: its voxels as stored, in the patient's axes and as one row of numbers."""

    header: VolumeHeader
    flat: NDArray[np.generic]  # (n voxels,), in the order of the file
    voxels: NDArray[np.generic]  # a view on `flat`: (right, anterior, superior)

    @property
    def shape(self) -> Shape:
        """Voxels to the right, to the front, to the head."""
        right, anterior, superior = self.voxels.shape
        return right, anterior, superior

    def scale(self, voxels: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return the values (float64) of voxels as stored: slope and intercept applied, as nibabel's `get_fdata` does."""
        values = voxels.astype(np.float64)
        if self.header.is_scaled:
            with np.errstate(all="ignore"):  # infinite results are what the file says
                values *= self.header.slope
                values += self.header.intercept
        return values


def read_volume(content: bytes) -> Volume:
    """Return the first volume of a .nii or .nii.gz file's bytes.

    Raises:
        ImageProblem: what `nifti_header.read_header` and `nifti_bytes.read_exactly` raise.
    """
    header = read_header(content)
    n_bytes = header.offset + header.n_voxels * header.dtype.itemsize
    unpacked = read_exactly(content, n_bytes, is_all=header.n_volumes == 1)
    flat = np.frombuffer(unpacked, header.dtype, header.n_voxels, header.offset)
    stored = flat.reshape(header.shape, order="F")
    right, anterior, superior = (slice(None, None, -1 if flip else 1) for flip in header.flips)
    return Volume(header, flat, stored.transpose(header.axes)[right, anterior, superior])
