"""Real files against nibabel's own way, and headers and bytes of every kind: the same pixels, or an ImageProblem."""

import gzip
import importlib.util
from itertools import permutations, product
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.orientations import io_orientation, ornt_transform
from PIL import Image

from pipelines.reasons import Reason
from pipelines.rendering.nifti.render import AXIS_OF, measure_tumour, render_slices
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster
from pipelines.vocabulary import Plane


def find_files(package: str, folder: str) -> list[Path]:
    """Volumes that an installed package ships; the package itself is not imported."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return []
    return sorted(Path(found.submodule_search_locations[0], folder).glob("*.nii*"))


NIBABEL_FILES = [path for path in find_files("nibabel", "tests/data") if "dconn" not in path.name]
NILEARN_FILES = find_files("nilearn", "datasets/data")


def render_plainly(image: nib.Nifti1Image, plane: Plane, index: int) -> np.ndarray:
    """The documented rules, by nibabel and numpy alone, over the whole volume in float64."""
    canonical = nib.as_closest_canonical(image)
    volume = canonical.get_fdata()
    while volume.ndim > 3:
        volume = volume[..., 0]
    finite = volume[np.isfinite(volume)]
    is_zero_black = (
        finite.min() >= 0 or not volume[:: volume.shape[0] - 1, :: volume.shape[1] - 1, :: volume.shape[2] - 1].any()
    )
    seen = finite[finite != 0] if is_zero_black else finite
    low, high = np.percentile(seen, [0.5, 99.5], method="inverted_cdf")
    if low == high:
        low, high = seen.min(), seen.max()
    values = np.rot90(np.moveaxis(volume, AXIS_OF[plane], 0)[index])[:, ::-1]
    shares = (np.clip(values, low, high) - low) / (high - low) if high > low else values >= high
    is_black = ~np.isfinite(values) | ((values == 0) & is_zero_black)
    pixels = np.rint(np.where(is_black, 0, shares) * 255).astype(np.uint8)
    width_mm, height_mm = np.delete(nib.affines.voxel_sizes(canonical.affine), AXIS_OF[plane])
    if max(width_mm, height_mm) / min(width_mm, height_mm) <= 1.01:
        return pixels
    finer = min(width_mm, height_mm)
    size = (round(pixels.shape[1] * width_mm / finer), round(pixels.shape[0] * height_mm / finer))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))


def assert_same(content: bytes, plane: Plane, indices: range) -> None:
    image = (nib.Nifti2Image if content[:1] in b"\x1c\x00" and b"n+2" in content[:8] else nib.Nifti1Image).from_bytes(content)
    for index, slice_ in zip(indices, render_slices(content, plane, indices), strict=True):
        expected = render_plainly(image, plane, index)
        if isinstance(slice_, ImageProblem):
            assert slice_.reason is Reason.IMAGE_CONSTANT
            assert expected.min() == expected.max()
        else:
            np.testing.assert_array_equal(slice_.pixels, expected)


@pytest.mark.parametrize("path", NIBABEL_FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("plane", Plane)
def test_every_slice_of_a_file_that_nibabel_ships_is_what_nibabel_reads(path: Path, plane: Plane) -> None:
    content = path.read_bytes()
    unpacked = gzip.decompress(content) if path.suffix == ".gz" else content
    n_slices = nib.as_closest_canonical(nib.load(path)).shape[AXIS_OF[plane]]
    for indices in (range(0, n_slices, max(1, n_slices // 7)), range(n_slices - 1, n_slices)):
        assert_same(unpacked, plane, indices)
        for one, other in zip(render_slices(content, plane, indices), render_slices(unpacked, plane, indices), strict=True):
            if isinstance(one, Raster) and isinstance(other, Raster):
                np.testing.assert_array_equal(one.pixels, other.pixels)


def test_nibabel_ships_the_kinds_of_file_that_the_tests_above_are_for() -> None:
    kinds = {path.name for path in NIBABEL_FILES}
    assert {
        "anatomical.nii",
        "example4d.nii.gz",
        "example_nifti2.nii.gz",
        "functional.nii",
        "resampled_anat_moved.nii",
    } <= kinds


def test_the_mni_template_is_what_nibabel_reads_in_three_planes() -> None:
    (path,) = (path for path in NILEARN_FILES if "_t1_" in path.name)
    content, shape = path.read_bytes(), nib.load(path).shape
    for plane in Plane:
        middle = shape[AXIS_OF[plane]] // 2
        (slice_,) = render_slices(content, plane, [middle], expected_shape=(197, 233, 189))
        assert isinstance(slice_, Raster)
        np.testing.assert_array_equal(slice_.pixels, render_plainly(nib.load(path), plane, middle))


def test_the_areas_of_a_real_mask_sum_to_its_volume_in_every_plane() -> None:
    (path,) = (path for path in NILEARN_FILES if "_wm_" in path.name)
    image = nib.load(path)
    mask = (np.asarray(image.dataobj) > 128).astype(np.uint8)
    affine = image.affine @ np.diag([1, 2, 3, 1])
    content = nib.Nifti1Image(mask, affine).to_bytes()
    for plane, thickness_mm in ((Plane.SAGITTAL, 1), (Plane.CORONAL, 2), (Plane.AXIAL, 3)):
        area = measure_tumour(content, plane, frozenset({1}))
        assert sum(area.area_mm2) * thickness_mm == pytest.approx(mask.sum() * 6)


ORIENTATIONS = [
    "".join(codes) for axes in permutations(("LR", "PA", "IS")) for codes in product(*axes)
]  # all 48 ways to store a volume
DTYPES = ["u1", "i1", "<i2", ">i2", "<u2", ">u2", "<i4", ">u4", "<i8", "<f4", ">f4", "<f8", ">f8"]


@st.composite
def draw_volumes(draw: st.DrawFn) -> bytes:
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(st.tuples(*[st.integers(2, 6)] * 3, *[st.integers(1, 3)] * draw(st.integers(0, 1))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    low = 0 if dtype.kind == "u" or draw(st.booleans()) else -100
    data = rng.integers(low, 101, shape).astype(dtype)
    if draw(st.booleans()):
        data[rng.random(shape) < 0.5] = 0
    if dtype.kind == "f" and draw(st.booleans()):
        data[rng.random(shape) < 0.1] = rng.choice([np.nan, np.inf, -np.inf])
    kind = draw(st.sampled_from([nib.Nifti1Image, nib.Nifti2Image]))
    spacing = draw(st.tuples(*[st.sampled_from([0.36, 1.0, 1.005, 6.0])] * 3))
    affine = np.diag([*spacing, 1.0])
    turn = ornt_transform(nib.orientations.axcodes2ornt(draw(st.sampled_from(ORIENTATIONS))), io_orientation(affine))
    affine = affine @ nib.orientations.inv_ornt_aff(turn, shape[:3])
    image = kind(data, affine, header=kind.header_class(endianness=dtype.byteorder if dtype.byteorder in "<>" else "<"))
    image.set_data_dtype(dtype)
    content = bytearray(image.to_bytes())
    n_bytes = kind.header_class.sizeof_hdr
    header = kind.header_class(bytes(content[:n_bytes]), check=False)
    header["scl_slope"] = draw(st.sampled_from([1.0, 0.0, np.nan, 0.5, -3.0]))
    header["scl_inter"] = draw(st.sampled_from([0.0, 7.0, -50.0]))
    content[:n_bytes] = header.binaryblock
    return bytes(content)


@settings(max_examples=150, deadline=None)
@given(draw_volumes(), st.sampled_from(Plane))
def test_any_type_byte_order_slope_orientation_and_spacing_gives_what_nibabel_gives(content: bytes, plane: Plane) -> None:
    image = (nib.Nifti2Image if b"n+2" in content[:8] else nib.Nifti1Image).from_bytes(content)
    n_slices = nib.as_closest_canonical(image).shape[AXIS_OF[plane]]
    try:
        render_slices(content, plane, [])
    except ImageProblem as problem:
        first = image.get_fdata()
        first = first[..., 0] if first.ndim == 4 else first
        finite = first[np.isfinite(first)]
        assert problem.reason is (Reason.IMAGE_CONSTANT if finite.size else Reason.IMAGE_UNREADABLE)
        assert finite.size == 0 or finite.min() == finite.max()
    else:
        assert_same(content, plane, range(n_slices))


SMALL = nib.Nifti1Image(np.arange(60, dtype=np.int16).reshape(5, 4, 3), np.diag([-1.0, 1, 2, 1])).to_bytes()
SMALL_2 = nib.Nifti2Image(np.arange(60, dtype=np.float64).reshape(5, 4, 3), np.eye(4)).to_bytes()
SMALL_FILES = [SMALL, SMALL_2, gzip.compress(SMALL, mtime=0), gzip.compress(SMALL_2, mtime=0)]


def attempt(content: bytes, plane: Plane) -> None:
    """Anything but an ImageProblem fails the test that calls this."""
    try:
        slices = render_slices(content, plane, [0])
    except ImageProblem as problem:
        assert problem.detail
    else:
        for slice_ in slices:
            assert isinstance(slice_, ImageProblem) or (slice_.pixels.dtype == np.uint8 and slice_.pixels.ndim == 2)
    try:
        measure_tumour(content, plane, frozenset({1, 2}))
    except ImageProblem as problem:
        assert problem.detail


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_files_give_an_image_problem_or_an_image_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SMALL_FILES)))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    attempt(bytes(content[: data.draw(st.integers(0, len(content)))]), data.draw(st.sampled_from(Plane)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600), st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"\x5c\x01\x00\x00", b"\x00\x00\x02\x1c"]))
def test_arbitrary_bytes_give_an_image_problem(content: bytes, start: bytes) -> None:
    with pytest.raises(ImageProblem):
        render_slices(start + content, Plane.AXIAL, [0])
