import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.choices import OutputSize, Rendering
from pipelines.rendering.raster import Raster
from pipelines.rendering.resize import resize


def make(height: int, width: int, channels: int | None = None, seed: int = 0) -> Raster:
    shape = (height, width) if channels is None else (height, width, channels)
    return Raster(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), ("before",))


def test_native_size_changes_nothing() -> None:
    raster = make(500, 40)
    assert resize(raster, Rendering(pixels=16)) is raster


@pytest.mark.parametrize("size", [OutputSize.LONGEST_SIDE, OutputSize.SQUARE])
@pytest.mark.parametrize("channels", [None, 3])
def test_whole_blocks_become_their_means(size: OutputSize, channels: int | None) -> None:
    raster = make(64, 64, channels)
    found = resize(raster, Rendering(size=size, pixels=16))
    blocks = raster.pixels.reshape(16, 4, 16, 4, -1).mean(axis=(1, 3)).reshape(found.pixels.shape)
    assert np.abs(found.pixels - blocks).max() <= 1  # rounded once per direction
    assert found.steps == ("before", "resize_16x16")


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([None, 3]))
def test_the_longest_side_is_at_most_what_is_asked_and_nothing_is_scaled_up(
    height: int, width: int, channels: int | None
) -> None:
    raster = make(height, width, channels)
    found = resize(raster, Rendering(size=OutputSize.LONGEST_SIDE, pixels=32))
    if max(height, width) <= 32:
        assert found is raster
    else:
        assert max(found.size) == 32
        assert min(found.size) == max(1, round(min(height, width) * 32 / max(height, width)))
        assert found.pixels.ndim == raster.pixels.ndim
        assert found.steps == ("before", f"resize_{found.size[0]}x{found.size[1]}")


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([None, 3]))
def test_a_square_holds_the_scaled_image_in_its_middle_and_black_around(height: int, width: int, channels: int | None) -> None:
    raster = make(height, width, channels)
    inner = resize(raster, Rendering(size=OutputSize.LONGEST_SIDE, pixels=32))
    found = resize(raster, Rendering(size=OutputSize.SQUARE, pixels=32))
    top, left = (32 - inner.size[1]) // 2, (32 - inner.size[0]) // 2
    assert found.size == (32, 32)
    np.testing.assert_array_equal(found.pixels[top : top + inner.size[1], left : left + inner.size[0]], inner.pixels)
    assert int(found.pixels.sum()) == int(inner.pixels.sum())
    assert found.steps == (inner.steps if inner.size == (32, 32) else (*inner.steps, "pad_square"))


def test_a_thin_image_keeps_a_pixel() -> None:
    assert resize(make(1, 4000), Rendering(size=OutputSize.LONGEST_SIDE, pixels=16)).size == (16, 1)
