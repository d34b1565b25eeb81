import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.reasons import Reason
from pipelines.rendering.decode import load
from pipelines.rendering.picture import render_picture, to_8_bit
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster, refuse_constant


def through_file(image, kind, **options):
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return to_8_bit(load(sink.getvalue()))


def values(image):
    assert image.mode in ("L", "RGB")
    return np.asarray(image)


def test_16_bit_values_are_scaled_from_their_own_range():
    wide = Image.fromarray(np.array([[1000, 2000], [3000, 5000]], dtype=np.uint16))
    for kind in ("PNG", "TIFF"):
        image, steps = through_file(wide, kind)
        assert values(image).tolist() == [[0, 64], [128, 255]]  # (v - 1000) * 255 / 4000, rounded half to even
        assert steps == ("range_to_8_bit",)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_32_bit_values_are_scaled_too_and_below_zero(dtype):
    image, steps = through_file(Image.fromarray(np.array([[-10, 0], [10, 30]], dtype=dtype)), "TIFF")
    assert values(image).tolist() == [[0, 64], [128, 255]]
    assert steps[0] == "range_to_8_bit"


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ImageProblem, match="not finite"):
        through_file(Image.fromarray(np.array([[np.nan, 1.0]], dtype=np.float32)), "TIFF")


def test_a_palette_becomes_its_colours():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    rendered, steps = through_file(image, "PNG")
    assert values(rendered).tolist() == [[[255, 0, 0], [0, 255, 0]]]
    assert steps == ("palette_to_rgb",)


def test_cmyk_jpeg_becomes_rgb_and_not_its_negative():
    rendered, steps = through_file(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG")
    assert values(rendered).min() > 250
    assert steps == ("cmyk_to_rgb",)


def test_gray_stays_gray_and_bilevel_becomes_gray():
    image, steps = through_file(Image.new("1", (2, 2), 1), "PNG")
    assert (values(image).tolist(), steps) == ([[255, 255]] * 2, ("bilevel_to_gray",))
    image, steps = through_file(Image.new("L", (2, 2), 9), "PNG")
    assert (values(image).tolist(), steps) == ([[9, 9]] * 2, ())


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (Image.new("RGBA", (1, 1), (200, 100, 50, 0)), {}),
        (Image.new("LA", (1, 1), (200, 0)), {}),
        (Image.new("RGB", (1, 1), (200, 100, 50)), {"transparency": (200, 100, 50)}),
        (Image.new("L", (1, 1), 200), {"transparency": 200}),
    ],
)
def test_what_is_transparent_becomes_black(image, options):
    rendered, steps = through_file(image, "PNG", **options)
    assert values(rendered).tolist() == [[[0, 0, 0]]]
    assert steps == ("alpha_over_black",)


def test_half_transparent_is_half_as_bright():
    rendered, _ = through_file(Image.new("RGBA", (1, 1), (200, 100, 50, 128)), "PNG")
    assert values(rendered).tolist() == [[[100, 50, 25]]]


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 2)), (6, (2, 0)), (8, (0, 1))])
def test_the_exif_orientation_is_applied(orientation, corner):
    """The upper left pixel of the file is white; where it must go follows from the EXIF standard (2.32, tag 0x0112)."""
    image = Image.new("RGB", (2, 3))
    image.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = orientation
    rendered, steps = through_file(image, "PNG", exif=exif.tobytes())
    white = [(x, y) for x in range(rendered.width) for y in range(rendered.height) if rendered.getpixel((x, y))[0]]
    assert white == [corner]
    assert steps == (() if orientation == 1 else ("exif_orientation",))


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    rendered, steps = through_file(Image.new("RGB", (2, 3), (1, 2, 3)), "PNG", exif=exif.tobytes())
    assert (rendered.size, steps) == ((2, 3), ())


def test_upright_rgb_passes_unchanged():
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    rendered, steps = through_file(Image.fromarray(pixels), "PNG")
    assert np.array_equal(values(rendered), pixels)
    assert steps == ()


@pytest.mark.parametrize("mode", ["RGB", "L", "I;16"])
def test_a_constant_image_is_refused_in_every_depth(mode):
    sink = io.BytesIO()
    Image.new(mode, (5, 4)).save(sink, "PNG")
    with pytest.raises(ImageProblem, match="5 x 4 pixels") as caught:
        render_picture(sink.getvalue())
    assert caught.value.reason is Reason.IMAGE_CONSTANT


def test_an_image_that_differs_in_one_pixel_of_one_channel_is_not_constant():
    pixels = np.full((4, 5, 3), 7, np.uint8)
    pixels[2, 2, 2] = 8
    refuse_constant(Raster(pixels, ()))


def test_the_retina_of_scikit_image_keeps_its_pixels():
    package = importlib.util.find_spec("skimage")
    assert package is not None and package.submodule_search_locations is not None
    path = Path(package.submodule_search_locations[0]) / "data" / "retina.jpg"
    raster = render_picture(path.read_bytes())
    assert raster.pixels.shape == (1411, 1411, 3) and raster.pixels.dtype == np.uint8
    assert np.array_equal(raster.pixels, np.asarray(Image.open(path)))
