"""What a NIfTI header tells of its voxels: where they are, what type, how they lie in the patient.

nibabel reads the fields and mends what it always mends (a qfac of 0, say); what it mended is told as a step.

Example:
    >>> import nibabel
    >>> header = read_header(nibabel.Nifti1Image(np.zeros((4, 3, 2), np.int16), np.diag([-1, 1, 3, 1])).to_bytes())
    >>> header.shape, header.dtype.name, header.flips, header.spacing_mm
    ((4, 3, 2), 'int16', (True, False, False), (1.0, 1.0, 3.0))
"""

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.reasons import Reason
from pipelines.rendering.nifti.bytes import read_start
from pipelines.rendering.problem import ImageProblem

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Header

NIFTI1_BYTES, NIFTI2_BYTES = 348, 540
_MAGIC_AT = slice(344, 348)  # in NIfTI-1
_MAX_DIMENSIONS = 4
_SILENT = logging.Logger(__name__)  # in no hierarchy and without handlers: what nibabel mends is told as a step
_SILENT.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class VolumeHeader:
    """Where the voxels of the first volume are in a file, and how they become values in a patient's space."""

    shape: tuple[int, int, int]  # as stored
    n_volumes: int
    dtype: np.dtype  # with the file's byte order
    offset: int  # bytes before the first voxel
    slope: float  # value = voxel * slope + intercept
    intercept: float
    axes: tuple[int, int, int]  # the stored axis that lies closest to right, anterior, superior
    flips: tuple[bool, bool, bool]  # of those axes: whether the stored direction is left, posterior, inferior
    spacing_mm: tuple[float, float, float]  # between voxels, along right, anterior, superior
    steps: tuple[str, ...]

    @property
    def n_voxels(self) -> int:
        """Voxels of one volume."""
        return math.prod(self.shape)

    @property
    def is_scaled(self) -> bool:
        """Whether values differ from the voxels as stored."""
        return (self.slope, self.intercept) != (1.0, 0.0)


def read_header(content: bytes) -> VolumeHeader:
    """Return the header of a .nii or .nii.gz file's bytes: NIfTI-1 or NIfTI-2, either byte order.

    Raises:
        ImageProblem: no NIfTI, a header without its voxels (.hdr), fields that contradict each other, voxels that are no real
            numbers, more than four dimensions, or no orientation.
    """
    if not content:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, "the file has 0 bytes; download it again")
    block = read_start(content, NIFTI2_BYTES)
    try:
        # A field may hold anything: what overflows or divides by zero on the way is found in the result.
        with np.errstate(all="ignore"):
            return _interpret(block)
    except ImageProblem:
        raise
    except Exception as error:  # nibabel raises what its parsers raise on random bytes: KeyError, LinAlgError, ...
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"broken NIfTI header ({words}); download it again") from error


def _interpret(block: bytes) -> VolumeHeader:
    header, steps = _parse(block)
    shape, n_volumes = _shape_of(header)
    if n_volumes > 1:
        steps.append("first_volume")
    if header["sform_code"] == 0 and header["qform_code"] == 0:
        steps.append("orientation_assumed")  # nibabel's assumption, that of ANALYZE: stored from right to left
    slope, intercept = header.get_slope_inter()
    axes, flips, spacing = _orient(np.asarray(header.get_best_affine(), np.float64))
    return VolumeHeader(
        shape=shape,
        n_volumes=n_volumes,
        dtype=_dtype_of(header),
        offset=_offset_of(header),
        slope=1.0 if slope is None else slope,
        intercept=0.0 if intercept is None else intercept,
        axes=axes,
        flips=flips,
        spacing_mm=spacing,
        steps=tuple(steps),
    )


def _parse(block: bytes) -> tuple["Nifti1Header", list[str]]:
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    kind = _kind_of(block)
    if kind is None:
        detail = f"no NIfTI (begins {block[:8]!r}); export it as .nii or .nii.gz, or download it again"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    n_bytes = NIFTI1_BYTES if kind == 1 else NIFTI2_BYTES
    if len(block) < n_bytes:
        detail = f"ends after {len(block)} of the {n_bytes} bytes of a NIfTI header; download it again"
        raise ImageProblem(Reason.IMAGE_TRUNCATED, detail)
    header = (Nifti1Header if kind == 1 else Nifti2Header)(block[:n_bytes], check=False)
    if header["magic"].item() == header.pair_magic:
        detail = "a NIfTI header whose voxels are in another file (.img); join the two into one .nii"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    header.check_fix(logger=_SILENT)
    return header, ["header_repaired"] if header.binaryblock != block[:n_bytes] else []


def _kind_of(block: bytes) -> int | None:
    """Return the version of NIfTI, 1 or 2, by the header's own size (its first field) or by NIfTI-1's magic; else None."""
    size = block[:4]
    if size in (NIFTI2_BYTES.to_bytes(4, "little"), NIFTI2_BYTES.to_bytes(4, "big")):
        return 2
    is_first = size in (NIFTI1_BYTES.to_bytes(4, "little"), NIFTI1_BYTES.to_bytes(4, "big"))
    return 1 if is_first or block[_MAGIC_AT] in (b"n+1\0", b"ni1\0") else None


def _shape_of(header: "Nifti1Header") -> tuple[tuple[int, int, int], int]:
    found = tuple(int(length) for length in header.get_data_shape())
    if not found or min(found) < 1:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"its header tells a shape of {found} voxels; download it again")
    if math.prod(found[_MAX_DIMENSIONS:]) > 1:
        detail = f"has {len(found)} dimensions, {found}; a volume has 3, a series of volumes 4: export one volume"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    padded = (*found, 1, 1, 1)
    return (padded[0], padded[1], padded[2]), padded[3] if len(found) > 3 else 1


def _offset_of(header: "Nifti1Header") -> int:
    offset = int(header.get_data_offset())
    if offset < header.single_vox_offset:  # nibabel would take 0 as it stands and read the header as voxels
        detail = (
            f"vox_offset is {offset}, within the header; voxels begin at {header.single_vox_offset} or later: export it again"
        )
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return offset


def _dtype_of(header: "Nifti1Header") -> np.dtype:
    dtype = np.dtype(header.get_data_dtype())
    if dtype.kind not in "iuf":
        label = header.get_value_label("datatype")
        detail = f"its voxels are of type {label}, not numbers of one channel; export it as integers or floats"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    return dtype


def _orient(
    affine: NDArray[np.float64],
) -> tuple[tuple[int, int, int], tuple[bool, bool, bool], tuple[float, float, float]]:
    from nibabel.affines import voxel_sizes
    from nibabel.orientations import io_orientation

    sizes = voxel_sizes(affine)
    # One row per stored axis: the axis of the patient it lies closest to, and 1 or -1 for its direction along that.
    orientation = io_orientation(affine) if np.isfinite(affine).all() else np.full((3, 2), np.nan)
    if not (np.isfinite(orientation).all() and np.isfinite(sizes).all() and (sizes > 0).all()):
        detail = f"its affine {affine[:3].tolist()} gives no orientation; set sform or qform"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    x, y, z = np.argsort(orientation[:, 0]).tolist()
    flips = orientation[:, 1] < 0
    return (x, y, z), (bool(flips[x]), bool(flips[y]), bool(flips[z])), (float(sizes[x]), float(sizes[y]), float(sizes[z]))
