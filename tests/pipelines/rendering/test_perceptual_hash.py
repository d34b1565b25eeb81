import importlib.util
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from pipelines.rendering.nifti.render import render_slices
from pipelines.rendering.perceptual_hash import HASH_DIGITS, LOOKS_THE_SAME, hash_perceptually, measure_distance
from pipelines.rendering.picture import render_picture
from pipelines.rendering.raster import Raster
from pipelines.vocabulary import Plane

LEVELS = np.arange(256)


def clip(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def save_as_jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink))


def halve(pixels: np.ndarray) -> np.ndarray:
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC))


def write_on(pixels: np.ndarray) -> np.ndarray:
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).text((5, 5), "R 12:34", fill=255 if image.mode == "L" else (255, 255, 255))
    return np.asarray(image)


# How an image is altered, and the least share still taken for the same: as measured on all of VQA-RAD, less some
ALTERATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    "less contrast": (lambda pixels: clip((LEVELS - 128) * 0.7 + 128)[pixels], 0.95),
    "more contrast, clipped": (lambda pixels: clip((LEVELS - 128) * 1.3 + 128)[pixels], 0.85),
    "gamma 0.7": (lambda pixels: clip(255 * (LEVELS / 255) ** 0.7)[pixels], 0.95),
    "gamma 1.4": (lambda pixels: clip(255 * (LEVELS / 255) ** 1.4)[pixels], 0.95),
    "JPEG quality 40": (lambda pixels: save_as_jpeg(pixels, 40), 0.95),
    "half the size": (halve, 0.9),
    "small text": (write_on, 0.95),
}


def draw_film(seed: int, height: int = 300, width: int = 240) -> np.ndarray:
    """Blobs of several sizes with grain, gray levels 0 to 255."""
    rng = np.random.default_rng(seed)
    layers = [Image.fromarray(rng.random((size, size)).astype(np.float32)) for size in (4, 16, 64)]
    fields = [np.asarray(layer.resize((width, height), Image.Resampling.BICUBIC)) for layer in layers]
    return clip(255 * (0.5 * fields[0] + 0.3 * fields[1] + 0.2 * fields[2]))


@pytest.fixture(scope="module")
def real_paths(vqa_rad_root: Path) -> list[Path]:
    return sorted((vqa_rad_root / "VQA_RAD Image Folder").glob("*.jpg"))


@pytest.fixture(scope="module")
def some_rasters(real_paths: list[Path]) -> list[np.ndarray]:
    return [render_picture(path.read_bytes()).pixels for path in real_paths[::10]]


def test_different_real_images_are_far_apart(real_paths):
    hashes = [hash_perceptually(np.asarray(Image.open(path))) for path in real_paths]
    nearest = min(measure_distance(first, second) for place, first in enumerate(hashes) for second in hashes[place + 1 :])
    assert len(hashes) == 315 and None not in hashes
    assert nearest >= 90 > 4 * LOOKS_THE_SAME  # measured 94


@pytest.mark.parametrize("name", list(ALTERATIONS))
def test_altered_real_images_look_the_same(name, some_rasters):
    alter, least = ALTERATIONS[name]
    distances = [measure_distance(hash_perceptually(pixels), hash_perceptually(alter(pixels))) for pixels in some_rasters]
    assert np.mean(np.array(distances) <= LOOKS_THE_SAME) >= least


def test_slices_of_one_brain_cease_to_look_the_same_within_three_millimetres():
    found = importlib.util.find_spec("nilearn")
    if found is None or not found.submodule_search_locations:
        pytest.skip("nilearn, whose wheel holds the MNI template, is not installed")
    path = Path(found.submodule_search_locations[0], "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz")
    slices = render_slices(path.read_bytes(), Plane.CORONAL, range(60, 160))
    hashes = [hash_perceptually(one.pixels) for one in slices if isinstance(one, Raster)]
    near = {
        gap: [measure_distance(one, other) <= LOOKS_THE_SAME for one, other in zip(hashes, hashes[gap:], strict=False)]
        for gap in (1, 3)
    }
    assert len(hashes) == 100 and np.mean(near[1]) > 0.5 and not any(near[3])


def test_colour_counts_as_the_gray_that_it_looks_like():
    film = draw_film(1)
    assert hash_perceptually(np.repeat(film[..., None], 3, axis=2)) == hash_perceptually(film)


def test_aspect_does_not_count():
    film = draw_film(2, 256, 256)
    assert measure_distance(hash_perceptually(film), hash_perceptually(np.repeat(film, 2, axis=0))) == 0


def test_memory_layout_does_not_count():
    film = draw_film(3)
    assert hash_perceptually(film[:, ::-1]) == hash_perceptually(film[:, ::-1].copy()) != hash_perceptually(film)


@pytest.mark.parametrize("level", [0, 7, 255])
def test_an_image_of_one_level_is_too_plain(level):
    assert hash_perceptually(np.full((90, 70), level, np.uint8)) is None


def test_grain_around_one_level_is_too_plain():
    grain = 100 + np.random.default_rng(1).integers(-1, 2, (300, 300))
    assert hash_perceptually(grain.astype(np.uint8)) is None


def test_stripes_are_too_plain_though_their_contrast_is_high():
    assert hash_perceptually(np.tile(np.arange(256, dtype=np.uint8), (256, 1))) is None


def test_an_image_that_is_its_own_mirror_image_has_a_hash():
    film = draw_film(4, 256, 128)
    assert hash_perceptually(np.hstack([film, film[:, ::-1]])) is not None


def test_the_hash_never_changes_its_value():
    """Stored hashes are compared with new ones: whoever changes the hash must have every image rendered again."""
    ramp = np.add.outer(np.arange(40) ** 2 % 251, 3 * np.arange(30) ** 2 % 241).astype(np.uint8)
    assert hash_perceptually(ramp) == (
        "0000002117d7baf5fbaa845506a2057dd7f9b85a756b2a89fdf0dfdf68a6b930"
        "8008f85769cfc5ca633ef507ebce7f8be0ae200b03ba01a1eebf52bc96d22836"
    )


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 40), st.integers(1, 40)), st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))
        ),
    )
)
def test_any_raster_has_a_hash_or_is_too_plain(pixels):
    made = hash_perceptually(pixels)
    if made is not None:
        assert len(made) == HASH_DIGITS and set(made) <= set("0123456789abcdef")
        assert measure_distance(made, made) == 0
    assert hash_perceptually(pixels.copy()) == made


def test_distance_is_that_of_the_worse_half():
    layout, detail = "0" * 64, "f" * 64
    assert measure_distance(layout + detail, layout + detail) == 0
    assert measure_distance(layout + detail, "1" + layout[1:] + detail) == 1
    assert measure_distance(layout + detail, "1" + layout[1:] + "0" + detail[1:]) == 4
    assert measure_distance(layout + detail, detail + detail) == 256
    assert measure_distance(None, None) == measure_distance(None, layout + detail) == 256
