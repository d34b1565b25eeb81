"""Ten axial slices of each of the four sequences of one brain MRI: ours, nibabel as its manual shows it, unpacking alone.

Example:
    >>> sorted(build_benchmarks.__annotations__)
    ['return', 'scratch']
"""

import gzip
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imagecodecs
import numpy as np
from nibabel.funcs import as_closest_canonical
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from benchmarks.rounds import Arms
from pipelines.rendering.nifti.render import render_slices
from pipelines.rendering.problem import ImageProblem
from pipelines.vocabulary import Plane

SHAPE = (240, 240, 155)  # 1 mm, skull-stripped
SEQUENCES = 4
SLICES = range(30, 130, 10)
SEED = 20250519
_HEADER_BYTES = 352


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name; everything is written under a scratch folder.

    Raises:
        RuntimeError: ours and the baseline do not give the same pixels, so that their times say nothing.
    """
    paths = [_write_brain(scratch / f"{number}.nii.gz", SEED + number) for number in range(SEQUENCES)]
    for path in paths:
        if not np.array_equal(_render(path), _render_plainly(path)):
            raise RuntimeError(f"{path.name}: ours and the baseline give different pixels")
    pool = ThreadPoolExecutor(max_workers=2)
    return {
        "nifti_slices": Arms(
            ours=lambda: [_render(path) for path in paths],
            baseline=lambda: [_render_plainly(path) for path in paths],
            floor=lambda: [_unpack(path) for path in paths],
        ),
        # Baseline: the same in one thread.
        "nifti_slices_two_threads": Arms(
            ours=lambda: list(pool.map(_render, paths)),
            baseline=lambda: [_render(path) for path in paths],
        ),
    }


def _render(path: Path) -> list[NDArray[np.uint8]]:
    rasters = render_slices(path.read_bytes(), Plane.AXIAL, SLICES)
    return [raster.pixels for raster in rasters if not isinstance(raster, ImageProblem)]


def _render_plainly(path: Path) -> list[NDArray[np.uint8]]:
    """What a careful user writes first: the whole volume as float64, turned to RAS+, numpy's percentiles."""
    volume = as_closest_canonical(Nifti1Image.from_filename(path)).get_fdata()
    low, high = np.percentile(volume[volume != 0], [0.5, 99.5], method="inverted_cdf")
    images: list[NDArray[np.uint8]] = []
    for index in SLICES:
        values = volume[:, :, index].T[::-1, ::-1]
        shares = (np.clip(values, low, high) - low) / (high - low)
        images.append(np.where(values == 0, 0, np.rint(shares * 255)).astype(np.uint8))
    return images


def _unpack(path: Path) -> NDArray[np.int16]:
    n_bytes = _HEADER_BYTES + 2 * math.prod(SHAPE)
    return np.frombuffer(imagecodecs.gzip_decode(path.read_bytes(), out=n_bytes), np.int16, offset=_HEADER_BYTES)


def _write_brain(path: Path, seed: int) -> Path:
    """Write an ellipsoid of smooth tissue and noise in a background of 0, stored from left to right reversed (LAS)."""
    right, anterior, superior = (np.linspace(-1, 1, length, dtype=np.float32) for length in SHAPE)
    x, y, z = right[:, None, None], anterior[None, :, None], superior[None, None, :]
    radius = (x / 0.7) ** 2 + (y / 0.85) ** 2 + (z / 0.8) ** 2
    tissue = 600 + 250 * np.cos(9 * radius) + 60 * np.sin(11 * x) * np.cos(8 * y + 5 * z)
    noise = np.random.default_rng(seed).normal(0, 30, SHAPE)
    brain = np.where(radius < 1, np.clip(tissue + noise, 1, None), 0).astype(np.int16)
    image = Nifti1Image(brain, np.diag([-1.0, 1.0, 1.0, 1.0]))
    path.write_bytes(gzip.compress(image.to_bytes(), mtime=0))
    return path
