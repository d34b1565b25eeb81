"""Renders slices of NIfTI volumes as a radiologist sees them, and measures the tumour in segmentation masks.

A slice is counted along the closest canonical axis (RAS+): sagittal from the patient's left, coronal from the back, axial from
the feet. Axial and coronal slices are shown in radiological convention, with the patient's right on the left of the image;
up is anterior in axial slices and superior in the others; in sagittal ones the patient looks to the left. Pixels of unequal
sides are made square, bilinearly and at the finer spacing, for a model knows nothing of millimetres.

Example:
    >>> import nibabel
    >>> ramp = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    >>> (slice_,) = render_slices(nibabel.Nifti1Image(ramp, np.eye(4)).to_bytes(), Plane.AXIAL, [3])
    >>> slice_.pixels.tolist()
    [[255, 116], [209, 70], [162, 23]]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipelines.reasons import Reason
from pipelines.rendering.nifti.volume import Shape, Volume, read_volume
from pipelines.rendering.nifti.window import Window, find_window, to_8_bit
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster, refuse_constant
from pipelines.vocabulary import Plane

AXIS_OF = {Plane.SAGITTAL: 0, Plane.CORONAL: 1, Plane.AXIAL: 2}
_SQUARE_WITHIN = 1.01  # pixels whose sides differ by no more than a hundredth are left as they are
_MAX_SIDE = 8192  # pixels of a slice that was made square: 6 mm slices at 0.36 mm become 17 times as many rows, not thousands


@dataclass(frozen=True)
class TumourArea:
    """How much tumour each slice of a mask holds."""

    shape: Shape  # of the mask in voxels: to the right, to the front, to the head
    area_mm2: tuple[float, ...]  # by slice index along the plane


def render_slices(
    content: bytes, plane: Plane, indices: Sequence[int], expected_shape: Shape | None = None
) -> list[Raster | ImageProblem]:
    """Return one gray raster (height, width) per index, or the problem of that slice alone: all its pixels are equal.

    Args:
        content: The bytes of a .nii or .nii.gz file, NIfTI-1 or NIfTI-2.
        plane: Which slices; of a series of volumes those of the first are taken.
        indices: Along the plane's canonical axis, from 0.
        expected_shape: Voxels to the right, to the front and to the head, where a mask on the same grid told them.

    Raises:
        ImageProblem: the volume cannot be read, is constant, or has another grid than expected or asked for.
    """
    volume = read_volume(content)
    _check_grid(volume.shape, plane, indices, expected_shape)
    window = find_window(volume)
    return [_render_or_tell(volume, plane, index, window) for index in indices]


def measure_tumour(content: bytes, plane: Plane, labels: frozenset[int]) -> TumourArea:
    """Return the area in each slice of the voxels that have one of these labels, in the bytes of a mask.

    Raises:
        ImageProblem: the mask cannot be read, is a series of volumes, or holds values that are no label integers.
    """
    mask = read_volume(content)
    if mask.header.n_volumes > 1:
        detail = f"holds {mask.header.n_volumes} volumes, a mask holds one; export the one that labels the compartments"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)
    _refuse_fractions(mask)
    axis = AXIS_OF[plane]
    across = tuple(other for other in range(3) if other != axis)
    is_tumour = _find_labels(mask, labels)
    counts = np.count_nonzero(is_tumour, axis=across)
    area_mm2 = float(np.prod([mask.header.spacing_mm[other] for other in across]))
    return TumourArea(mask.shape, tuple(float(count) * area_mm2 for count in counts))


def _check_grid(shape: Shape, plane: Plane, indices: Sequence[int], expected: Shape | None) -> None:
    if expected is not None and shape != tuple(expected):
        detail = f"is {shape} voxels, the mask that its slices were chosen from {tuple(expected)}; use one grid for both"
        raise ImageProblem(Reason.GRID_MISMATCH, detail)
    n_slices = shape[AXIS_OF[plane]]
    outside = [index for index in indices if not 0 <= index < n_slices]
    if outside:
        detail = f"is {shape} voxels and has {plane} slices 0 to {n_slices - 1}; asked for slice {outside[0]}"
        raise ImageProblem(Reason.GRID_MISMATCH, detail)


def _render_or_tell(volume: Volume, plane: Plane, index: int, window: Window) -> Raster | ImageProblem:
    try:
        raster = _render(volume, plane, index, window)
        refuse_constant(raster)
    except ImageProblem as problem:
        return ImageProblem(problem.reason, f"{plane} slice {index}: {problem.detail}")
    return raster


def _render(volume: Volume, plane: Plane, index: int, window: Window) -> Raster:
    voxels = np.moveaxis(volume.voxels, AXIS_OF[plane], 0)[index]
    values = volume.scale(voxels.T[::-1, ::-1])  # rows from the head or the front, columns from the right or the front
    steps = [*volume.header.steps, window.rule]
    if not np.isfinite(values).all():
        steps.append("not_finite_to_black")
    pixels = to_8_bit(values, window)
    width_mm, height_mm = (size for axis, size in enumerate(volume.header.spacing_mm) if axis != AXIS_OF[plane])
    if max(width_mm, height_mm) > _SQUARE_WITHIN * min(width_mm, height_mm):
        pixels = _make_square(pixels, width_mm, height_mm)
        steps.append("square_pixels")
    return Raster(np.ascontiguousarray(pixels), tuple(steps))


def _make_square(pixels: NDArray[np.uint8], width_mm: float, height_mm: float) -> NDArray[np.uint8]:
    """Resample so that the sides of a pixel are equal, at the finer of the two spacings."""
    finer = min(width_mm, height_mm)
    height, width = pixels.shape
    size = (round(width * width_mm / finer), round(height * height_mm / finer))
    if max(size) > _MAX_SIDE:
        detail = f"{width} x {height} pixels of {width_mm:g} x {height_mm:g} mm would be {size[0]} x {size[1]} square ones"
        raise ImageProblem(Reason.IMAGE_TOO_LARGE, f"{detail}, a side has at most {_MAX_SIDE}; resample the volume")
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def _refuse_fractions(mask: Volume) -> None:
    if mask.header.dtype.kind != "f" and not mask.header.is_scaled:
        return
    values: NDArray[Any] = mask.scale(mask.flat) if mask.header.is_scaled else mask.flat
    is_label = np.isfinite(values) & (values == np.rint(values))
    if not is_label.all():
        detail = f"holds {values[~is_label][0]:g}, a mask holds label integers; it may have been interpolated"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail)


def _find_labels(mask: Volume, labels: frozenset[int]) -> NDArray[np.bool_]:
    voxels = mask.scale(mask.voxels) if mask.header.is_scaled else mask.voxels
    is_tumour = np.zeros_like(voxels, np.bool_)  # laid out as the voxels are, however they are turned
    for label in sorted(labels):
        is_tumour |= voxels == label
    return is_tumour
