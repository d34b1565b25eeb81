import nibabel as nib
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.rendering.nifti.volume import read_volume
from pipelines.rendering.nifti.window import FULL_RANGE, Window, find_window, to_8_bit
from pipelines.rendering.problem import ImageProblem


def window_of(data: np.ndarray, slope: float = 1, intercept: float = 0) -> Window:
    content = bytearray(nib.Nifti1Image(data, np.eye(4)).to_bytes())
    content[112:120] = np.array([slope, intercept], "<f4").tobytes()  # scl_slope, scl_inter
    return find_window(read_volume(bytes(content)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
@given(n_lit=st.integers(2, 900), seed=st.integers(0, 1000))
def test_the_window_is_of_percentiles_of_what_is_not_background(dtype: type, n_lit: int, seed: int) -> None:
    lit = np.random.default_rng(seed).integers(1, 250, n_lit)
    data = np.zeros(1000, dtype)
    data[50 : 50 + n_lit] = lit
    low, high = np.percentile(lit, [0.5, 99.5], method="inverted_cdf")
    assume(low < high)
    assert window_of(data.reshape(10, 10, 10)) == Window(low, high, is_zero_black=True)


@pytest.mark.parametrize("n_values", [199, 200, 201, 399, 400, 401, 1000, 20000, 31999])
def test_ranks_are_those_of_numpy(n_values: int) -> None:
    values = np.arange(1, n_values + 1, dtype=np.int32)
    low, high = np.percentile(values, [0.5, 99.5], method="inverted_cdf")
    assert window_of(values.reshape(1, -1, 1)) == Window(low, high, is_zero_black=True)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.float32])
def test_a_slope_turns_the_window_into_values(dtype: type) -> None:
    data = np.arange(-60, 60).astype(dtype).reshape(6, 5, 4)
    for slope, intercept in ((0.5, 3.0), (-2.0, 40.0)):
        low, high = np.percentile(data * slope + intercept, [0.5, 99.5], method="inverted_cdf")
        assert window_of(data, slope, intercept) == Window(low, high, is_zero_black=False)


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_zero_is_water_where_air_is_negative(dtype: type) -> None:
    head = np.full((10, 10, 10), -1000, dtype)
    head[2:8, 2:8, 2:8] = np.random.default_rng(0).integers(-20, 80, (6, 6, 6))
    head[4, 4, 4] = 0
    window = window_of(head)
    assert (window.low, window.is_zero_black) == (-1000, False)
    assert to_8_bit(np.array([[0.0]]), window)[0, 0] > 200


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_zero_is_background_where_the_corners_are_zero_though_tissue_is_negative(dtype: type) -> None:
    brain = np.zeros((10, 10, 10), dtype)
    brain[2:8, 2:8, 2:8] = np.random.default_rng(0).integers(-300, 300, (6, 6, 6))
    window = window_of(brain)
    assert window.is_zero_black
    assert to_8_bit(np.array([[0.0, 1.0]]), window).tolist()[0][0] == 0
    assert to_8_bit(np.array([[0.0, 1.0]]), window).tolist()[0][1] > 100


def test_two_levels_become_black_and_white() -> None:
    data = np.zeros((5, 5, 5), np.uint8)
    data[1:4, 1:4, 1:4] = 3
    window = window_of(data)
    assert window == Window(3, 3, True, FULL_RANGE)
    assert to_8_bit(np.array([[0.0, 3.0]]), window).tolist() == [[0, 255]]


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_where_the_percentiles_are_one_value_the_whole_range_is_shown(dtype: type) -> None:
    data = np.ones((10, 10, 10), dtype)
    data[5, 5, 5] = 11
    assert window_of(data) == Window(1, 11, True, FULL_RANGE)


@given(st.lists(st.floats(width=32), min_size=1, max_size=30), st.floats(-1e30, 1e30), st.floats(-1e30, 1e30))
def test_brighter_values_are_never_darker(values: list[float], one: float, other: float) -> None:
    window = Window(min(one, other), max(one, other), is_zero_black=False)
    found = np.array(sorted(value for value in values if np.isfinite(value)), np.float64).reshape(1, -1)
    pixels = to_8_bit(found, window)
    assert (np.diff(pixels.astype(int)) >= 0).all()
    assert to_8_bit(np.array([[window.high]]), window).item() == 255


def test_values_that_are_no_numbers_are_black_and_move_no_percentile() -> None:
    data = np.arange(1, 1001, dtype=np.float32).reshape(10, 10, 10)
    clean = window_of(data)
    data = np.concatenate([data, np.full((1, 10, 10), np.nan, np.float32), np.full((1, 10, 10), np.inf, np.float32)])
    assert window_of(data) == clean
    assert to_8_bit(np.array([[np.nan, np.inf, -np.inf]]), clean).tolist() == [[0, 0, 0]]


def test_a_volume_without_a_number_is_refused() -> None:
    with pytest.raises(ImageProblem, match="none of 8 voxels is a finite number") as caught:
        window_of(np.full((2, 2, 2), np.nan, np.float32))
    assert caught.value.reason is Reason.IMAGE_UNREADABLE


def test_a_range_wider_than_a_number_can_tell_is_refused() -> None:
    with pytest.raises(ImageProblem, match="wider than a number can tell"):
        window_of(np.array([-1.7e308, 1.7e308, 1.0, 2.0]).reshape(2, 2, 1))
