import gzip
from itertools import permutations, product

import nibabel as nib
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform

from pipelines.reasons import Reason
from pipelines.rendering.nifti.render import measure_tumour, render_slices
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster
from pipelines.vocabulary import Plane

SHAPE = (7, 6, 5)  # unequal, so that an exchanged axis shows
ORIENTATIONS = ["".join(codes) for axes in permutations(("LR", "PA", "IS")) for codes in product(*axes)]


def make_noise(shape: tuple[int, ...] = SHAPE, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 200, shape).astype(np.int16)


def store(data: np.ndarray, orientation: str = "RAS", spacing: tuple[float, float, float] = (1, 1, 1)) -> bytes:
    """The bytes of a volume given in RAS+ and stored in another orientation."""
    image = nib.Nifti1Image(data, np.diag([*spacing, 1.0]), dtype=data.dtype)
    turn = ornt_transform(io_orientation(image.affine), axcodes2ornt(orientation))
    turned = image.as_reoriented(turn)
    assert "".join(nib.aff2axcodes(turned.affine)) == orientation
    return turned.to_bytes()


def render_one(content: bytes, plane: Plane = Plane.AXIAL, index: int = 0) -> Raster:
    (slice_,) = render_slices(content, plane, [index])
    assert isinstance(slice_, Raster)
    return slice_


def refuse(
    content: bytes, plane: Plane = Plane.AXIAL, index: int = 0, shape: tuple[int, int, int] | None = None
) -> ImageProblem:
    with pytest.raises(ImageProblem) as caught:
        render_slices(content, plane, [index], shape)
    return caught.value


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_right_is_left_and_up_is_up_however_the_volume_is_stored(orientation: str) -> None:
    data = np.ones(SHAPE, np.int16)
    right, anterior, superior = 6, 5, 4
    data[right, anterior, superior] = 100
    content = store(data, orientation)
    for plane, index in ((Plane.AXIAL, superior), (Plane.CORONAL, anterior), (Plane.SAGITTAL, right)):
        pixels = render_one(content, plane, index).pixels
        assert np.argwhere(pixels == 255).tolist() == [[0, 0]]  # right or anterior on the left, anterior or superior up
        (other,) = render_slices(content, plane, [0])
        assert isinstance(other, ImageProblem)  # the marker is in none of the other slices


@pytest.mark.parametrize("orientation", ["LAS", "LPS", "PIR"])
def test_a_volume_looks_the_same_however_it_is_stored(orientation: str) -> None:
    data = make_noise()
    for plane in Plane:
        expected = render_one(store(data), plane, 2)
        found = render_one(store(data, orientation), plane, 2)
        np.testing.assert_array_equal(found.pixels, expected.pixels)


def test_the_sizes_of_the_planes_are_those_of_the_patient() -> None:
    content = store(make_noise(), "PIR")
    sizes = {plane: render_one(content, plane).size for plane in Plane}
    assert sizes == {Plane.AXIAL: (7, 6), Plane.CORONAL: (7, 5), Plane.SAGITTAL: (6, 5)}


def test_an_image_does_not_depend_on_which_others_are_made() -> None:
    content = store(make_noise())
    together = render_slices(content, Plane.AXIAL, [4, 0, 2, 0])
    for index, slice_ in zip([4, 0, 2, 0], together, strict=True):
        assert isinstance(slice_, Raster)
        np.testing.assert_array_equal(slice_.pixels, render_one(content, Plane.AXIAL, index).pixels)


def test_packing_changes_nothing() -> None:
    content = store(make_noise())
    plain, packed = render_one(content), render_one(gzip.compress(content))
    np.testing.assert_array_equal(plain.pixels, packed.pixels)
    assert plain.steps == packed.steps == ("percentile_window",)


@pytest.mark.parametrize(
    ("spacing", "plane", "size"),
    [
        ((0.36, 0.36, 6), Plane.AXIAL, (7, 6)),
        ((0.36, 0.36, 6), Plane.CORONAL, (7, 83)),  # 5 slices of 6 mm at 0.36 mm
        ((0.36, 0.36, 6), Plane.SAGITTAL, (6, 83)),
        ((2, 1, 1), Plane.AXIAL, (14, 6)),
        ((1.009, 1, 1), Plane.AXIAL, (7, 6)),  # within a hundredth: left alone
    ],
)
def test_pixels_become_square_at_the_finer_spacing(spacing, plane: Plane, size: tuple[int, int]) -> None:
    for orientation in ("RAS", "PIR"):
        slice_ = render_one(store(make_noise(), orientation, spacing), plane)
        assert slice_.size == size
        assert ("square_pixels" in slice_.steps) == (size not in {(7, 6)})


def test_of_a_series_of_volumes_the_first_is_taken_and_told() -> None:
    series = make_noise((*SHAPE, 3))
    slice_ = render_one(store(series))
    np.testing.assert_array_equal(slice_.pixels, render_one(store(series[..., 0])).pixels)
    assert slice_.steps == ("first_volume", "percentile_window")


def test_an_orientation_that_the_header_does_not_tell_is_assumed_and_told() -> None:
    image = nib.Nifti1Image(make_noise(), None)
    slice_ = render_one(image.to_bytes())
    assert "orientation_assumed" in slice_.steps
    np.testing.assert_array_equal(slice_.pixels, render_one(store(make_noise()[::-1])).pixels)  # as in ANALYZE: from the right


def test_what_is_mended_in_a_header_is_told() -> None:
    content = bytearray(store(make_noise()))
    content[76:80] = bytes(4)  # pixdim[0], which gives the handedness of the qform: 1 or -1
    assert render_one(bytes(content)).steps == ("header_repaired", "percentile_window")


def test_a_constant_slice_is_told_and_its_neighbours_stay() -> None:
    data = make_noise()
    data[:, :, 1] = 0
    before, empty, after = render_slices(store(data), Plane.AXIAL, [0, 1, 2])
    assert isinstance(before, Raster)
    assert isinstance(after, Raster)
    assert isinstance(empty, ImageProblem)
    assert (empty.reason, empty.detail) == (
        Reason.IMAGE_CONSTANT,
        "axial slice 1: all 7 x 6 pixels are 0; nothing to see",
    )


def test_voxels_that_are_no_number_are_black_and_told() -> None:
    data = make_noise().astype(np.float32)
    data[0, 0, 0], data[1, 0, 0], data[2, 0, 0] = np.nan, np.inf, -np.inf
    slice_, untouched = render_slices(store(data), Plane.AXIAL, [0, 1])
    assert isinstance(slice_, Raster)
    assert isinstance(untouched, Raster)
    assert slice_.pixels[-1, -3:].tolist() == [0, 0, 0]
    assert slice_.steps == ("percentile_window", "not_finite_to_black")
    assert untouched.steps == ("percentile_window",)


def test_a_volume_on_another_grid_than_its_mask_is_refused_with_both_shapes() -> None:
    content = store(make_noise(), "PIR")
    assert isinstance(render_slices(content, Plane.AXIAL, [4], SHAPE)[0], Raster)
    problem = refuse(content, shape=(182, 218, 182))
    assert problem.reason is Reason.GRID_MISMATCH
    assert "(7, 6, 5)" in problem.detail
    assert "(182, 218, 182)" in problem.detail


@pytest.mark.parametrize(("plane", "n_slices"), [(Plane.SAGITTAL, 7), (Plane.CORONAL, 6), (Plane.AXIAL, 5)])
def test_a_slice_that_the_volume_does_not_have_is_refused(plane: Plane, n_slices: int) -> None:
    for index in (-1, n_slices):
        problem = refuse(store(make_noise(), "LPS"), plane, index)
        assert problem.reason is Reason.GRID_MISMATCH
        assert f"{plane} slices 0 to {n_slices - 1}; asked for slice {index}" in problem.detail


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("value", [0, 7])
def test_a_constant_volume_is_refused(dtype: type, value: int) -> None:
    assert refuse(store(np.full(SHAPE, value, dtype))).reason is Reason.IMAGE_CONSTANT


def test_the_area_of_a_tumour_is_that_of_its_voxels_in_the_plane_however_the_mask_is_stored() -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[1:3, 2:5, 3] = 1
    mask[1, 2, 4] = 2
    mask[4:, 4:, 4] = 3  # edema
    for orientation in ("RAS", "LPS", "PIR"):
        content = store(mask, orientation, (0.5, 2, 3))
        axial = measure_tumour(content, Plane.AXIAL, frozenset({1, 2}))
        assert axial.shape == SHAPE
        assert axial.area_mm2 == (0, 0, 0, 6.0, 1.0)  # 0.5 x 2 mm each
        assert measure_tumour(content, Plane.CORONAL, frozenset({1, 2})).area_mm2 == (0, 0, 4.5, 3.0, 3.0, 0)  # 0.5 x 3
        assert measure_tumour(content, Plane.SAGITTAL, frozenset({2})).area_mm2 == (0, 6.0, 0, 0, 0, 0, 0)  # 2 x 3


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.uint64, np.float32, np.float64])
def test_a_mask_may_be_of_any_type_and_packed(dtype: type) -> None:
    mask = (make_noise() % 4).astype(dtype)
    area = measure_tumour(gzip.compress(store(mask)), Plane.AXIAL, frozenset({1, 300}))
    assert area.area_mm2 == tuple((mask == 1).sum(axis=(0, 1)))


def test_a_mask_without_tumour_has_no_area() -> None:
    area = measure_tumour(store(np.zeros(SHAPE, np.uint8)), Plane.CORONAL, frozenset({1}))
    assert area.area_mm2 == (0,) * 6


def test_labels_are_read_through_the_slope_of_a_mask() -> None:
    content = bytearray(store((make_noise() % 3).astype(np.int16)))
    content[112:120] = np.array([2, 0], "<f4").tobytes()  # scl_slope, scl_inter
    area = measure_tumour(bytes(content), Plane.AXIAL, frozenset({4}))
    assert area.area_mm2 == tuple((make_noise() % 3 == 2).sum(axis=(0, 1)))


@pytest.mark.parametrize(("value", "shown"), [(0.5, "0.5"), (np.nan, "nan"), (np.inf, "inf")])
def test_a_mask_that_holds_no_labels_is_refused(value: float, shown: str) -> None:
    mask = np.zeros(SHAPE, np.float32)
    mask[1, 1, 1] = value
    with pytest.raises(ImageProblem, match=f"holds {shown}, a mask holds label integers"):
        measure_tumour(store(mask), Plane.AXIAL, frozenset({1}))


def test_a_mask_of_several_volumes_is_refused() -> None:
    with pytest.raises(ImageProblem, match="holds 2 volumes, a mask holds one"):
        measure_tumour(store(make_noise((*SHAPE, 2))), Plane.AXIAL, frozenset({1}))
